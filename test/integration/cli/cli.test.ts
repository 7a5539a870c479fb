import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import { silentMeter } from "../../../src/core/meter.ts";
import { openDrainQueue } from "../../../src/queue/bell.ts";
import { makeDeadLetters } from "../../../src/queue/dead-letters.ts";
import { connect, type Connection } from "../../../src/queue/redis.ts";
import type { DeadLetters } from "../../../src/queue/types.ts";
import { addonSettings } from "../../../src/settings/addon.ts";
import { ask } from "../../support/ayon.ts";
import { type Cli, cliVariables, cliWith } from "../../support/cli.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
let cli: Cli;
let shot: string;
let connection: Connection;
let letters: DeadLetters;

beforeAll(async () => {
  world = await startWorld({
    settings: addonSettings.parse({}),
  });
  cli = cliWith(cliVariables(world));
  const sequence = world.create("Sequence", "sq010", world.projectId);
  const made = world.create("Shot", "sh010", sequence.id);
  shot = made.id;
  await world.edit(sequence, made);
  await world.settled();
  const { url, prefix } = world.redis;
  connection = connect({ url, prefix }, "patient", silentLog);
  const queue = openDrainQueue(connection, silentLog);
  letters = makeDeadLetters({
    ...{ connection, queue },
    log: silentLog,
    meter: silentMeter,
  });
});
afterAll(async () => {
  await connection.close();
  await world.stop();
});

/** An event about the shot that was given up, as the drain leaves it. */
function bury(code: string, handler = "sync"): Promise<string> {
  const id = randomUUID();
  return letters.add(
    {
      v: 1,
      id,
      topic: "ftrack.update",
      projectId: world.projectId,
      via: "hub",
      receivedAt: Date.now(),
      event: {
        id,
        topic: "ftrack.update",
        data: {
          entities: [
            {
              action: "update",
              entityType: "task",
              entityId: shot,
              keys: ["description"],
              parents: [{ entityId: world.projectId, entityType: "show" }],
            },
          ],
        },
        source: {},
      },
    },
    { handler, code, detail: "for a reason", attempts: 5 },
  );
}

describe("status", () => {
  it("shows who runs, what waits and what failed", async () => {
    const { code, out } = await cli("status");
    expect(code).toBe(0);
    expect(out).toMatch(/ftrack-processor +processor +\d+\.\d+\.\d+ .* works/);
    expect(out).toContain("no leecher has given a sign");
    expect(out).toContain("Queues\nnothing waits");
    expect(out).toContain("Dead letters\nnone");
    expect(out).toMatch(/Gaps\nwhen .*\n.* start /);
  });

  it("is complete as JSON, and nothing else is printed", async () => {
    const { code, data, err } = await cli.json("status");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(Object.keys(data as object).sort()).toEqual(
      [
        ...["cursor", "depth", "errors", "gaps", "holds", "jobs", "now"],
        ...["projects", "services"],
      ].sort(),
    );
  });

  it("names a project that is held, and why", async () => {
    await world.stopProcessor();
    const note = { cause: "outage", handler: "sync", code: "E_AYON_TIMEOUT" };
    const queue = openDrainQueue(connection, silentLog);
    await world.edit(world.update("Shot", shot, { description: "held" }));
    await expect
      .poll(async () => (await cli.json("status")).data.projects)
      .toMatchObject([{ name: world.name, hold: null }]);
    const [job] = await queue.getWaiting();
    await job?.remove();
    const { partition } = job!.data;
    const hold = {
      ...note,
      detail: "too late",
      tries: 2,
      until: Date.now() + 60_000,
    } as const;
    await queue.add(
      "drain",
      { partition, hold: { ...hold, cause: "outage" } },
      { delay: 60_000 },
    );
    const { out } = await cli("status");
    expect(out.replaceAll(/\s+/g, " ")).toMatch(
      /show \d+ .* held \(outage, 2 tries\), again in \d+ s: sync E_AYON_TIMEOUT: too late/,
    );
    await queue.promoteJobs();
    await queue.close();
    await world.startProcessor();
    await world.settled();
  });
});

