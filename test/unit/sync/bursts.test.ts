import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FtrackEvent } from "../../../src/core/event.ts";
import type { FtrackId } from "../../../src/core/ids.ts";
import { atOnce } from "../../../src/core/steps.ts";
import {
  dirtyOf,
  type Dirty,
} from "../../../src/handlers/sync/gather/dirty.ts";
import type { Interest } from "../../../src/handlers/sync/interest.ts";
import { plan } from "../../../src/handlers/sync/plan/index.ts";
import { anEvent, type WireItem } from "../../support/events.ts";
import {
  aContext,
  aModel,
  factsOf,
  SETTINGS,
  type Model,
} from "../../support/sync/model.ts";
import { applyTo } from "../../support/sync/server.ts";

const ids = fc.constantFrom("f0", "f1", "f2", "f3");
const show = { entityId: "p", entityType: "show", entity_type: "Project" };

function changed(
  key: string,
  value: unknown = "x",
): Record<string, { old: unknown; new: unknown }> {
  return { [key]: { old: null, new: value } };
}

/** One row of an event: about contexts, the project, versions, assignments, links or lists. */
const items: fc.Arbitrary<WireItem> = fc
  .record({
    action: fc.constantFrom("add", "update", "move", "remove"),
    kind: fc.constantFrom(
      ...["task", "task", "show", "assetversion"],
      ...["appointment", "dependency", "list", "listobject"],
    ),
    id: ids,
    other: ids,
    key: fc.constantFrom(
      "name",
      "statusid",
      "thumbid",
      "ayon_id",
      "frameStart",
    ),
  })
  .map(({ action, kind, id, other, key }): WireItem => {
    const base = { action, entityType: kind, parents: [show] };
    switch (kind) {
      case "appointment":
        return {
          ...{ ...base, entityId: `ap-${id}-${other}` },
          changes: {
            ...changed("type", "assignment"),
            ...changed("context_id", id),
          },
        };
      case "dependency":
        return {
          ...{ ...base, entityId: `li-${id}-${other}` },
          changes: { ...changed("from_id", id), ...changed("to_id", other) },
        };
      case "listobject":
        return {
          ...{ ...base, entityId: `lo-${id}` },
          changes: changed("listid", `l-${other}`),
        };
      default:
        return {
          ...{ ...base, entityId: id, entity_type: "Shot", parentId: other },
          ...{ keys: [key], changes: changed(key) },
        };
    }
  });

const bursts = fc.record({
  events: fc.array(
    fc.record({
      rows: fc.array(items, { minLength: 1, maxLength: 3 }),
      user: fc.constantFrom("anna", "bob"),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  /** Which event comes when; those that are named more than once come again. */
  deliveries: fc.array(fc.nat(), { maxLength: 12 }),
  dice: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
});
type Burst = typeof bursts extends fc.Arbitrary<infer T> ? T : never;

/** In the order of sending, and as delivered: each at least once, some again under other ids, in any order. */
function delivered({ events, deliveries, dice }: Burst): {
  readonly sent: readonly FtrackEvent[];
  readonly came: readonly FtrackEvent[];
} {
  const all = [...events.keys(), ...deliveries.map((n) => n % events.length)];
  const made = all.map((index, n) => {
    const { rows = [], user = "" } = events[index] ?? {};
    return anEvent(rows, { id: `e${n}`, user: { id: user, username: user } });
  });
  const came = made
    .map((event, n) => [dice[n] ?? 0, event] as const)
    .sort(([a], [b]) => a - b)
    .map(([, event]) => event);
  return { sent: made.slice(0, events.length), came };
}

function interests(map: ReadonlyMap<FtrackId, Interest>): unknown[] {
  return [...map]
    .map(([id, interest]) =>
      interest.all ? [id, "all"] : [id, ...[...interest.keys].sort()],
    )
    .sort();
}

/** What counts of it: sets. */
function meaning(dirty: Dirty): unknown {
  const links = (list: Dirty["addedLinks"]): string[] =>
    [...new Set(list.map((link) => JSON.stringify(link)))].sort();
  const { project, hints } = dirty;
  return {
    contexts: interests(dirty.contexts),
    versions: interests(dirty.versions),
    project:
      project === null
        ? null
        : interests(new Map([["p" as FtrackId, project]])),
    added: links(dirty.addedLinks),
    removed: links(dirty.removedLinks),
    lists: [...dirty.lists].sort(),
    hints: Object.values(hints).map((set: ReadonlySet<string>) =>
      [...set].sort(),
    ),
    actors: [...dirty.actors].sort(),
  };
}

function aScene(): Model {
  return aModel(
    ["f0", "f1", "f2", "f3"].map((id, n) => aContext(id, `sh${n}`)),
    [],
  );
}

/** State of AYON after the plan for what the events are about. */
function stateAfter(events: readonly FtrackEvent[]): unknown {
  const model = aScene();
  const { contexts } = dirtyOf(events);
  const { decision } = atOnce(plan(factsOf(model, contexts), SETTINGS));
  applyTo(model, decision.changes);
  return [...model.nodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe("a burst of events, in any order and with any of them again", () => {
  it("is about the same entities, fields, links, lists and people", () => {
    fc.assert(
      fc.property(bursts, (burst) => {
        const { sent, came } = delivered(burst);
        expect(meaning(dirtyOf(came))).toEqual(meaning(dirtyOf(sent)));
      }),
      { numRuns: 500 },
    );
  });

  it("leads to the same state of AYON, and coming once more changes nothing", () => {
    fc.assert(
      fc.property(bursts, (burst) => {
        const { sent, came } = delivered(burst);
        const state = stateAfter(sent);
        expect(stateAfter(came)).toEqual(state);
        expect(stateAfter([...sent, ...came])).toEqual(state);
      }),
      { numRuns: 200 },
    );
  });
});
