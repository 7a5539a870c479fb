import { ftrackId } from "../../src/core/ids.ts";
import type { NextTaskFacts } from "../../src/handlers/statuses/next-task.ts";
import { aSchema, statusesOf, statusId } from "./statuses.ts";

const NAMES = [
  "Not Ready",
  "Ready",
  "In Progress",
  "Approved",
  "Done",
  "Omitted",
];
/** In the order of the studio; "unsorted" has no order. */
const TYPES = ["modeling", "rigging", "lighting"];

/**
 * "s1 modeling m1:Approved": task m1 of that type below s1. A leading "*" says that it has just got that
 * status; "Done/Ready" that it had just got the first, and has the second by now.
 */
export interface NextTaskScene {
  readonly tasks: readonly string[];
  readonly offers?: readonly string[];
  readonly overrides?: Readonly<Record<string, readonly string[]>>;
  readonly sorts?: Readonly<Record<string, number | null>>;
}

export function nextTaskFacts(row: NextTaskScene): NextTaskFacts {
  const parsed = row.tasks.map((text) => {
    const [head = "", now = ""] = text.split(":");
    const [marks, parent = "", type = "", name = ""] =
      /^(\*?)(\S+) (\S+) (.+)$/.exec(head)?.slice(1) ?? [];
    const [got, by] = now.includes("/") ? now.split("/") : [now, now];
    return {
      isChanged: marks === "*",
      got: statusId(got ?? ""),
      task: {
        id: ftrackId(name.replace(" ", "")),
        name,
        parentId: ftrackId(parent),
        typeId: ftrackId(type),
        statusId: by === "" ? null : statusId(by ?? ""),
        path: `show/${parent}/${name}`,
      },
    };
  });
  return {
    justMoved: new Set(),
    statuses: statusesOf(...NAMES),
    schema: aSchema({
      tasks: row.offers ?? NAMES,
      ...(row.overrides === undefined ? {} : { overrides: row.overrides }),
    }),
    transitions: parsed
      .filter((p) => p.isChanged)
      .map(({ task, got }) => ({
        entityId: task.id,
        parentId: task.parentId,
        newStatusId: got,
        actor: { id: null, username: null },
      })),
    tasks: parsed.map((p) => p.task),
    taskTypes: [...TYPES.toReversed(), "unsorted"].map((name) => ({
      id: ftrackId(name),
      name,
      sort:
        row.sorts?.[name] ?? (name === "unsorted" ? null : TYPES.indexOf(name)),
    })),
  };
}
