import { BOOKKEEPING_KEYS } from "../../../core/bookkeeping.ts";
import type { EntityChange, FtrackEvent } from "../../../core/event.ts";
import { ftrackId, type FtrackId } from "../../../core/ids.ts";
import type { FtrackLink } from "../facts.ts";
import {
  ASSIGNEES,
  everything,
  interestIn,
  isStructural,
  join,
  type Interest,
} from "../interest.ts";
import type { SyncSettings } from "../settings.ts";

/** What events say may have changed. Hints only: all of it is read again. */
export interface Dirty {
  /** Typed contexts. */
  readonly contexts: ReadonlyMap<FtrackId, Interest>;
  /** The project itself; null when no event was about it. */
  readonly project: Interest | null;
  readonly versions: ReadonlyMap<FtrackId, Interest>;
  readonly addedLinks: readonly FtrackLink[];
  readonly removedLinks: readonly FtrackLink[];
  /** Lists whose name, kind or members changed. */
  readonly lists: ReadonlySet<FtrackId>;
  readonly hints: Hints;
  readonly actors: readonly FtrackId[];
}

/** Guesses that spare a round of reading; a wrong one costs a round, nothing else. */
export interface Hints {
  readonly ancestors: ReadonlySet<FtrackId>;
  /** Parents whose children are worth knowing: a name below them comes, goes or changes. */
  readonly siblingsOf: ReadonlySet<FtrackId>;
  /** Folders whose place or name changed. */
  readonly descendantsOf: ReadonlySet<FtrackId>;
}

function idIn(entity: EntityChange, key: string): FtrackId | null {
  const change = entity.changes.get(key);
  for (const value of [change?.new, change?.old]) {
    if (typeof value === "string" && value !== "") return ftrackId(value);
  }
  return null;
}

function textIn(entity: EntityChange, key: string): string {
  const change = entity.changes.get(key);
  const value = change?.new ?? change?.old;
  return typeof value === "string" ? value : "";
}

/** Fields an event says changed, without our own bookkeeping; null when nothing is left. */
function interestOf(entity: EntityChange): Interest | null {
  if (entity.action !== "update" && entity.action !== "move") return everything;
  const all = entity.keys.length > 0 ? entity.keys : [...entity.changes.keys()];
  // An update that does not say of what may be of anything.
  if (all.length === 0)
    return entity.action === "move" ? interestIn(["parent_id"]) : everything;
  const keys = all.filter((key) => !BOOKKEEPING_KEYS.has(key));
  if (entity.action === "move") keys.push("parent_id");
  if (keys.length === 0) return null;
  const cleared = keys.filter((key) => {
    const value = entity.changes.get(key)?.new ?? "";
    return value === "";
  });
  return interestIn(keys, cleared);
}

/** The appointment, link or list row an event is about came or went; a refresh may be either. */
function comesOrGoes(entity: EntityChange): boolean {
  return ["add", "remove", "refresh"].includes(entity.action);
}

function isRelevant(entity: EntityChange): boolean {
  switch (entity.baseType) {
    case "task":
      return entity.objectType !== "Milestone" && interestOf(entity) !== null;
    case "show":
      return (
        entity.action !== "add" &&
        entity.action !== "remove" &&
        interestOf(entity) !== null
      );
    case "assetversion":
      return (
        entity.action === "refresh" ||
        (entity.action === "update" &&
          entity.keys.some((key) => key === "statusid" || key === "thumbid"))
      );
    case "appointment":
      return comesOrGoes(entity) && textIn(entity, "type") === "assignment";
    case "dependency":
      return comesOrGoes(entity);
    case "list":
      return (
        comesOrGoes(entity) ||
        entity.keys.some((key) => key === "name" || key === "ayon_list_type")
      );
    case "listobject":
      return comesOrGoes(entity);
    default:
      return false;
  }
}

/** Whether the sync has anything to do with an event; decided before anything is read. */
export function wants(event: FtrackEvent): boolean {
  return event.entities.some(isRelevant);
}

