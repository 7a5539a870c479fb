import { describe, expect, it } from "vitest";
import { ftrackId, type FtrackId } from "../../../src/core/ids.ts";
import type { FtrackContext, Node } from "../../../src/handlers/sync/facts.ts";
import { interestIn } from "../../../src/handlers/sync/interest.ts";
import type { SyncSettings } from "../../../src/handlers/sync/settings.ts";
import { rulesBroken, syncOnce } from "../../support/sync/cycle.ts";
import {
  aContext,
  aModel,
  aNode,
  focusOn,
  type Model,
} from "../../support/sync/model.ts";
import { DEFINITIONS, STATUSES, TYPES } from "../../support/sync/world.ts";

interface Row {
  readonly context?: Partial<FtrackContext>;
  /** Stored attribute values in Ftrack. */
  readonly stored?: Partial<Record<"frameStart" | "fps", unknown>>;
  readonly node?: Partial<Node>;
  readonly settings?: Partial<SyncSettings>;
  /** Keys an event named; none: a full sync. */
  readonly keys?: readonly string[];
  /** Those of them that the event said to be without a value now; all of them unless given. */
  readonly cleared?: readonly string[];
  /** Data of the one update; null: none is made. */
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly rules?: readonly string[];
}

function modelOf({ context, stored, node }: Row): Model {
  const model = aModel(
    [aContext("f", "sh", context)],
    [aNode("n", "sh", "f", node)],
  );
  const values = new Map<FtrackId, unknown>();
  for (const [key, value] of Object.entries(stored ?? {}))
    values.set(DEFINITIONS[key as "fps"].id, value);
  model.values.set(ftrackId("f"), values);
  return model;
}

