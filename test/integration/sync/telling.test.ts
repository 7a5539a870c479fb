import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ADMINISTRATOR } from "../../../sandbox/ftrack/index.ts";
import { person, type Person } from "../../support/clicking.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
let admin: Person;
beforeAll(async () => {
  world = await startWorld();
  admin = await person(world.ftrack, ADMINISTRATOR);
});
afterAll(async () => {
  admin.leave();
  await world.stop();
});

const report = z.object({
  report: z.object({
    issues: z.array(
      z.object({ rule: z.string(), subject: z.object({ path: z.string() }) }),
    ),
  }),
});

describe("whoever makes edits that break rules", () => {
  it("sees one message about a burst of many batches, with every entity, its rule and what mends it", async () => {
    const sequence = world.create("Sequence", "sq", world.projectId);
    await world.edit(sequence);
    await world.settled();
    const names: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      const name = `loose${n}`;
      names.push(name);
      const type_id = world.ids.type("Animation");
      await world.edit(
        world.create("Task", name, world.projectId, { type_id }),
        world.create("Shot", `fine ${n}`, sequence.id),
      );
    }
    await world.settled();
    const outcomes = await world.outcomes.query({ handler: "sync" });
    const batches = new Set(outcomes.map((outcome) => outcome.at));
    expect(batches.size).toBeGreaterThan(3);
    const shown = await admin.told(/Not everything came to AYON \(show\)/);
    const text = JSON.stringify(shown);
    expect(text).toContain("task-at-root");
    expect(text).toContain("Move the task into a folder");
    expect(admin.shown).toHaveLength(1);
    for (const name of names) expect(text).toContain(name);

    const stored = report.parse(await world.reports.latest(world.projectId));
    const paths = stored.report.issues.map(({ subject }) => subject.path);
    expect(names.filter((name) => !paths.includes(name))).toEqual([]);
    expect(await world.folder("/sq/fine_11")).toBeDefined();
  });

  it("sees nothing when all went well, and a message of its own for the next burst", async () => {
    const shot = world.create("Shot", "well", world.projectId);
    await world.edit(shot);
    await world.settled();
    await world.edit(world.update("Shot", shot.id, { name: "()" }));
    await expect.poll(() => admin.shown.length, { timeout: 15_000 }).toBe(2);
    const text = JSON.stringify(admin.shown[1]);
    expect(text).toContain("name-empty");
    expect(text).not.toContain("task-at-root");
  });
});
