import { afterEach } from "vitest";
import type { Envelope } from "../../src/core/envelope.ts";
import { silentLog } from "../../src/core/log.ts";
import type { CounterName, Meter } from "../../src/core/meter.ts";
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
import type {
  BatchContext,
  BatchHandler,
  Consumer,
  Inbox,
  Verdict,
} from "../../src/queue/types.ts";
import { eventually, type TestRedis } from "./redis.ts";

/** An event of a project with a number, so that order can be checked. */
export function anEvent(project: string, n: number, id?: string): Envelope {
  return {
    v: 1,
    id: id ?? `${project}-${n}`,
    topic: "ftrack.update",
    projectId: project,
    via: "hub",
    receivedAt: Date.now(),
    event: { n, data: { entities: [] } },
  };
}

export function events(project: string, from: number, to: number): Envelope[] {
  return range(from, to).map((n) => anEvent(project, n));
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

export function numberOf(e: Envelope): number {
  return Number(e.event["n"]);
}

export interface CountingMeter extends Meter {
  counted(name: CounterName): number;
}

/** Counts like the real one, in memory. */
export function countingMeter(): CountingMeter {
  const counts = new Map<string, number>();
  return {
    count: (name, _labels, by = 1) => {
      counts.set(name, (counts.get(name) ?? 0) + by);
    },
    gauge: () => undefined,
    observe: () => undefined,
    counted: (name) => counts.get(name) ?? 0,
  };
}

export const done: Verdict = { kind: "done" };

/** A handler that asks for ownership before each event, does it, and says done. */
export function eachEvent(
  work: (e: Envelope, context: BatchContext) => Promise<void> | void,
): BatchHandler {
  return {
    async handleBatch(_projectId, envelopes, context) {
      for (const e of envelopes) {
        await context.assertOwner();
        await work(e, context);
      }
      return envelopes.map(() => done);
    },
  };
}

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
