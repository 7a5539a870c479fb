import { describe, expect, it } from "vitest";
import {
  availableStatuses,
  firstAvailable,
  type StatusTarget,
} from "../../../src/core/available-statuses.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import { aSchema, statusesOf } from "../../support/statuses.ts";

const statuses = statusesOf("Ready", "Approved", "Omitted");
const schema = aSchema({
  tasks: ["Ready", "Approved", "Gone"],
  versions: ["Approved"],
  overrides: { roto: ["Omitted"] },
  objects: { shot: ["Omitted", "Ready"] },
});
const task = (typeId: string | null): StatusTarget => ({
  kind: "task",
  typeId: typeId === null ? null : ftrackId(typeId),
});

describe("available statuses", () => {
  it.each<[string, StatusTarget, string[]]>([
    ["tasks have those of the workflow", task("anim"), ["Ready", "Approved"]],
    ["a task without a type too", task(null), ["Ready", "Approved"]],
    ["an override replaces them", task("roto"), ["Omitted"]],
    ["versions have their own workflow", { kind: "version" }, ["Approved"]],
    [
      "objects have those of their type, in its order",
      { kind: "object", objectTypeId: ftrackId("shot") },
      ["Omitted", "Ready"],
    ],
    [
      "a type the schema does not know has none",
      { kind: "object", objectTypeId: ftrackId("folder") },
      [],
    ],
  ])("%s", (_, target, names) => {
    expect(
      availableStatuses(schema, statuses, target).map((s) => s.name),
    ).toEqual(names);
  });
});

describe("the first wanted name that is available", () => {
  it.each([
    [["Nope", "approved", "Ready"], "Approved"],
    [["READY"], "Ready"],
    [["Nope"], undefined],
    [[], undefined],
  ])("%j gives %s", (wanted, name) => {
    expect(firstAvailable(wanted, statuses)?.name).toBe(name);
  });
});