describe("outcomes", () => {
  it("are found by event, entity, project, handler, kind and time", async () => {
    const found = async (...filter: string[]): Promise<number> =>
      (await cli.json("outcomes", ...filter)).data.length as number;
    const { data } = await cli.json("outcomes", "--entity", shot);
    expect(data.length).toBeGreaterThan(0);
    const event = String(data[0].eventId);
    expect(await found("--event", event)).toBeGreaterThan(0);
    expect(await found("--event", "nobody")).toBe(0);
    expect(await found("--project", world.name)).toBeGreaterThan(0);
    const { data: studio } = await cli.json("outcomes", "--project", "none");
    for (const row of studio) expect(row.projectId).toBeNull();
    expect(
      await found("--handler", "sync", "--kind", "applied"),
    ).toBeGreaterThan(0);
    expect(await found("--handler", "sync", "--kind", "failed", "retry")).toBe(
      0,
    );
    expect(await found("--since", "1h")).toBeGreaterThan(0);
    expect(await found("--before", "1h")).toBe(0);
    expect(await found("--limit", "1")).toBe(1);
    const { out } = await cli("outcomes", "--handler", "sync");
    expect(out).toMatch(/show +sync +applied/);
  });
});

describe("dead letters", () => {
  it("are listed and shown by filters", async () => {
    const first = await bury("E_ONE");
    await bury("E_TWO", "status-next-task");
    const codes = async (...filter: string[]): Promise<string[]> =>
      (await cli.json("dead-letters", "list", ...filter)).data.letters.map(
        (letter: { code: string }) => letter.code,
      ) as string[];
    expect(await codes()).toEqual(["E_ONE", "E_TWO"]);
    expect(await codes("--code", "E_TWO")).toEqual(["E_TWO"]);
    expect(await codes("--handler", "sync")).toEqual(["E_ONE"]);
    expect(await codes("--project", world.name)).toHaveLength(2);
    expect(await codes("--project", randomUUID())).toEqual([]);
    expect(await codes("--older-than", "1h")).toEqual([]);
    expect(await codes("--since", "1h")).toHaveLength(2);
    expect(await codes("--id", first)).toEqual(["E_ONE"]);
    const { out } = await cli("dead-letters", "show", first);
    expect(out).toContain("E_ONE: for a reason");
    expect(out).toContain(`"entityId": "${shot}"`);
    expect(await cli("dead-letters", "show", "x/1-1")).toMatchObject({
      code: 3,
    });
  });

  it("are never all touched without being asked to", async () => {
    for (const what of ["redrive", "purge"]) {
      const { code, err } = await cli("dead-letters", what);
      expect({ code, err }).toMatchObject({
        code: 2,
        err: expect.stringContaining("--all") as unknown,
      });
    }
    expect(await letters.count()).toBe(2);
  });

  it("go back into the queue and are handled, on record", async () => {
    const { data: found } = await cli.json("dead-letters", "list");
    const event = String(found.letters[0].envelope.id);
    const dry = await cli.json(
      "dead-letters",
      "redrive",
      "--code",
      "E_ONE",
      "--dry-run",
    );
    expect(dry.data).toEqual({ dryRun: true, matched: 1, redriven: 0 });
    expect(await letters.count()).toBe(2);
    const { data } = await cli.json(
      "dead-letters",
      "redrive",
      "--code",
      "E_ONE",
      "--rate",
      "10",
    );
    expect(data).toEqual({ dryRun: false, matched: 1, redriven: 1 });
    await expect
      .poll(async () => (await cli.json("outcomes", "--event", event)).data)
      .toMatchObject([{ handler: "sync", kind: "unchanged" }]);
    const purged = await cli("dead-letters", "purge", "--all");
    expect(purged.out).toBe("1 dead letter deleted.\n");
    const { data: entries } = await cli.json("dead-letters", "audit");
    expect(entries).toMatchObject([
      { what: "purge", affected: 1 },
      { what: "redrive", affected: 1, filter: { code: "E_ONE" } },
    ]);
    expect(entries[0].who).toMatch(/^\S+@\S+$/);
  });
});

