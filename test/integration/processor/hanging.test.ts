import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { defineHandler } from "../../../src/core/handler.ts";
import { handlers } from "../../../src/handlers/registry.ts";
import { startWorld, type World } from "../../support/world.ts";
import { eventually } from "../../support/redis.ts";

const NAME = "hangs-once";
const SHOT = "sh_hang";
let isHanging = false;
let runs = 0;
let world: World;

/** Never ends, and does not hear its signal, as long as it is told to. */
const hanging = defineHandler({
  name: NAME,
  title: NAME,
  topics: ["ftrack.update"],
  settingsKey: null,
  settings: z.unknown(),
  deadlineMs: 500,
  wants: (event) => event.entities.some(({ action }) => action === "add"),
  async gather() {
    runs += 1;
    if (isHanging) await new Promise(() => undefined);
    return null;
  },
  decide: () => ({ changes: [], skips: [], issues: [] }),
});

beforeAll(async () => {
  world = await startWorld({ handlers: [...handlers, hanging] });
}, 60_000);
afterAll(async () => {
  await world.stop();
});

it("a handler that hangs: its time ends, the outcome says so, its event is tried again, others are done", async () => {
  isHanging = true;
  runs = 0;
  await world.edit(world.create("Shot", SHOT, world.projectId));
  const told = async (): Promise<readonly (string | null)[]> =>
    (await world.outcomes.query({ handler: NAME, kinds: ["retry"] })).map(
      ({ reason }) => reason,
    );
  await eventually("it is told", async () => (await told()).length > 0);
  expect(new Set(await told())).toEqual(new Set(["E_DEADLINE"]));
  // What the other handlers had to do for the same event is done.
  await eventually("the shot is there", async () => {
    const { folders } = await world.everything();
    return folders.some(({ name }) => name === SHOT);
  });
  expect(world.log.lines).toContainEqual(
    expect.objectContaining({
      message: "project held",
      fields: expect.objectContaining({ handler: NAME, code: "E_DEADLINE" }),
    }),
  );
  isHanging = false;
  await world.settled();
  expect(runs).toBeGreaterThan(1);
  const last = await world.outcomes.query({ handler: NAME }, 1);
  expect(last).toMatchObject([{ kind: "unchanged", reason: null }]);
}, 60_000);