/** Puts together what a burst of events says. */
export function dirtyOf(events: readonly FtrackEvent[]): Dirty {
  const contexts = new Map<FtrackId, Interest>();
  let project: Interest | null = null;
  const versions = new Map<FtrackId, Interest>();
  const addedLinks: FtrackLink[] = [];
  const removedLinks: FtrackLink[] = [];
  const lists = new Set<FtrackId>();
  const ancestors = new Set<FtrackId>();
  const siblingsOf = new Set<FtrackId>();
  const descendantsOf = new Set<FtrackId>();
  const actors = new Set<FtrackId>();

  function context(entity: EntityChange): void {
    const interest = interestOf(entity);
    if (interest === null) return;
    contexts.set(
      entity.entityId,
      join(contexts.get(entity.entityId), interest),
    );
    for (const parent of entity.parents) {
      if (parent.baseType === "task" && parent.entityId !== entity.entityId)
        ancestors.add(parent.entityId);
    }
    if (!isStructural(interest)) return;
    if (entity.parentId !== null) siblingsOf.add(entity.parentId);
    const from = entity.changes.get("parent_id")?.old;
    if (typeof from === "string" && from !== "") siblingsOf.add(ftrackId(from));
    if (entity.objectType !== "Task" && entity.action !== "remove")
      descendantsOf.add(entity.entityId);
  }

  for (const event of events) {
    const relevant = event.entities.filter(isRelevant);
    if (relevant.length > 0 && event.actor.id !== null)
      actors.add(event.actor.id);
    for (const entity of relevant) {
      switch (entity.baseType) {
        case "task":
          context(entity);
          break;
        case "show": {
          const interest = interestOf(entity);
          if (interest !== null) project = join(project ?? undefined, interest);
          break;
        }
        case "assetversion": {
          const interest = interestOf(entity) ?? everything;
          versions.set(
            entity.entityId,
            join(versions.get(entity.entityId), interest),
          );
          break;
        }
        case "appointment": {
          const task = idIn(entity, "context_id");
          if (task !== null)
            contexts.set(
              task,
              join(contexts.get(task), interestIn([ASSIGNEES])),
            );
          for (const parent of entity.parents) {
            if (parent.baseType === "task" && parent.entityId !== task)
              ancestors.add(parent.entityId);
          }
          break;
        }
        case "dependency": {
          const from = idIn(entity, "from_id");
          const to = idIn(entity, "to_id");
          if (from === null || to === null) break;
          const link = { id: entity.entityId, from, to };
          (entity.action === "remove" ? removedLinks : addedLinks).push(link);
          break;
        }
        case "list":
          lists.add(entity.entityId);
          break;
        case "listobject": {
          const list = idIn(entity, "listid") ?? idIn(entity, "list_id");
          if (list !== null) lists.add(list);
          break;
        }
      }
    }
  }
  return {
    contexts,
    project,
    versions,
    addedLinks,
    removedLinks,
    lists,
    hints: { ancestors, siblingsOf, descendantsOf },
    actors: [...actors],
  };
}

/** Leaves out what the settings do not bring over, so that such an event costs no request (ES-7). */
export function withoutUnused(
  dirty: Dirty,
  settings: Pick<SyncSettings, "thumbnails" | "priority" | "linkType">,
): Dirty {
  const unused = new Set([
    ...(settings.thumbnails ? [] : ["thumbid"]),
    ...(settings.priority ? [] : ["priorityid"]),
  ]);
  function used(
    interests: ReadonlyMap<FtrackId, Interest>,
  ): Map<FtrackId, Interest> {
    const found = new Map<FtrackId, Interest>();
    for (const [id, interest] of interests) {
      const left = usedOf(interest);
      if (left !== null) found.set(id, left);
    }
    return found;
  }
  function usedOf(interest: Interest): Interest | null {
    if (interest.all) return interest;
    const keys = [...interest.keys].filter((key) => !unused.has(key));
    return keys.length === 0 ? null : interestIn(keys, [...interest.cleared]);
  }
  const hasLinks = settings.linkType !== null;
  return {
    ...dirty,
    contexts: used(dirty.contexts),
    versions: used(dirty.versions),
    project: dirty.project === null ? null : usedOf(dirty.project),
    addedLinks: hasLinks ? dirty.addedLinks : [],
    removedLinks: hasLinks ? dirty.removedLinks : [],
  };
}
