import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Envelope } from "../../../src/core/envelope.ts";
import { projectName } from "../../../src/core/ids.ts";
import type { Operation } from "../../../src/ftrack/session.ts";
import { branchIn } from "../../support/branch.ts";
import { creation } from "../../support/edits.ts";
import { inboxOf } from "../../support/leecher.ts";
import { waiting } from "../../support/queue-harness.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
});

/** Sixteen edits of which each is an event of its own, and many are about the same places and names. */
async function burst(): Promise<readonly Operation[]> {
  const [one, two, gone] = [
    ...[await branchIn(world), await branchIn(world), await branchIn(world)],
  ] as const;
  const type_id = world.ids.type("Compositing");
  const [anna] = await world.people("anna@studio.test");
  const top = world.create("Sequence", "new top", world.projectId);
  const shot = world.create("Shot", "new shot", top.id);
  const task = world.create("Task", "comp", shot.id, { type_id });
  const brief = world.create("Shot", "brief", one.sequence);
  const link = { from_id: one.shot, to_id: shot.id };
  const [category] = await world.all("ListCategory", ["id"]);
  const list = creation("TypedContextList", {
    ...{ name: "picks", project_id: world.projectId, system_type: "task" },
    category_id: category?.["id"],
  });
  return [
    ...[top, shot, task, world.assign(task.id, String(anna))],
    world.update("Task", one.task, { status_id: world.ids.status("Revise") }),
    // Two shots change places and names, by way of a third name.
    world.update("Shot", one.shot, { name: "aside", parent_id: top.id }),
    world.update("Shot", two.shot, { parent_id: one.sequence }),
    world.update("Shot", one.shot, { name: "sh 010", parent_id: two.sequence }),
    world.update("Sequence", two.sequence, { name: `${two.name} b` }),
    await world.setValue(one.shot, "frameStart", 1010),
    ...[brief, world.remove("Shot", brief.id)],
    world.remove("Shot", gone.shot),
    creation("TypedContextLink", link),
    ...[list, creation("ListObject", { list_id: list.id, entity_id: shot.id })],
  ];
}

/** What is in AYON, each part in an order of its own. */
async function inAyon() {
  const name = projectName(world.name);
  const { folders, tasks } = await world.everything();
  const byId = <T extends { readonly id: string }>(rows: readonly T[]): T[] =>
    [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
  const links = await world.reads.links(name, "breakdown|folder|folder", "all");
  const lists = await world.reads.lists(name);
  return {
    folders: byId(folders),
    tasks: byId(tasks),
    links: byId(links),
    lists: byId(lists).map(({ items, ...list }) => ({
      ...list,
      members: items.map((item) => item.entityId).sort(),
    })),
  };
}

/** Both servers as they were once: after the edits in Ftrack, before them in AYON. */
async function rewind(): Promise<void> {
  await world.stopProcessor();
  await world.ftrack.control.restore("edited");
  world.ayon.sandbox.control.restore("before");
}

it("the events of a burst, come twice and in any order, in one go or in several, leave AYON as they do in their own order (ES-11, ES-55)", async () => {
  const edits = await burst();
  await world.settled();
  await world.settled();
  await world.stopProcessor();
  world.ayon.sandbox.control.snapshot("before");
  const before = await inAyon();
  const earlier = await inboxOf(world.redis, world.projectId);
  for (const edit of edits) await world.edit(edit);
  await eventually("all of them wait", async () => {
    const count = await waiting(world.redis, world.projectId);
    return count >= earlier.length + edits.length;
  });
  const known = new Set(earlier.map((envelope) => envelope.id));
  const events = (await inboxOf(world.redis, world.projectId)).filter(
    (envelope) => !known.has(envelope.id),
  );
  expect(events).toHaveLength(edits.length);
  await world.ftrack.control.snapshot("edited");
  await world.startProcessor();
  await world.settled();
  const inOrder = await inAyon();
  expect(inOrder).not.toEqual(before);
  expect(inOrder.lists).toHaveLength(1);
  expect(inOrder.links).toHaveLength(1);

  const each = [...events.keys()];
  const plays = fc.record({
    /** Which event comes when: each once, some again. */
    order: fc.subarray(each).chain((twice) =>
      fc.shuffledSubarray([...each, ...twice], {
        minLength: each.length + twice.length,
      }),
    ),
    /** How many of them come before the processor is through with what came so far. */
    cuts: fc.array(fc.nat({ max: 2 * events.length }), { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(plays, async ({ order, cuts }) => {
      await rewind();
      expect(await inAyon()).toEqual(before);
      await world.startProcessor();
      const bounds = [0, ...cuts.sort((a, b) => a - b), order.length];
      for (const [n, from] of bounds.entries()) {
        const part = order
          .slice(from, bounds[n + 1] ?? order.length)
          .flatMap((index) => events[index] ?? []);
        if (part.length === 0) continue;
        await world.leecher.queue.intake.put(part.map(again));
        await world.settled();
      }
      await world.settled();
      expect(await inAyon()).toEqual(inOrder);
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

/** The same event under another id: to the queue it is a new one. */
function again(envelope: Envelope): Envelope {
  const id = randomUUID();
  return { ...envelope, id, event: { ...envelope.event, id } };
}
