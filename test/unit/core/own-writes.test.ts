import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  ECHO_MS,
  HISTORY_MS,
  ownWritesOf,
  writtenForm,
} from "../../../src/core/own-writes.ts";

const task = ftrackId("task");
const at = 1_000_000;
const write = {
  entityId: task,
  key: "status_id",
  value: "approved",
  by: "version-to-task",
  at,
};

describe("writtenForm: values look as in an event", () => {
  it.each([
    [null, ""],
    [undefined, ""],
    ["a", "a"],
    [true, "1"],
    [false, "0"],
    [1001, "1001"],
    [["a", "b"], "a, b"],
    [{ a: 1 }, '{"a":1}'],
  ])("%j is %j", (value, text) => {
    expect(writtenForm(value)).toBe(text);
  });
});

describe("own writes", () => {
  it.each([
    ["the same value", "status_id", "approved", undefined, at + 1, true],
    [
      "at the last moment",
      "status_id",
      "approved",
      undefined,
      at + ECHO_MS,
      true,
    ],
    ["too late", "status_id", "approved", undefined, at + ECHO_MS + 1, false],
    ["another value", "status_id", "omitted", undefined, at + 1, false],
    ["another key", "type_id", "approved", undefined, at + 1, false],
    [
      "by that handler",
      "status_id",
      "approved",
      "version-to-task",
      at + 1,
      true,
    ],
    ["by another handler", "status_id", "approved", "next-task", at + 1, false],
  ])("%s", (_, key, value, by, now, wrote) => {
    const writes = ownWritesOf([write], now);
    expect(writes.wrote(task, key, value, by)).toBe(wrote);
    expect(writes.wrote(ftrackId("other"), key, value, by)).toBe(false);
  });

  it("keeps the history of a field in order, and forgets what is old", () => {
    const later = { ...write, value: "omitted", at: at + 5 };
    const writes = [later, write, { ...write, key: "type_id" }];
    expect(ownWritesOf(writes, at + 10).history(task, "status_id")).toEqual([
      write,
      later,
    ]);
    expect(
      ownWritesOf(writes, at + HISTORY_MS + 1).history(task, "status_id"),
    ).toEqual([later]);
    expect(ownWritesOf(writes, at).history(task, "name")).toEqual([]);
  });
});
