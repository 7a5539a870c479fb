import { describe, expect, it } from "vitest";
import { ayonId, ftrackId } from "../../../src/core/ids.ts";
import type { AyonListRow } from "../../../src/core/ports.ts";
import type { FtrackList } from "../../../src/handlers/sync/facts.ts";
import { syncOnce } from "../../support/sync/cycle.ts";
import { aContext, aModel, aNode, aTask } from "../../support/sync/model.ts";
import { anAyonVersion, aVersion } from "../../support/sync/versions.ts";
import { DEFINITIONS } from "../../support/sync/world.ts";

function list(
  id: string,
  name: string,
  members: readonly string[],
  systemType = "task",
): FtrackList {
  return {
    id: ftrackId(id),
    name,
    systemType,
    memberIds: members.map(ftrackId),
  };
}
function ayonList(
  id: string,
  label: string,
  entityType: string,
  members: readonly string[],
  ftrack?: string,
): AyonListRow {
  return {
    id: ayonId(id),
    label,
    entityType,
    own: ftrack === undefined ? {} : { ftrackId: ftrack },
    items: members.map((m) => ({
      id: ayonId(`item-${m}`),
      entityId: ayonId(m),
    })),
  };
}

describe("lists (ES-54)", () => {
  interface Row {
    readonly ftrack?: readonly FtrackList[];
    readonly gone?: readonly string[];
    readonly ayon?: readonly AyonListRow[];
    readonly kind?: unknown;
    readonly expected: readonly string[];
  }
  it.each<[string, Row]>([
    [
      "a new one is made with its folders",
      {
        ftrack: [list("l", "Today", ["f", "t", "gone"])],
        expected: ["create Today folder n"],
      },
    ],
    [
      "FS-36 one of tasks holds tasks only",
      {
        ftrack: [list("l", "Today", ["f", "t"])],
        kind: ["task"],
        expected: ["create Today task nt"],
      },
    ],
    [
      "FS-36 the kind is a word or a list of one",
      {
        ftrack: [list("l", "Today", ["f", "t"])],
        kind: "task",
        expected: ["create Today task nt"],
      },
    ],
    [
      "it is found by its id and renamed",
      {
        ftrack: [list("l", "New", ["f"])],
        ayon: [ayonList("x", "Old", "folder", ["n"], "l")],
        expected: ["update x New"],
      },
    ],
    [
      "it is found by its label and linked",
      {
        ftrack: [list("l", "today", ["f"])],
        ayon: [ayonList("x", "Today", "folder", ["n"])],
        expected: ["update x today l"],
      },
    ],
    [
      "members come and go",
      {
        ftrack: [list("l", "L", ["f"])],
        ayon: [ayonList("x", "L", "folder", ["m"], "l")],
        expected: ["merge x n", "delete x item-m"],
      },
    ],
    [
      "FS-35 an emptied one becomes empty",
      {
        ftrack: [list("l", "L", [])],
        ayon: [ayonList("x", "L", "folder", ["n"], "l")],
        expected: ["delete x item-n"],
      },
    ],
    [
      "FS-35 of two with one label only that list is told",
      {
        ftrack: [list("l", "L", [])],
        ayon: [ayonList("x", "L", "folder", [], "other")],
        expected: ["told list-label-taken"],
      },
    ],
    [
      "an AYON list of another kind is never touched",
      {
        ftrack: [list("l", "L", ["f"])],
        ayon: [ayonList("x", "L", "version", [], "l")],
        expected: ["told list-kind-differs"],
      },
    ],
    [
      "a removed one goes",
      {
        gone: ["l"],
        ayon: [
          ayonList("x", "L", "folder", [], "l"),
          ayonList("y", "M", "folder", []),
        ],
        expected: ["delete x"],
      },
    ],
    [
      "other kinds of lists are left out",
      { ftrack: [list("l", "L", [], "calendar")], expected: [] },
    ],
    [
      "one of versions holds versions",
      {
        ftrack: [list("l", "L", ["v"], "assetversion")],
        expected: ["create L version av"],
      },
    ],
  ])("%s", (_, { ftrack = [], gone = [], ayon = [], kind, expected }) => {
    const model = aModel(
      [aContext("f", "a"), aTask("t", "c", "f")],
      [
        aNode("n", "a", "f"),
        aNode("nt", "c", "t", {
          kind: "task",
          parentId: ayonId("n"),
          own: { ftrackId: "t", ftrackPath: "a/c" },
        }),
      ],
    );
    if (kind !== undefined)
      model.values.set(
        ftrackId("l"),
        new Map([[DEFINITIONS.listType.id, kind]]),
      );
    const { decision } = syncOnce(model, {
      focus: new Map(),
      facts: {
        lists: { ftrack, gone: new Set(gone.map(ftrackId)), ayon },
        versions: {
          focus: new Map(),
          ftrack: new Map([[ftrackId("v"), aVersion("v", 1)]]),
          ayon: [anAyonVersion("av", 1, { ftrackId: "v" })],
          products: [],
        },
      },
    });
    const said = decision.changes.flatMap((c) => {
      if (c.kind !== "ayon.list") return [c.kind];
      const { label, entityType, attrib, items, mode } = c.data as {
        label?: string;
        entityType?: string;
        attrib?: { ftrackId: string };
        items?: { entityId?: string; id?: string }[];
        mode?: string;
      };
      const members = items?.map((item) => item.entityId ?? item.id) ?? [];
      const parts =
        c.op === "create"
          ? ["create", label, entityType, ...members]
          : c.op === "items"
            ? [mode, c.listId, ...members]
            : [c.op, c.listId, label, attrib?.ftrackId];
      return [parts.filter((part) => part !== undefined).join(" ")];
    });
    expect([
      ...said,
      ...decision.issues.map((issue) => `told ${issue.rule}`),
    ]).toEqual(expected);
  });
});
