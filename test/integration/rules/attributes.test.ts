/** Attributes that Ftrack holds twice, edited by people at work, the whole way through the event hub. */
import type { Session } from "@ftrack/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { branchIn } from "../../support/branch.ts";
import { setStudio } from "../../support/clicking.ts";
import { creation } from "../../support/edits.ts";
import {
  collect,
  connectHub,
  openSession,
  type Loose,
} from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

const RULE = { sync_hier_entity_attributes: { materialize_on_create: false } };

let world: World;
/** A person at work: the official client. */
let session: Session;
/** Definitions of `frameStart`. */
const frameStart = { ofShots: "", ofTasks: "", hierarchical: "" };

beforeAll(async () => {
  world = await startWorld({ settings: { service_event_handlers: RULE } });
  const found = await world.all("CustomAttributeType", ["name"]);
  const number = found.find((type) => type["name"] === "number")?.["id"];
  const definition = (type: string) =>
    creation("CustomAttributeConfiguration", {
      ...{ key: "frameStart", label: type, entity_type: "task" },
      ...{ type_id: number, object_type_id: world.ids.objectType(type) },
      config: JSON.stringify({ isdecimal: false }),
    });
  const [ofShots, ofTasks] = [definition("Shot"), definition("Task")];
  await world.edit(ofShots, ofTasks);
  const known = await world.all("CustomAttributeConfiguration", [
    "key",
    "is_hierarchical",
  ]);
  frameStart.ofShots = ofShots.id;
  frameStart.ofTasks = ofTasks.id;
  const hierarchical = known.find(
    (c) => c["key"] === "frameStart" && c["is_hierarchical"] === true,
  );
  frameStart.hierarchical = String(hierarchical?.["id"]);
  // Definitions are remembered for a minute.
  await restarted();
  session = await openSession(world.ftrack, { username: "admin@studio.test" });
  await connectHub(session);
}, 60_000);

afterAll(async () => {
  session.eventHub.disconnect();
  await world.stop();
});

async function restarted(): Promise<void> {
  await world.stopProcessor();
  await world.startProcessor();
}

/** Stores a value as the web client does. */
async function set(
  definition: string,
  entity: string,
  value: number,
): Promise<void> {
  const stored = await valueOf(definition, entity);
  await session.call([
    {
      action: stored === undefined ? "create" : "update",
      entity_type: "CustomAttributeValue",
      entity_key: [definition, entity],
      entity_data: {
        __entity_type__: "CustomAttributeValue",
        ...{ configuration_id: definition, entity_id: entity, value },
      },
    } as Loose,
  ]);
}

async function valueOf(definition: string, entity: string): Promise<unknown> {
  const rows = await world.stored(entity);
  return rows.find((r) => r["configuration_id"] === definition)?.["value"];
}

/** Both values of a shot. */
async function both(shot: string): Promise<Record<string, unknown>> {
  const { ofShots, hierarchical } = frameStart;
  return {
    typed: await valueOf(ofShots, shot),
    hierarchical: await valueOf(hierarchical, shot),
  };
}

/** How often the service has written a value to Ftrack since the requests were reset. */
async function written(): Promise<number> {
  const { recent } = await world.ftrack.control.requests();
  return recent
    .filter(({ user }) => user === world.ftrack.apiUser)
    .flatMap(({ operations }) => operations)
    .filter((text) => /^(create|update) CustomAttributeValue/.test(text))
    .length;
}

describe("FS-54 an edit of either goes to the other, once, and what follows writes nothing", () => {
  test.each([
    ["of the type", "ofShots"],
    ["of the hierarchy", "hierarchical"],
  ] as const)("%s", async (_words, edited) => {
    // Tasks below would follow with values of their own.
    const { name, sequence } = await branchIn(world);
    const { id: shot, ...create } = world.create("Shot", "alone", sequence);
    await world.edit(create);
    await world.settled();
    for (const value of [1010, 1020]) {
      await world.resetRequests();
      await set(frameStart[edited], shot, value);
      await world.settled();
      // The event of what the service has written comes after what has led to it.
      await world.settled();
      expect(await both(shot)).toEqual({ typed: value, hierarchical: value });
      expect(await written()).toBe(1);
      const folder = await world.folder(`/${name}/alone`);
      expect(folder?.own["frameStart"]).toBe(value);
    }
  });
});

describe("FS-55 of two quick edits the later one stays", () => {
  test("when the first is handled after the second was made", async () => {
    const { shot } = await branchIn(world);
    await world.stopProcessor();
    await set(frameStart.ofShots, shot, 1010);
    await set(frameStart.ofShots, shot, 1020);
    await world.startProcessor();
    await world.settled();
    await world.settled();
    expect(await both(shot)).toEqual({ typed: 1020, hierarchical: 1020 });
  });

  test("when the event of the first comes after all was done for the second", async () => {
    const { shot } = await branchIn(world);
    const events = await collect(world.ftrack, session);
    await set(frameStart.ofShots, shot, 1010);
    await eventually("the event of the first", () => events.length > 0);
    const [first] = events as Loose[];
    await set(frameStart.ofShots, shot, 1020);
    await world.settled();
    expect(await both(shot)).toEqual({ typed: 1020, hierarchical: 1020 });
    await world.resetRequests();
    const { topic, data, source } = first;
    expect(JSON.stringify(data)).toContain('"1010"');
    await world.ftrack.control.inject({ topic, data, source });
    await world.settled();
    expect(await both(shot)).toEqual({ typed: 1020, hierarchical: 1020 });
    expect(await written()).toBe(0);
  });
});

describe("FS-56 a new shot shows what it inherits", () => {
  test.each([
    ["and goes on inheriting", false, undefined],
    ["as a value of its own where that is set so", true, 1001],
  ] as const)("%s", async (_words, materialize_on_create, own) => {
    const { sequence } = await branchIn(world);
    await set(frameStart.hierarchical, sequence, 1001);
    await world.settled();
    await setStudio(world, {
      service_event_handlers: {
        sync_hier_entity_attributes: { materialize_on_create },
      },
    });
    await restarted();
    const made = world.create("Shot", "late", sequence);
    await world.edit(made);
    await eventually(
      "the shot shows it",
      async () => (await valueOf(frameStart.ofShots, made.id)) === 1001,
    );
    await world.settled();
    expect(await both(made.id)).toEqual({ typed: 1001, hierarchical: own });
    await set(frameStart.hierarchical, sequence, 1002);
    await world.settled();
    await world.settled();
    const { typed } = await both(made.id);
    expect(typed).toBe(own ?? 1002);
  });
});

test("FS-57 a task that is moved under another shot shows what that one does", async () => {
  const [from, to] = [await branchIn(world), await branchIn(world)];
  await set(frameStart.hierarchical, from.shot, 1001);
  await set(frameStart.hierarchical, to.shot, 1050);
  await world.settled();
  await world.settled();
  expect(await valueOf(frameStart.ofTasks, from.task)).toBe(1001);
  await world.edit(
    world.update("Task", from.task, { parent_id: to.shot, name: "moved" }),
  );
  await eventually(
    "the task shows it",
    async () => (await valueOf(frameStart.ofTasks, from.task)) === 1050,
  );
  expect(await valueOf(frameStart.hierarchical, from.task)).toBeUndefined();
});
