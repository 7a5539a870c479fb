import { afterEach } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import {
  startDrainWorker,
  type DrainOptions,
} from "../../src/queue/drain-worker.ts";
import {
  openInbox,
  type InboxDeps,
  type InboxOptions,
} from "../../src/queue/inbox.ts";
import {
  connect,
  type Connection,
  type Temper,
} from "../../src/queue/redis.ts";
import type { BatchHandler, Consumer, Inbox } from "../../src/queue/types.ts";
import { countingMeter, type CountingMeter } from "./queue.ts";
import { eventually, type TestRedis } from "./redis.ts";

export interface QueueHarness {
  connection(temper: Temper): Promise<Connection>;
  inbox(
    overrides?: Partial<InboxOptions> & Pick<InboxDeps, "onLoss">,
  ): Promise<Inbox & { meter: CountingMeter; connection: Connection }>;
  worker(
    handler: BatchHandler,
    overrides?: Partial<DrainOptions>,
  ): Promise<Consumer & { meter: CountingMeter }>;
  /** Closed after the test, last one first. */
  closeLater(thing: { close(): unknown }): void;
}

/** Opens queues on a server and closes them after each test, then clears the server. */
export function queueHarness(server: () => TestRedis): QueueHarness {
  let open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const thing of open.reverse()) await thing.close();
    open = [];
    await server().clear();
  });
  async function connection(temper: Temper): Promise<Connection> {
    const { url, prefix } = server();
    const opened = connect({ url, prefix }, temper, silentLog);
    open.push(opened);
    await eventually("connected", () => opened.client.status === "ready");
    return opened;
  }
  return {
    connection,
    closeLater: (thing) => void open.push(thing),
    async inbox({ onLoss, ...overrides } = {}) {
      const meter = countingMeter();
      const own = await connection("eager");
      const deps = { connection: own, log: silentLog, meter };
      const inbox = openInbox(
        { ...deps, ...(onLoss !== undefined && { onLoss }) },
        overrides,
      );
      open.push(inbox);
      return { ...inbox, meter, connection: own };
    },
    async worker(handler, overrides = {}) {
      const meter = countingMeter();
      const own = await connection("patient");
      const consumer = startDrainWorker(
        { connection: own, handler, log: silentLog, meter },
        overrides,
      );
      open.push(consumer);
      return { ...consumer, meter };
    },
  };
}

/** Number of events that wait in a project's inbox. */
export function waiting(redis: TestRedis, project: string): Promise<number> {
  return redis.client.xlen(`${redis.prefix}:{${project}}:inbox`);
}
