import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUDIT_ROUND_JOB } from "../../../src/core/audit.ts";
import { silentLog } from "../../../src/core/log.ts";
import { silentMeter } from "../../../src/core/meter.ts";
import { actions } from "../../../src/handlers/actions/registry.ts";
import {
  choresOf,
  startSchedule,
} from "../../../src/processor/actions/schedule.ts";
import { nightlyAudit } from "../../../src/processor/jobs/audit-round.ts";
import { startJobWorker } from "../../../src/queue/job-worker.ts";
import { makeJobs, openJobQueue } from "../../../src/queue/jobs.ts";
import { connect } from "../../../src/queue/redis.ts";
import { makeTurns } from "../../../src/queue/turn.ts";
import type { Jobs } from "../../../src/queue/types.ts";
import { scopedSettings } from "../../../src/settings/scoped.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";

const DAILY_LISTS = "create-daily-lists";
const START = Date.parse("2026-03-04T02:59:00Z");
const studio = scopedSettings("ftrack", null, {
  sync: { nightly_audit: true, nightly_audit_time: "03:00:00" },
  service_event_handlers: {
    create_daily_lists: {
      enabled: true,
      cycle_hour_start: "03:00:00",
      cycle_days: ["wednesday", "thursday"],
    },
  },
});

let redis: TestRedis;
let at = START;
/** How often any of them looked what is due. */
let looks = 0;
const closing: (() => Promise<unknown>)[] = [];
const runs: string[] = [];

/** A processor's share: its own connection, its own worker, its own clock that looks. */
function processor(): Jobs {
  const address = { url: redis.url, prefix: redis.prefix };
  const connection = connect(address, "patient", silentLog);
  const queue = openJobQueue(connection, silentLog);
  const jobs = makeJobs(connection, queue);
  const deps = { connection, log: silentLog, meter: silentMeter };
  const note = (kind: string) => () => {
    runs.push(kind);
    return Promise.resolve(null);
  };
  const worker = startJobWorker({
    ...deps,
    handlers: {
      [AUDIT_ROUND_JOB]: note(AUDIT_ROUND_JOB),
      [DAILY_LISTS]: note(DAILY_LISTS),
    },
    turns: makeTurns(deps),
  });
  const schedule = startSchedule({
    chores: [...choresOf(actions), nightlyAudit],
    settings: {
      studio() {
        looks += 1;
        return Promise.resolve(studio);
      },
    },
    jobs,
    mayStart: () => true,
    log: silentLog,
    now: () => at,
    lookMs: 5,
  });
  closing.push(async () => {
    await schedule.close();
    await worker.close();
    await queue.close();
    await connection.close();
  });
  return jobs;
}

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await redis.stop();
});

describe("work that is due, with two processors on one Redis", () => {
  it("is done once for each time it is due, while both look and work all the time", async () => {
    const jobs = processor();
    processor();
    const first = `${DAILY_LISTS}-2026-03-03T03:00:00.000Z`;
    expect(await jobs.get(first)).toBeNull();
    for (const day of ["2026-03-04", "2026-03-05"]) {
      at = Date.parse(`${day}T03:00:01Z`);
      for (const kind of [DAILY_LISTS, AUDIT_ROUND_JOB])
        await expect
          .poll(
            async () =>
              (await jobs.get(`${kind}-${day}T03%3a00%3a00.000Z`))?.state,
          )
          .toBe("done");
      // Both look on at a time that has been served.
      at += 3_600_000;
      const before = looks;
      await expect.poll(() => looks).toBeGreaterThan(before + 10);
    }
    await Promise.all(closing.splice(0).map((close) => close()));
    expect(runs.sort()).toEqual([
      ...[AUDIT_ROUND_JOB, AUDIT_ROUND_JOB],
      ...[DAILY_LISTS, DAILY_LISTS],
    ]);
  });

  it("an audit that came due while nobody ran is left to the leecher", async () => {
    at = Date.parse("2026-03-06T09:00:00Z");
    const jobs = processor();
    await expect
      .poll(() => jobs.get(`${DAILY_LISTS}-2026-03-05T03%3a00%3a00.000Z`))
      .not.toBeNull();
    const all = await jobs.list();
    expect(all.filter((job) => job.id.includes("2026-03-06"))).toEqual([]);
  });
});
