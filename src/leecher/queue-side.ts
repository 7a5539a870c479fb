import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { openActions } from "../queue/actions.ts";
import { openDrainQueue } from "../queue/bell.ts";
import { makeDeadLetters } from "../queue/dead-letters.ts";
import { makeGapLedger, type GapLedger } from "../queue/gaps.ts";
import { openInbox } from "../queue/inbox.ts";
import { startIntake } from "../queue/intake.ts";
import { makeJobs, openJobQueue } from "../queue/jobs.ts";
import { type PresenceOptions, startPresence } from "../queue/presence.ts";
import { makeKeyValue } from "../queue/records.ts";
import { connect, type RedisAddress } from "../queue/redis.ts";
import { openSpool, type SpoolAlarm } from "../queue/spool.ts";
import type { DeadLetters, Intake, Jobs, KeyValue } from "../queue/types.ts";
import { isRequest } from "./to-job.ts";

export interface QueueSideOptions {
  readonly redis: RedisAddress;
  readonly spool: { readonly dir: string; readonly maxBytes: number };
  readonly log: Logger;
  readonly meter: Meter;
  /** Redis lost events that memory no longer holds. */
  readonly onLoss: () => void;
  readonly onAlarm?: (alarm: SpoolAlarm) => void;
}

/** What the leecher uses of the queue. */
export interface QueueSide {
  readonly intake: Intake;
  readonly deadLetters: DeadLetters;
  readonly jobs: Jobs;
  readonly store: KeyValue;
  readonly gaps: GapLedger;
  /** True while Redis answers. */
  isConnected(): boolean;
  /** Begins to say in Redis that this process is there. */
  announce(who: Pick<PresenceOptions, "name" | "version" | "state">): void;
  close(deadlineMs: number): Promise<void>;
}

/**
 * Opens the leecher's side of the queue. Redis need not be there: events then go to the disk.
 *
 * @throws UnavailableError `E_SPOOL_LOCKED`; ConfigError `E_REDIS_URL`.
 */
export async function openQueueSide(
  options: QueueSideOptions,
): Promise<QueueSide> {
  const { log, meter, onLoss, onAlarm } = options;
  const connection = connect(options.redis, "eager", log);
  const deps = { connection, log, meter };
  const inbox = openInbox({ ...deps, onLoss });
  const actions = openActions(deps);
  const jobQueue = openJobQueue(connection, log);
  const drainQueue = openDrainQueue(connection, log);
  const spool = await openSpool({
    ...options.spool,
    log,
    ...(onAlarm === undefined ? {} : { onAlarm }),
  });
  const intake = startIntake({
    ...deps,
    inbox,
    actions,
    spool,
    isAction: isRequest,
  });
  let presence: ReturnType<typeof startPresence> | null = null;
  return {
    intake,
    announce(who) {
      presence ??= startPresence({ connection, kind: "leecher", log, ...who });
    },
    deadLetters: makeDeadLetters({ ...deps, queue: drainQueue }),
    jobs: makeJobs(connection, jobQueue),
    store: makeKeyValue(connection),
    gaps: makeGapLedger(connection),
    isConnected: () => connection.client.status === "ready",
    async close(deadlineMs) {
      await presence?.close();
      await intake.close(deadlineMs);
      await Promise.all([
        inbox.close(),
        actions.close(),
        jobQueue.close(),
        drainQueue.close(),
      ]);
      await connection.close();
    },
  };
}