describe("why", () => {
  it("tells that all is well, by id and by path", async () => {
    for (const named of [shot, `${world.name}/sq010/sh010`]) {
      const { code, out } = await cli("why", named);
      expect(code).toBe(0);
      expect(out).toContain(`Shot ${world.name}/sq010/sh010 (${shot})`);
      expect(out).toContain("AYON: folder /sq010/sh010");
      expect(out).not.toContain("no processor could be asked");
      expect(out).toContain("It is in AYON, and nothing waits or failed.");
    }
  });

  it("tells what was given up about it", async () => {
    const id = await bury("E_ONE");
    const { data } = await cli.json("why", shot);
    expect(data.verdict).toContain(`redrive --id ${id}`);
    await letters.purge({}, { who: "test" });
  });

  it("tells that nothing of the project is brought over", async () => {
    const where = `/api/addons/ftrack/1.0.0/rawOverrides/${world.name}?variant=production`;
    await ask(world.ayon.http, "PUT", where, { enabled: false });
    const { data } = await cli.json("why", shot);
    await ask(world.ayon.http, "PUT", where, {});
    expect(data.verdict).toContain("The addon is switched off for show");
  });

  it("knows nothing of what is nowhere", async () => {
    expect((await cli("why", randomUUID())).code).toBe(3);
    const { code, err } = await cli("why", `${world.name}/sq010/sh020`);
    expect({ code, err }).toMatchObject({
      code: 3,
      err: expect.stringContaining("has nothing at") as unknown,
    });
  });
});

describe("report", () => {
  it("shows what waits to be mended", async () => {
    const bad = world.create("Shot", "///", world.projectId);
    await world.edit(bad);
    await world.settled();
    const { code, out } = await cli("report", world.name);
    expect(code).toBe(1);
    expect(out).toContain(`Last report on ${world.name}`);
    expect(out).toContain(bad.id);
    expect((await cli.json("report", world.name)).data.waiting).toHaveLength(1);
    await world.edit(world.remove("Shot", bad.id));
    await world.settled();
  });
});

describe("plan and apply", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "plan-"));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it("say what would be written, and write it", async () => {
    await world.edit(
      await world.setValue(world.projectId, "auto_sync_enabled", false),
    );
    await world.settled();
    const made = world.create("Shot", "planned", world.projectId);
    await world.edit(made);
    await world.settled();
    expect(await world.folder("/planned")).toBeUndefined();
    const file = join(dir, "plan.json");
    const shown = await cli("plan", world.name, "--out", file);
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/ayon +create +Shot +\S*planned/);
    expect(shown.out).toContain(`apply ${file}`);
    expect(await world.folder("/planned")).toBeUndefined();
    const applied = await cli("apply", file);
    expect(applied.out).toMatch(/^\d+ changes?, 0 failed/);
    expect(await world.folder("/planned")).toMatchObject({ name: "planned" });
    expect((await cli("apply", file)).out).toContain("Nothing was written");
    const { data } = await cli.json("plan", world.name);
    expect(data.plan.rows).toEqual([]);
    expect((await cli("apply", data.id)).code).toBe(0);
    await world.edit(
      await world.setValue(world.projectId, "auto_sync_enabled", true),
    );
    await world.settled();
  });

  it("refuse what is no plan, was edited, or is nowhere", async () => {
    const file = join(dir, "plan.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replaceAll("planned", "other"));
    expect(await cli("apply", file)).toMatchObject({ code: 2 });
    await writeFile(file, "{}");
    expect(await cli("apply", file)).toMatchObject({ code: 2 });
    expect(await cli("apply", join(dir, "no.json"))).toMatchObject({ code: 3 });
  });
});

describe("sync", () => {
  it("brings a project over and says how it went", async () => {
    const { code, out, err } = await cli("sync", world.name);
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^\d+ changes?, 0 failed, \d+ remarks?\./,
      ) as unknown,
    });
    expect(err).toContain("Sync show:");
    const { data: jobs } = await cli.json("jobs", "list");
    expect(jobs[0]).toMatchObject({ kind: "full-sync", state: "done" });
    expect((await cli("jobs", "show", jobs[0].id)).out).toContain("full-sync");
  });

  it("audits a project that is in step, and changes nothing", async () => {
    const { code, out } = await cli("audit", world.name);
    expect(out).toMatch(/^0 changes, 0 failed/);
    expect(code).toBe(0);
  });

  it("does not wait when told so", async () => {
    const { data } = await cli.json("sync", world.projectId, "--no-wait");
    expect(data).toMatchObject({
      isNew: true,
      project: { id: world.projectId },
    });
    await expect
      .poll(async () => (await cli.json("jobs", "show", data.id)).data.state)
      .toBe("done");
    expect((await cli("jobs", "cancel", data.id)).code).toBe(3);
  });

  it("knows the projects there are", async () => {
    const { code, err } = await cli("sync", "shwo");
    expect(code).toBe(3);
    expect(err).toContain(`Some that there are: ${world.name}`);
  });
});
