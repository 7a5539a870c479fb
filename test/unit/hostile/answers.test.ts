import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import * as entities from "../../../src/ayon/wire-entities.ts";
import * as people from "../../../src/ayon/wire-people.ts";
import * as project from "../../../src/ayon/wire-project.ts";
import * as relations from "../../../src/ayon/wire-relations.ts";
import * as ftrack from "../../../src/ftrack/wire.ts";
import {
  hostileJson,
  hostileText,
  isPrototypeClean,
} from "../../support/hostile.ts";

const schemas = Object.entries({
  ...{ ...entities, ...people, ...project, ...relations, ...ftrack },
}).flatMap(([name, value]: [string, unknown]) =>
  value instanceof z.ZodType ? [[name, value] as const] : [],
);

afterEach(() => {
  expect(isPrototypeClean()).toBe(true);
});

/** Objects that have the fields a schema asks for, with anything in them. */
function almost(names: readonly string[]): fc.Arbitrary<unknown> {
  return fc.record(
    Object.fromEntries(names.map((name) => [name, hostileJson])),
    { requiredKeys: [] },
  );
}

const FIELDS = [
  ...["id", "name", "label", "status", "tags", "attrib", "ownAttrib", "data"],
  ...["allAttrib", "path", "parentId", "folderId", "taskType", "assignees"],
  ...["folderTypes", "taskTypes", "statuses", "code", "active", "version"],
  ...["attributes", "projects", "links", "properties", "alias_for"],
  ...["primary_key", "metadata", "accessGroups", "isAdmin", "body", "items"],
];

describe("hostile answers", () => {
  it("there are schemas to try", () => {
    expect(schemas.length).toBeGreaterThan(12);
  });

  it.each(schemas)("%s refuses or reads, and throws nothing else", (_n, s) => {
    fc.assert(
      fc.property(fc.oneof(hostileJson, almost(FIELDS)), (answer) => {
        const parsed = s.safeParse(answer);
        expect(typeof parsed.success).toBe("boolean");
      }),
      { numRuns: 150 },
    );
  });
});

describe("Ftrack's schemas", () => {
  it("a property need not say of which column it is an alias", () => {
    const parsed = ftrack.entitySchema.parse({
      id: "Task",
      primary_key: ["id"],
      properties: { id: { type: "string" }, at: { format: "date-time" } },
    });
    expect([...parsed.datetimes]).toEqual(["at"]);
    expect(parsed).toMatchObject({ baseType: "task", objectTypeId: null });
  });

  it("one odd property takes no other with it", () => {
    fc.assert(
      fc.property(hostileText, hostileJson, (name, odd) => {
        fc.pre(name !== "at");
        const properties = Object.fromEntries([
          ["at", { format: "date-time" }],
          [name, odd],
        ]);
        const parsed = ftrack.entitySchema.parse({ id: "Task", properties });
        expect(parsed.datetimes.has("at")).toBe(true);
      }),
    );
  });
});
