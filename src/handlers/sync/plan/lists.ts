import type { AyonList } from "../../../core/change.ts";
import type { Issue } from "../../../core/decision.ts";
import { deriveAyonId, type AyonId, type FtrackId } from "../../../core/ids.ts";
import type { AyonListRow } from "../../../core/ports.ts";
import type { Steps } from "../../../core/steps.ts";
import { isSameName } from "../../../core/status.ts";
import type { FtrackList, SyncFacts } from "../facts.ts";
import { broken } from "../rules.ts";
import { changeIdOf } from "./change-ids.ts";
import type { Placed } from "./placed.ts";
import type { VersionMatches } from "./versions.ts";

export interface ListsPlan {
  readonly changes: readonly AyonList[];
  readonly issues: readonly Issue[];
}

const KINDS = ["folder", "task", "version"] as const;
type ListKind = (typeof KINDS)[number];

/** An enumerator comes as a list, even when only one may be chosen. */
function firstWord(value: unknown): string | null {
  const word: unknown = Array.isArray(value) ? value[0] : value;
  return typeof word === "string" && word !== "" ? word.toLowerCase() : null;
}

/** What kind of entities a list holds in AYON; null for a kind of list that is not brought over. */
function kindOf(list: FtrackList, facts: SyncFacts): ListKind | null {
  if (list.systemType === "assetversion") return "version";
  const definition = facts.world.bookkeeping.listType;
  if (list.systemType !== "task" || definition === null) return null;
  const word =
    firstWord(facts.values.get(list.id)?.get(definition.id)) ??
    firstWord(definition.default) ??
    "folder";
  return KINDS.find((kind) => kind === word) ?? null;
}

function ftrackIdOf(list: AyonListRow): string | null {
  const id = list.own["ftrackId"];
  return typeof id === "string" && id !== "" ? id : null;
}

function counterpart(
  list: FtrackList,
  ayon: readonly AyonListRow[],
): AyonListRow | undefined {
  return (
    ayon.find((row) => ftrackIdOf(row) === list.id) ??
    ayon.find(
      (row) => ftrackIdOf(row) === null && isSameName(row.label, list.name),
    )
  );
}

/** Lists in focus: made, renamed, filled and emptied; removed when Ftrack removed them. */
export function* planLists(
  facts: SyncFacts,
  placed: Placed,
  versions: VersionMatches,
): Steps<ListsPlan> {
  const changes: AyonList[] = [];
  const issues: Issue[] = [];
  const project = facts.ayonProject.name;

  function member(id: FtrackId, kind: ListKind): AyonId | null {
    if (kind === "version") return versions.get(id)?.id ?? null;
    const node = placed.nodeOf(id);
    return node?.kind === kind ? node.id : null;
  }

  for (const list of facts.lists.ftrack) {
    yield;
    const kind = kindOf(list, facts);
    if (kind === null) continue;
    const subject = { ftrackId: list.id, path: list.name, type: "List" };
    const base = { kind: "ayon.list", subject, project } as const;
    const members = [
      ...new Set(list.memberIds.flatMap((id) => member(id, kind) ?? [])),
    ];
    const needs = members.filter((id) => placed.isNew(id)).map(changeIdOf);
    const row = counterpart(list, facts.lists.ayon);
    const clash = facts.lists.ayon.find(
      (other) => other !== row && isSameName(other.label, list.name),
    );
    if (clash !== undefined) {
      issues.push(
        broken(
          "list-label-taken",
          subject,
          `Another list of the AYON project is called ${clash.label}.`,
        ),
      );
      if (row === undefined) continue;
    }
    if (row === undefined) {
      const listId = deriveAyonId(`list/${list.id}`);
      changes.push({
        ...base,
        id: `list-${listId}`,
        op: "create",
        listId,
        data: {
          label: list.name,
          entityType: kind,
          attrib: { ftrackId: list.id },
          items: members.map((entityId) => ({ entityId })),
        },
        ...(needs.length === 0 ? {} : { needs }),
      });
      continue;
    }
    if (row.entityType !== kind) {
      issues.push(
        broken(
          "list-kind-differs",
          subject,
          `It holds ${kind}s in Ftrack and ${row.entityType}s in AYON.`,
        ),
      );
      continue;
    }
    const data = {
      ...(row.label === list.name || clash !== undefined
        ? {}
        : { label: list.name }),
      ...(ftrackIdOf(row) === list.id ? {} : { attrib: { ftrackId: list.id } }),
    };
    if (Object.keys(data).length > 0)
      changes.push({
        ...base,
        id: `list-${row.id}`,
        op: "update",
        listId: row.id,
        data,
      });
    const present = new Set(row.items.map((item) => item.entityId));
    const wanted = new Set(members);
    const added = members.filter((id) => !present.has(id));
    const dropped = row.items.filter((item) => !wanted.has(item.entityId));
    if (added.length > 0)
      changes.push({
        ...base,
        id: `list-add-${row.id}`,
        op: "items",
        listId: row.id,
        data: {
          mode: "merge",
          items: added.map((entityId) => ({ entityId })),
        },
        ...(needs.length === 0 ? {} : { needs }),
      });
    if (dropped.length > 0)
      changes.push({
        ...base,
        id: `list-drop-${row.id}`,
        op: "items",
        listId: row.id,
        data: { mode: "delete", items: dropped.map(({ id }) => ({ id })) },
      });
  }
  for (const row of facts.lists.ayon) {
    const id = ftrackIdOf(row);
    if (id === null || !facts.lists.gone.has(id as FtrackId)) continue;
    changes.push({
      kind: "ayon.list",
      id: `list-${row.id}`,
      subject: { ftrackId: id as FtrackId, path: row.label, type: "List" },
      project,
      op: "delete",
      listId: row.id,
      data: {},
    });
  }
  return { changes, issues };
}
