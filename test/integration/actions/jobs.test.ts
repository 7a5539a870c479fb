import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  defineAction,
  defineJob,
  type Action,
  type Work,
  type WorkEnd,
} from "../../../src/core/action.ts";
import { UnavailableError } from "../../../src/core/errors.ts";
import { actions } from "../../../src/handlers/actions/registry.ts";
import {
  attached,
  jobOf,
  person,
  project,
  textOf,
  type Person,
} from "../../support/clicking.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

/** What the long work of the probe does, by the test that runs. */
let work: (work: Work) => Promise<WorkEnd>;
let starts = 0;

const probe: Action = defineAction({
  identifier: "test.long",
  label: "Long",
  description: "Starts long work.",
  shown: "anything",
  settingsKey: "service_event_handlers.multiple_notes",
  settings: z.looseObject({}),
  offers: () => true,
  start: ({ clickId }) => ({
    kind: "job",
    job: "test-long",
    key: `test-long-${clickId}`,
    data: {},
    message: "It has begun.",
  }),
  jobs: [
    defineJob({
      kind: "test-long",
      title: "Long work",
      data: z.object({}),
      run: (_data, given) => {
        starts += 1;
        return work(given);
      },
    }),
  ],
});

let world: World;
let admin: Person;
let anna: Person;

beforeAll(async () => {
  world = await startWorld({ actions: [...actions, probe] });
  [admin, anna] = await Promise.all([
    person(world.ftrack, "admin@studio.test"),
    person(world.ftrack, "anna@studio.test"),
  ]);
}, 60_000);

afterAll(async () => {
  for (const someone of [admin, anna]) someone.leave();
  await world.stop();
});

function on() {
  return [project(world.projectId)];
}

/** Waits in the long work until it is stopped. */
function forever({ signal }: Work): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });
}

async function started(): Promise<void> {
  starts = 0;
  expect(await anna.click("test.long", on())).toEqual({
    success: true,
    message: "It has begun.",
  });
  await eventually("the work has begun", () => starts === 1);
}

describe("long work", () => {
  test("shows its progress in a job of Ftrack, ends it with a file and tells the user", async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    work = async (given) => {
      given.progress(3, 8, "shots");
      await gate;
      return {
        success: true,
        message: "All is well.",
        file: { name: "report.csv", text: "a,b\n1,2\n" },
      };
    };
    await started();
    await eventually("progress", async () => {
      const job = await jobOf(world, "Long work");
      return job.description === "Long work: shots (3/8)";
    });
    expect((await jobOf(world, "Long work")).status).toBe("running");
    go();
    await eventually("the end", async () => {
      return (await jobOf(world, "Long work")).status === "done";
    });
    const job = await jobOf(world, "Long work");
    expect(job).toMatchObject({
      description: "Long work: All is well.",
      username: "anna@studio.test",
    });
    expect(await attached(world, job.id)).toEqual({
      "report.csv": "a,b\n1,2\n",
    });
    expect(await anna.told(/All is well/)).toEqual({
      type: "message",
      success: true,
      message: "Long work: All is well.",
    });
  });

  test("stops when its job is ended with the Job Killer, and is not begun again", async () => {
    let stopped = false;
    work = (given) =>
      forever(given).catch((reason: unknown) => {
        stopped = true;
        throw reason;
      });
    await started();
    const { id } = await jobOf(world, "Long work");
    const form = await admin.click("ayon.job.killer.server", on());
    expect(textOf(form)).toContain("Long work · anna@studio.test");
    expect(
      await admin.send("ayon.job.killer.server", on(), form, { [id]: true }),
    ).toEqual({ success: true, message: "1 job ended." });
    await eventually("it has stopped", () => stopped);
    await eventually("the job says so", async () => {
      const job = await jobOf(world, "Long work");
      return job.description === "Long work: stopped";
    });
    expect((await jobOf(world, "Long work")).status).toBe("failed");
    expect(starts).toBe(1);
  });

  test("goes on where it was after a restart of the processor, in the same job", async () => {
    const saved: unknown[] = [];
    work = async (given) => {
      saved.push(given.saved);
      if (given.saved !== null) return { success: true, message: "Went on." };
      await given.save({ at: 5 });
      return forever(given);
    };
    await started();
    await eventually("a checkpoint", () => saved.length === 1);
    const before = await jobOf(world, "Long work");
    await world.stopProcessor();
    expect((await jobOf(world, "Long work")).status).toBe("running");
    await world.startProcessor();
    await eventually("the end", async () => {
      return (await jobOf(world, "Long work")).status === "done";
    });
    expect(saved).toEqual([null, { at: 5 }]);
    expect((await jobOf(world, "Long work")).id).toBe(before.id);
  });

  test("is begun again when another system did not answer", async () => {
    work = () => {
      if (starts > 1)
        return Promise.resolve({ success: true, message: "Better." });
      throw new UnavailableError("down", { code: "E_AYON_UNAVAILABLE" });
    };
    await started();
    // The job of an earlier test may be done already.
    await eventually("the second start", () => starts > 1);
    await eventually("the end", async () => {
      return (await jobOf(world, "Long work")).status === "done";
    });
    expect(starts).toBe(2);
  });

  test("HA-75 that throws ends its job as failed, with the reason as a file", async () => {
    work = () => {
      throw new Error("the wheel came off");
    };
    await started();
    await eventually("the end", async () => {
      return (await jobOf(world, "Long work")).status === "failed";
    });
    const job = await jobOf(world, "Long work");
    expect(job.description).toBe("Long work: the wheel came off");
    expect((await attached(world, job.id))["error.txt"]).toContain(
      "the wheel came off",
    );
    expect(await anna.told(/wheel came off/)).toMatchObject({ success: false });
    expect((await anna.menu(...on())).has("test.long")).toBe(true);
  });
});