describe("values of a folder", () => {
  it.each<[string, Row]>([
    [
      "ES-44 an own value is set",
      {
        stored: { frameStart: 1001 },
        keys: ["frameStart"],
        data: {
          attrib: { frameStart: 1001 },
          data: { ftrackAttributes: ["frameStart"] },
        },
      },
    ],
    [
      "ES-44 a cleared value is cleared, whoever set it",
      {
        node: { own: { ftrackId: "f", ftrackPath: "sh", frameStart: 5 } },
        keys: ["frameStart"],
        data: { attrib: { frameStart: null } },
      },
    ],
    [
      "ES-44 a stored null is no value",
      {
        stored: { frameStart: null },
        node: { own: { ftrackId: "f", ftrackPath: "sh", frameStart: 5 } },
        keys: ["frameStart"],
        data: { attrib: { frameStart: null } },
      },
    ],
    [
      "ES-45 an event that gave a value to another attribute of the key clears nothing that is AYON's own",
      {
        node: { own: { ftrackId: "f", ftrackPath: "sh", frameStart: 5 } },
        ...{ keys: ["frameStart"], cleared: [], data: null },
      },
    ],
    [
      "ES-44 what came from Ftrack is cleared, whatever the event said",
      {
        node: {
          own: { ftrackId: "f", ftrackPath: "sh", frameStart: 5 },
          data: { ftrackAttributes: ["frameStart"] },
        },
        ...{ keys: ["frameStart"], cleared: [] },
        data: { attrib: { frameStart: null }, data: { ftrackAttributes: [] } },
      },
    ],
    [
      "a date is cleared, whatever the event said: no other field has its key",
      {
        node: {
          own: { ftrackId: "f", ftrackPath: "sh", endDate: "2024-01-02" },
        },
        ...{ keys: ["enddate"], cleared: [] },
        data: { attrib: { endDate: null } },
      },
    ],
    [
      "FS-28 a full sync clears what came from Ftrack",
      {
        node: {
          own: { ftrackId: "f", ftrackPath: "sh", frameStart: 5 },
          data: { ftrackAttributes: ["frameStart"] },
        },
        data: { attrib: { frameStart: null }, data: { ftrackAttributes: [] } },
      },
    ],
    [
      "a full sync keeps what was set in AYON",
      {
        node: { own: { ftrackId: "f", ftrackPath: "sh", frameStart: 5 } },
        data: null,
      },
    ],
    [
      "a full sync remembers what is equal already",
      {
        stored: { frameStart: 5 },
        node: { own: { ftrackId: "f", ftrackPath: "sh", frameStart: 5 } },
        data: { data: { ftrackAttributes: ["frameStart"] } },
      },
    ],
    [
      "ES-62 another field is not touched",
      {
        stored: { frameStart: 1001 },
        node: { own: { ftrackId: "f", ftrackPath: "sh", fps: 30 } },
        keys: ["statusid"],
        data: null,
      },
    ],
    [
      "ES-46, FS-30 an unreadable rate is reported, the rest is brought over",
      {
        stored: { fps: "abc", frameStart: 7 },
        keys: ["fps", "frameStart"],
        data: {
          attrib: { frameStart: 7 },
          data: { ftrackAttributes: ["frameStart"] },
        },
        rules: ["value-invalid f"],
      },
    ],
    [
      "FS-31 a value out of bounds is reported, the rest is brought over",
      {
        stored: { fps: 0, frameStart: 7 },
        keys: ["fps", "frameStart"],
        data: {
          attrib: { frameStart: 7 },
          data: { ftrackAttributes: ["frameStart"] },
        },
        rules: ["value-invalid f"],
      },
    ],
    [
      "ES-48, FS-27 days",
      {
        context: {
          startDate: "2024-10-29T22:00:00",
          endDate: "2024-10-30T00:00:00",
        },
        keys: ["startdate", "enddate"],
        data: {
          attrib: {
            startDate: "2024-10-30T00:00:00+00:00",
            endDate: "2024-10-30T00:00:00+00:00",
          },
          data: { ftrackAttributes: ["endDate", "startDate"] },
        },
      },
    ],
    [
      "an equal day in another writing is equal",
      {
        context: { startDate: "2024-10-29T22:00:00" },
        node: {
          own: {
            ftrackId: "f",
            ftrackPath: "sh",
            startDate: "2024-10-30T00:00:00Z",
          },
        },
        keys: ["startdate"],
        data: null,
      },
    ],
    [
      "ES-16 a description",
      {
        context: { description: "a shot" },
        keys: ["description"],
        data: {
          attrib: { description: "a shot" },
          data: { ftrackAttributes: ["description"] },
        },
      },
    ],
    [
      "a description made empty",
      {
        context: { description: "" },
        node: { own: { ftrackId: "f", ftrackPath: "sh", description: "x" } },
        keys: ["description"],
        data: { attrib: { description: null } },
      },
    ],
    [
      "ES-49 a status, whatever its case",
      {
        context: { statusId: STATUSES.progress },
        keys: ["statusid"],
        data: { status: "In progress" },
      },
    ],
    [
      "ES-49 the same status in another case is the same",
      {
        context: { statusId: STATUSES.progress },
        node: { status: "In progress" },
        keys: ["statusid"],
        data: null,
      },
    ],
    [
      "a folder's type changes",
      {
        context: { objectTypeId: TYPES.sequence },
        keys: ["object_typeid"],
        data: { folderType: "Sequence" },
      },
    ],
    [
      "priorities only when they are wanted",
      {
        context: { priorityId: ftrackId("pr-high") },
        keys: ["priorityid"],
        data: null,
      },
    ],
    [
      "a priority",
      {
        context: { priorityId: ftrackId("pr-medium") },
        settings: { priority: true },
        keys: ["priorityid"],
        data: {
          attrib: { priority: "normal" },
          data: { ftrackAttributes: ["priority"] },
        },
      },
    ],
    [
      "no priority",
      {
        context: { priorityId: ftrackId("pr-none") },
        node: { own: { ftrackId: "f", ftrackPath: "sh", priority: "high" } },
        settings: { priority: true },
        keys: ["priorityid"],
        data: { attrib: { priority: null } },
      },
    ],
    [
      "the path follows when something above was renamed",
      {
        node: { own: { ftrackId: "f", ftrackPath: "old/sh" } },
        keys: ["(path)"],
        data: { attrib: { ftrackPath: "sh" } },
      },
    ],
    [
      "ES-12 a label that says more than the name",
      {
        context: { name: "s'h" },
        node: { name: "sh" },
        keys: ["name"],
        data: { label: "s’h", attrib: { ftrackPath: "s'h" } },
      },
    ],
  ])("%s", (_, row) => {
    const model = modelOf(row);
    const cycle = syncOnce(model, {
      ...(row.keys === undefined
        ? {}
        : {
            focus: new Map([
              [ftrackId("f"), interestIn(row.keys, row.cleared)],
            ]),
          }),
      ...(row.settings === undefined ? {} : { settings: row.settings }),
    });
    const updates = cycle.decision.changes.filter(
      (c) => c.kind === "ayon.operation",
    );
    expect(updates.map((c) => c.data)).toEqual(
      row.data === null ? [] : [row.data],
    );
    expect(rulesBroken(cycle)).toEqual(row.rules ?? []);
  });

  it("of a frozen folder still come over, but for its type (FS-14)", () => {
    const model = aModel(
      [
        aContext("f", "renamed", {
          objectTypeId: TYPES.sequence,
          statusId: STATUSES.progress,
        }),
      ],
      [aNode("n", "sh", "f")],
    );
    model.published.add("n" as Node["id"]);
    const cycle = syncOnce(model, { focus: focusOn("f") });
    expect([...model.nodes.values()]).toMatchObject([
      { name: "sh", type: "Shot", status: "In progress" },
    ]);
    expect(rulesBroken(cycle)).toEqual([
      "published-renamed f",
      "published-retyped f",
    ]);
  });
});
