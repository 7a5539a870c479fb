import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Operation } from "../../../src/ftrack/session.ts";
import { slug } from "../../../src/core/slug.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({ settings: { sync: { thumbnails: false } } });
}, 120_000);
afterAll(async () => {
  await world.stop();
});

type Edit =
  | {
      readonly do: "rename" | "remove";
      readonly at: number;
      readonly n: number;
    }
  | { readonly do: "move"; readonly at: number; readonly to: number }
  | { readonly do: "status"; readonly at: number; readonly n: number }
  | { readonly do: "create"; readonly at: number; readonly n: number };

const index = fc.nat({ max: 500 });
const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constant("rename" as const), at: index, n: index }),
  fc.record({ do: fc.constant("move" as const), at: index, to: index }),
  fc.record({ do: fc.constant("status" as const), at: index, n: index }),
  fc.record({ do: fc.constant("create" as const), at: index, n: index }),
  fc.record({ do: fc.constant("remove" as const), at: index, n: index }),
);
const faults = fc.constantFrom(
  "none",
  "ayon unavailable",
  "ayon answer lost",
  "ayon deadlock",
  "ftrack unavailable",
  "ftrack answer lost",
  "events twice",
  "events in another order",
);
const rounds = fc.array(
  fc.record({ fault: faults, edits: fc.array(edits, { maxLength: 8 }) }),
  { minLength: 3, maxLength: 3 },
);

const STATUSES = ["In progress", "Revise", "Not started"];

/** What people have in Ftrack, kept by the test itself. */
interface Entity {
  readonly id: string;
  readonly type: "Sequence" | "Shot" | "Task";
  name: string;
  parent: string;
  status: string | null;
}

async function arrange(fault: string): Promise<void> {
  const { control } = world.ayon.sandbox;
  const path = "/operations";
  switch (fault) {
    case "ayon unavailable":
      control.addFault({ kind: "error", status: 503, times: 2, path });
      return;
    case "ayon answer lost":
      control.addFault({ kind: "commitThenReset", times: 1, path });
      return;
    case "ayon deadlock":
      control.addFault({ kind: "deadlock", times: 1 });
      return;
    case "ftrack unavailable":
      await world.ftrack.control.faults({ badGateway: 2 });
      return;
    case "ftrack answer lost":
      await world.ftrack.control.faults({ commitThenReset: 1 });
      return;
    case "events twice":
      await world.ftrack.control.faults({ events: { duplicate: 0.5 } });
      return;
    case "events in another order":
      await world.ftrack.control.faults({ events: { reverse: 3 } });
  }
}

/** A sequence, eight shots, three tasks in each, six times over: 204 entities. */
async function fill(prefix: string): Promise<Entity[]> {
  const made: Entity[] = [];
  const operations: Operation[] = [];
  function add(type: Entity["type"], name: string, parent: string): string {
    const more =
      type === "Task" ? { type_id: world.ids.type("Animation") } : {};
    const one = world.create(type, name, parent, more);
    operations.push(one);
    made.push({ id: one.id, type, name, parent, status: null });
    return one.id;
  }
  for (let s = 0; s < 6; s += 1) {
    const sequence = add("Sequence", `${prefix} ${s}`, world.projectId);
    for (let n = 0; n < 8; n += 1) {
      const shot = add("Shot", `sh ${n}`, sequence);
      for (const task of ["anim", "light", "comp"]) add("Task", task, shot);
    }
  }
  await world.edit(...operations);
  await world.settled();
  return made;
}

function operationOf(edit: Edit, entities: Entity[]): Operation | null {
  const at = entities[edit.at % entities.length];
  if (at === undefined) return null;
  switch (edit.do) {
    case "rename":
      if (at.type === "Sequence") return null;
      at.name = `${at.name.split(".")[0] ?? ""}.${edit.n}`;
      return world.update(at.type, at.id, { name: at.name });
    case "status":
      if (at.type !== "Task") return null;
      at.status = STATUSES[edit.n % STATUSES.length] ?? null;
      return world.update("Task", at.id, {
        status_id: world.ids.status(String(at.status)),
      });
    case "move": {
      const type = at.type === "Task" ? "Shot" : "Sequence";
      const homes = entities.filter((entity) => entity.type === type);
      const home = homes[edit.to % homes.length];
      const isTaken = entities.some(
        (e) => e.parent === home?.id && slug(e.name) === slug(at.name),
      );
      if (at.type === "Sequence" || home === undefined || isTaken) return null;
      at.parent = home.id;
      return world.update(at.type, at.id, { parent_id: home.id });
    }
    case "create": {
      const homes = entities.filter(({ type }) => type === "Sequence");
      const home = homes[edit.at % homes.length];
      const name = `new ${edit.n}`;
      const isTaken = entities.some(
        (e) => e.parent === home?.id && e.name === name,
      );
      if (home === undefined || isTaken) return null;
      const one = world.create("Shot", name, home.id);
      entities.push({
        ...{ id: one.id, type: "Shot", name, parent: home.id, status: null },
      });
      return one;
    }
    case "remove": {
      if (at.type !== "Task") return null;
      entities.splice(entities.indexOf(at), 1);
      return world.remove("Task", at.id);
    }
  }
}

/** Each entity with its path and status, as Ftrack must have it by what the test did. */
function wanted(entities: readonly Entity[]): string[] {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  function pathOf({ name, parent }: Entity): string {
    const above = byId.get(parent);
    return `${above === undefined ? "" : pathOf(above)}/${slug(name)}`;
  }
  return entities.map((e) => `${e.id} ${pathOf(e)} ${e.status ?? "-"}`).sort();
}

/** The same of AYON. */
async function found(entities: readonly Entity[]): Promise<string[]> {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const { folders, tasks } = await world.everything();
  return [...folders, ...tasks]
    .filter(({ active }) => active)
    .map(({ own, path, status }) => {
      const id = String(own["ftrackId"]);
      const hasStatus = (byId.get(id)?.status ?? null) !== null;
      return `${id} ${path} ${hasStatus ? status : "-"}`;
    })
    .sort();
}

describe("both sides", () => {
  it("agree after any edits of a project of 200 entities, whatever breaks meanwhile", async () => {
    const entities = await fill("sq");
    expect(await found(entities)).toEqual(wanted(entities));
    let count = 0;
    await fc.assert(
      fc.asyncProperty(rounds, async (played) => {
        for (const { fault, edits: made } of played) {
          await arrange(fault);
          for (const edit of made) {
            const operation = operationOf(edit, entities);
            if (operation === null) continue;
            await retried(operation);
            count += 1;
          }
        }
        world.ayon.sandbox.control.clearFaults();
        await world.ftrack.control.clearFaults();
        await world.settled();
        await world.settled();
        expect(await found(entities)).toEqual(wanted(entities));
      }),
      { numRuns: 5, endOnFailure: true },
    );
    expect(count).toBeGreaterThan(10);
  }, 120_000);
});

/** An edit until it is through: one whose answer was lost may have been made, and is then refused. */
async function retried(operation: Operation): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await world.edit(operation);
      return;
    } catch (thrown) {
      const isRefused =
        thrown instanceof Error &&
        /refused|exists|unique/i.test(thrown.message);
      if (attempt > 0 && isRefused) return;
      if (attempt > 4) throw thrown;
    }
  }
}
