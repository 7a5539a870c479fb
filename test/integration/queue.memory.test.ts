import v8 from "node:v8";
import { Job } from "bullmq";
import { afterAll, beforeAll, expect, it } from "vitest";
import { joinSignals } from "../../src/core/signals.ts";
import { eachEvent, events } from "../support/queue.ts";
import { queueHarness, waiting } from "../support/queue-harness.ts";
import { eventually, startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
const queue = queueHarness(() => redis);

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
});

const DRAINS = 60;

it("nothing of a drain is kept when it is over", async () => {
  let handled = 0;
  // As handlers do, it listens for the end of its batch for as long as it runs.
  const handler = eachEvent(() => {
    handled += 1;
  });
  await queue.worker({
    async handleBatch(projectId, envelopes, batch) {
      const ending = joinSignals(batch.signal);
      const verdicts = await handler.handleBatch(projectId, envelopes, batch);
      ending.leave();
      return verdicts;
    },
  });
  const inbox = await queue.inbox();
  for (let n = 1; n <= DRAINS; n++) {
    await inbox.enqueue(events("p", n, n));
    await eventually(
      "it is handled",
      async () => handled === n && (await waiting(redis, "p")) === 0,
    );
  }
  // It collects what nobody holds before it counts; some may still be on their way out of the worker.
  expect(v8.queryObjects(Job, { format: "count" })).toBeLessThan(DRAINS / 4);
});
