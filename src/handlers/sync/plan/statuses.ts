import type { FtrackId } from "../../../core/ids.ts";
import type { AyonStatus } from "../../../core/ports.ts";
import type { FtrackStatus } from "../../../core/reference.ts";
import { findByName } from "../../../core/status.ts";
import type { Kind, SyncFacts } from "../facts.ts";
import type { RuleName } from "../rules.ts";
import { roleOfObjectType } from "./tree.ts";
import { uniqueShortName, type Entry, type Extended } from "./types.ts";

/** Statuses that entities in focus have, and what kinds of entities those are. */
export type StatusNeeds = ReadonlyMap<FtrackId, ReadonlySet<Kind | "version">>;

export type Report = (rule: RuleName, detail: string) => void;

const STATES: ReadonlyMap<string, AyonStatus["state"]> = new Map([
  ["NOT_STARTED", "not_started"],
  ["IN_PROGRESS", "in_progress"],
  ["DONE", "done"],
  ["BLOCKED", "blocked"],
]);
const DEFAULT_COLOR = "#808080";
const ALWAYS_IN_SCOPE = ["representation", "workfile"];

/** A status as AYON should know it. Two of Ftrack whose names are one to AYON make one. */
interface Wanted {
  readonly name: string;
  /** The first of them, which gives colour and state. */
  readonly status: FtrackStatus;
  readonly scope: Set<string>;
}

function scopesOf(kind: Kind | "version"): readonly string[] {
  return kind === "version" ? ["product", "version"] : [kind];
}

/** What the project's schema offers and what is in use, last in Ftrack's order first. */
function wantedStatuses(facts: SyncFacts, needs: StatusNeeds): Wanted[] {
  const { schema, statuses, objectTypes } = facts.world;
  const scopes = new Map<FtrackId, Set<string>>();
  function add(ids: Iterable<FtrackId>, kind: Kind | "version"): void {
    for (const id of ids) {
      const scope = scopes.get(id) ?? new Set(ALWAYS_IN_SCOPE);
      scopesOf(kind).forEach((item) => scope.add(item));
      scopes.set(id, scope);
    }
  }
  for (const [objectType, ids] of schema.objectStatuses) {
    const name = objectTypes.get(objectType)?.name;
    if (roleOfObjectType(objectType, name) === "folder") add(ids, "folder");
  }
  add(schema.taskStatuses, "task");
  for (const ids of schema.taskStatusOverrides.values()) add(ids, "task");
  add(schema.versionStatuses, "version");
  for (const [id, kinds] of needs)
    kinds.forEach((kind) => {
      add([id], kind);
    });

  const sorted = [...scopes]
    .flatMap(([id, scope]) => {
      const status = statuses.get(id);
      return status === undefined ? [] : [{ name: status.name, status, scope }];
    })
    .sort(
      (a, b) =>
        (b.status.sort ?? 0) - (a.status.sort ?? 0) ||
        (a.name < b.name ? -1 : 1),
    );
  const merged: Wanted[] = [];
  for (const wanted of sorted) {
    const twin = findByName(merged, wanted.name);
    if (twin === undefined) merged.push(wanted);
    else wanted.scope.forEach((item) => twin.scope.add(item));
  }
  return merged;
}

function colorOf(status: FtrackStatus, report: Report): string {
  const color = status.color?.toLowerCase() ?? "";
  if (/^#[0-9a-f]{6}$/.test(color)) return color;
  report(
    "status-color-invalid",
    `Status ${status.name} has the colour “${color}”.`,
  );
  return DEFAULT_COLOR;
}

function stateOf(status: FtrackStatus, report: Report): AyonStatus["state"] {
  const state = STATES.get(status.state.toUpperCase());
  if (state !== undefined) return state;
  report(
    "status-state-unknown",
    `Status ${status.name} has the state “${status.stateName}”.`,
  );
  return "not_started";
}

function initials(name: string): string {
  const words = name.toUpperCase().match(/[A-Z0-9]+/g) ?? [];
  if (words.length > 1) return words.map((word) => word.charAt(0)).join("");
  return (words[0] ?? "ST").slice(0, 3);
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}

function isSame(entry: Entry, status: AyonStatus | undefined): boolean {
  return (
    status !== undefined &&
    entry.original_name === undefined &&
    entry.name === status.name &&
    entry["color"] === status.color &&
    entry["state"] === status.state &&
    sameMembers(entry["scope"] as readonly string[], status.scope)
  );
}

function plain(status: AyonStatus): Entry {
  return { ...status };
}

function asTheyAre(known: readonly AyonStatus[]): Extended {
  return {
    list: known.map(plain),
    isChanged: false,
    wordFor(name) {
      const found = findByName(known, name);
      return found === undefined ? null : { name: found.name, isNew: false };
    },
  };
}

/** AYON takes every status in focus for its kind of entity already. */
function knowsAll(facts: SyncFacts, needs: StatusNeeds): boolean {
  return [...needs].every(([id, kinds]) => {
    const status = facts.world.statuses.get(id);
    if (status === undefined) return true;
    const scope =
      findByName(facts.ayonProject.statuses, status.name)?.scope ?? [];
    return [...kinds].every((kind) => scope.includes(kind));
  });
}

/**
 * The project's statuses with what is missing.
 *
 * After an event, statuses are added or their scope is widened, and only when one in focus is missing. A full
 * sync also takes names, colours, states, scopes and the order from Ftrack. What AYON alone has is never
 * dropped and comes last.
 */
export function extendStatuses(
  facts: SyncFacts,
  needs: StatusNeeds,
  report: Report,
): Extended {
  const known = facts.ayonProject.statuses;
  const isProject = facts.origin === "project" && facts.subtreeId === null;
  if (!isProject && knowsAll(facts, needs)) return asTheyAre(known);

  const shortNames = new Set(known.map((s) => s.shortName.toLowerCase()));
  const entryOf = new Map<AyonStatus, Entry>();
  const added: Entry[] = [];
  const inOrder: Entry[] = [];
  const news = new Set<string>();
  for (const { name, status, scope } of wantedStatuses(facts, needs)) {
    const old = findByName(
      known.filter((s) => !entryOf.has(s)),
      name,
    );
    let entry: Entry;
    if (old === undefined) {
      entry = {
        name,
        shortName: uniqueShortName(initials(name), shortNames),
        state: stateOf(status, report),
        icon: "",
        color: colorOf(status, report),
        scope: [...scope],
      };
      added.push(entry);
    } else {
      entry = isProject
        ? {
            ...old,
            name,
            ...(name === old.name ? {} : { original_name: old.name }),
            color: colorOf(status, report),
            state: stateOf(status, report),
            scope: [...scope],
          }
        : { ...old, scope: [...new Set([...old.scope, ...scope])] };
      entryOf.set(old, entry);
    }
    if (!isSame(entry, old)) news.add(entry.name);
    inOrder.push(entry);
  }
  const list = isProject
    ? [...inOrder, ...known.filter((s) => !entryOf.has(s)).map(plain)]
    : [...known.map((s) => entryOf.get(s) ?? plain(s)), ...added];
  return {
    list,
    isChanged:
      list.length !== known.length || list.some((e, i) => !isSame(e, known[i])),
    wordFor(name) {
      const found = findByName(list, name);
      return found === undefined
        ? null
        : { name: found.name, isNew: news.has(found.name) };
    },
  };
}
