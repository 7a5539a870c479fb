import type { Subject } from "../../../core/change.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { byCode } from "../../../core/order.ts";
import type { Steps } from "../../../core/steps.ts";
import type { FtrackContext, Kind, SyncFacts } from "../facts.ts";

/** What an Ftrack context is to AYON. A Milestone is nothing there: see docs/adr/0010. */
export type Role = "folder" | "task" | "milestone";

export interface Tree {
  /** Names joined by "/", without the project. */
  pathOf(id: FtrackId): string;
  /** 1 for what lies directly under the project; null when an ancestor is unknown. */
  depthOf(id: FtrackId): number | null;
  roleOf(context: FtrackContext): Role;
  subjectOf(context: FtrackContext): Subject;
  /** Parents before children, in an order that does not depend on that of the events. */
  topDown(ids: Iterable<FtrackId>): Steps<FtrackContext[]>;
}

interface Place {
  readonly depth: number;
  readonly path: string;
}

/** Object types by name, as Ftrack ships them; their ids are the same on every server, their names may be edited. */
const TASK = "11c137c0-ee7e-4f9c-91c5-8c77cec22b2c";
const MILESTONE = "01decdd1-51cb-11e3-9d5b-20c9d0831e59";

export function roleOfObjectType(id: FtrackId, name: string | undefined): Role {
  const word = name?.toLowerCase();
  if (id === TASK || word === "task") return "task";
  return id === MILESTONE || word === "milestone" ? "milestone" : "folder";
}

/** The Ftrack entity that a node of this kind is linked to is of another kind by now, or a milestone. */
export function isOfOtherKind(
  kind: Kind,
  id: FtrackId,
  facts: SyncFacts,
): boolean {
  const context = facts.contexts.get(id);
  if (context === undefined) return false;
  const name = facts.world.objectTypes.get(context.objectTypeId)?.name;
  return roleOfObjectType(context.objectTypeId, name) !== kind;
}

function byAge(a: FtrackContext, b: FtrackContext): number {
  return byCode(a.createdAt ?? "", b.createdAt ?? "") || byCode(a.id, b.id);
}

export function treeOf(facts: SyncFacts): Tree {
  const places = new Map<FtrackId, Place | null>();

  function placeOf(id: FtrackId): Place | null {
    const known = places.get(id);
    if (known !== undefined) return known;
    // Guards against a ring of parents, which Ftrack never has and a race may show.
    places.set(id, null);
    const context = facts.contexts.get(id);
    if (context === undefined) return null;
    const above =
      context.parentId === facts.project.id
        ? { depth: 0, path: "" }
        : placeOf(context.parentId);
    const place =
      above === null
        ? null
        : {
            depth: above.depth + 1,
            path:
              above.path === ""
                ? context.name
                : `${above.path}/${context.name}`,
          };
    places.set(id, place);
    return place;
  }

  function roleOf(context: FtrackContext): Role {
    return roleOfObjectType(
      context.objectTypeId,
      facts.world.objectTypes.get(context.objectTypeId)?.name,
    );
  }

  /** Level by level: each is sorted by itself, so that no step is long. */
  function* topDown(ids: Iterable<FtrackId>): Steps<FtrackContext[]> {
    const levels: (FtrackContext[] | undefined)[] = [];
    for (const id of ids) {
      const context = facts.contexts.get(id);
      const place = context === undefined ? null : placeOf(id);
      if (context === undefined || place === null) continue;
      (levels[place.depth] ??= []).push(context);
      yield;
    }
    const sorted: FtrackContext[] = [];
    for (const level of levels) {
      for (const context of (level ?? []).sort(byAge)) sorted.push(context);
      yield;
    }
    return sorted;
  }

  return {
    pathOf: (id) => placeOf(id)?.path ?? facts.contexts.get(id)?.name ?? id,
    depthOf: (id) => placeOf(id)?.depth ?? null,
    roleOf,
    subjectOf: (context) => ({
      ftrackId: context.id,
      path: placeOf(context.id)?.path ?? context.name,
      type:
        facts.world.objectTypes.get(context.objectTypeId)?.name ??
        (roleOf(context) === "task" ? "Task" : "Folder"),
    }),
    topDown,
  };
}

/** The project, as what a change or an issue is about. */
export function projectSubject(facts: Pick<SyncFacts, "project">): Subject {
  const { id, fullName } = facts.project;
  return { ftrackId: id, path: fullName, type: "Project" };
}
