import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useHeardShow } from "../../../support/ftrack-show.ts";
import {
  create,
  post,
  remove,
  rows,
  update,
  type Loose,
} from "../../../support/official-client.ts";
import { until } from "../../../support/until.ts";

const show = useHeardShow();

describe("switches", () => {
  it("old servers name no type in the parents", async () => {
    await show.sandbox.control.behaviour({ typedParents: false });
    const { data } = await show.told([
      update("Shot", show.shot, { description: randomUUID() }),
    ]);
    await show.sandbox.control.behaviour({ typedParents: true });
    expect(data.entities[0].parents[0]).toMatchObject({
      entityId: show.shot,
      entityType: "task",
    });
    expect(data.entities[0].parents[0]).not.toHaveProperty("entity_type");
  });

  it("status changes can be told as well", async () => {
    await show.sandbox.control.behaviour({ secondaryItems: true });
    const status = await show.id('Status where name is "Omitted"');
    const { data } = await show.told([
      update("Shot", show.shot, { status_id: status }),
    ]);
    await show.sandbox.control.behaviour({ secondaryItems: false });
    expect(data.entities.map((e: Loose) => e.entity_type)).toEqual([
      "Shot",
      "TypedContextStatusChange",
    ]);
  });

  it.each(["before", "after"] as const)(
    "the event goes out %s the answer",
    async (eventOrder) => {
      await show.sandbox.control.behaviour({ eventOrder });
      const order: string[] = [];
      for (let i = 0; i < 5; i++) {
        show.events.length = 0;
        order.length = 0;
        const answered = post(show.sandbox, [
          update("Shot", show.shot, { description: randomUUID() }),
        ]).then(() => order.push("answer"));
        const arrived = until("event", () => show.events.length > 0).then(() =>
          order.push("event"),
        );
        await Promise.all([answered, arrived]);
        expect(show.events).toHaveLength(1);
        // Two sockets: a client may see the event second either way, but first only when it was sent first.
        if (eventOrder === "after") expect(order).toEqual(["answer", "event"]);
      }
      await show.sandbox.control.behaviour({ eventOrder: "after" });
    },
  );

  it("events are lost, doubled, late or out of order on request", async () => {
    const touch = (description: string): Promise<Loose> =>
      post(show.sandbox, [update("Shot", show.shot, { description })]);
    const seen = (): string[] =>
      show.events.map((e) => e.data.entities[0].changes.description.new);
    show.events.length = 0;
    await show.sandbox.control.faults({ events: { drop: 1 } });
    await touch("lost");
    await show.sandbox.control.faults({ events: { drop: 0, duplicate: 1 } });
    await touch("twice");
    await until("doubled", () => show.events.length === 2);
    expect(seen()).toEqual(["twice", "twice"]);
    expect(show.events[0].id).toBe(show.events[1].id);
    show.events.length = 0;
    await show.sandbox.control.faults({ events: { duplicate: 0, reverse: 3 } });
    for (const word of ["a", "b", "c"]) await touch(word);
    await until("reversed", () => show.events.length === 3);
    expect(seen()).toEqual(["c", "b", "a"]);
    show.events.length = 0;
    await show.sandbox.control.faults({ events: { reverse: 0, delayMs: 150 } });
    await touch("late");
    expect(show.events).toEqual([]);
    await until("late", () => show.events.length === 1);
    await show.sandbox.control.clearFaults();
  });
});

describe("the Event log", () => {
  const latest = async (): Promise<number> =>
    (
      await rows(
        show.sandbox,
        "select id from Event order by id descending limit 1",
      )
    )[0]?.["id"] ?? 0;
  const after = (cursor: number): Promise<Loose[]> =>
    rows(
      show.sandbox,
      `select id, action, insert, created_at, data, parent_id, parent_type, project_id, user_id from Event where id > ${cursor} order by id limit 500`,
    );

  it("has a row per changed entity, in order, when the event arrives", async () => {
    const cursor = await latest();
    const task = randomUUID();
    await show.told([
      create("Task", { id: task, name: task, parent_id: show.shot }),
      update("Shot", show.shot, { description: randomUUID() }),
    ]);
    const status = await show.id('Status where name is "Approved"');
    await show.told([update("Task", task, { status_id: status })]);
    await show.told([remove("Task", task)]);
    const log = await after(cursor);
    expect(log.map((e) => e.id)).toEqual([1, 2, 3, 4].map((n) => cursor + n));
    expect(
      log.map((e) => [e.insert, e.action, e.parent_type, e.parent_id]),
    ).toEqual([
      ["insert", "insert.task", "task", task],
      ["update", "update.task", "task", show.shot],
      ["update", "change.status.task", "task", task],
      ["delete", "delete.task", "task", task],
    ]);
    expect(log.every((e) => e.project_id === show.project)).toBe(true);
    expect(JSON.parse(log[3]?.data)).toMatchObject({
      id: task,
      entity_type: "Task",
      name: task,
    });
  });

  it("logs links under the entity they hang on", async () => {
    const cursor = await latest();
    const anna = await show.id('User where username is "anna@studio.test"');
    const task = await show.make("Task", {
      name: randomUUID(),
      parent_id: show.shot,
    });
    await show.told([
      create("Appointment", {
        context_id: task,
        resource_id: anna,
        type: "assignment",
      }),
    ]);
    const [, assignment] = await after(cursor);
    expect(assignment).toMatchObject({
      insert: "insert",
      action: "insert.appointment",
      parent_type: "task",
      parent_id: task,
    });
  });

  it("does not log what was rolled back", async () => {
    const cursor = await latest();
    await post(show.sandbox, [
      update("Shot", show.shot, { name: "other" }),
      remove("Shot", "none"),
    ]);
    expect(await after(cursor)).toEqual([]);
  });

  it("can be denied, thinned out and delayed", async () => {
    const cursor = await latest();
    for (let i = 0; i < 40; i++)
      await post(show.sandbox, [
        update("Shot", show.shot, { description: String(i) }),
      ]);
    await show.sandbox.control.faults({ eventLog: { hidden: 0.5 } });
    const some = (await after(cursor)).length;
    expect(some).toBeGreaterThan(5);
    expect(some).toBeLessThan(35);
    await show.sandbox.control.faults({
      eventLog: { hidden: 0, delayMs: 60_000 },
    });
    expect(await after(cursor)).toEqual([]);
    await show.sandbox.control.faults({
      eventLog: { delayMs: 0, denied: true },
    });
    const { body } = await post(show.sandbox, [
      { action: "query", expression: "select id from Event" },
    ]);
    expect(body.exception).toBe("PermissionError");
    await show.sandbox.control.clearFaults();
    expect(await after(cursor)).toHaveLength(40);
  });
});
