import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { listServices, startPresence } from "../../src/queue/presence.ts";
import { queueHarness } from "../support/queue-harness.ts";
import { eventually, startRedis, type TestRedis } from "../support/redis.ts";

let redis: TestRedis;
const queue = queueHarness(() => redis);
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe("services that run", () => {
  it("are known by their signs, until they end", async () => {
    const connection = await queue.connection("patient");
    let state = "works";
    const start = (kind: "leecher" | "processor", name: string) =>
      startPresence({
        ...{ connection, kind, name },
        version: "1.2.3",
        state: () => state,
        log: silentLog,
        everyMs: 20,
      });
    const [b, a] = [start("processor", "b"), start("processor", "a")];
    const leecher = start("leecher", "z");
    const names = async () =>
      (await listServices(connection)).map((s) => `${s.kind} ${s.name}`);
    await eventually("all are there", async () => (await names()).length === 3);
    expect(await names()).toEqual(["leecher z", "processor a", "processor b"]);
    state = "waits";
    await eventually("the state is told", async () =>
      (await listServices(connection)).every((s) => s.state === "waits"),
    );
    await b.close();
    expect(await names()).toEqual(["leecher z", "processor a"]);
    await Promise.all([a.close(), leecher.close()]);
    expect(await listServices(connection)).toEqual([]);
  });

  it("that died without a word are forgotten", async () => {
    const connection = await queue.connection("patient");
    const { client, keys } = connection;
    await client.sadd(keys.services, "gone");
    expect(await listServices(connection)).toEqual([]);
    expect(await client.smembers(keys.services)).toEqual([]);
  });
});
