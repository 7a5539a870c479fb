import type { Redis } from "ioredis";
import { FencedError } from "../core/errors.ts";
import { guard } from "./redis-error.ts";
import { RENEW, run } from "./scripts.ts";

/**
 * The knowledge that a key with time to live still holds our identity: the fence of a drain or a turn.
 *
 * A process can stand still (SIGSTOP, a long garbage collection, a frozen machine) and wake after another
 * has taken over. So ownership counts as certain for `trustMs` after Redis confirmed it, measured from
 * before the command was sent, by a clock that goes on while the process stands still.
 */
export interface Lease {
  readonly identity: string;
  /** Aborted when the lease is known to be lost or was given up. */
  readonly signal: AbortSignal;
  /** Asks Redis when the last confirmation is too old. @throws FencedError `E_FENCED` */
  assertOwner(): Promise<void>;
  /** Takes note of a fenced command that succeeded; `sentAt` by `performance.now()`. */
  confirmed(sentAt: number): void;
  /** Takes note that Redis refused, and gives the error to throw. */
  lost(): FencedError;
  /** Ends the lease on our side: from now on `assertOwner` throws. */
  end(): void;
}

export interface LeaseOptions {
  readonly client: Redis;
  readonly key: string;
  readonly identity: string;
  readonly ttlMs: number;
  readonly trustMs: number;
  /** What is owned, for the error. */
  readonly partition: string;
  /** By `performance.now()`, from before the command that took the lease. */
  readonly takenAt: number;
  readonly onLost?: () => void;
}

export function holdLease(options: LeaseOptions): Lease {
  const { client, key, identity, ttlMs, trustMs, partition } = options;
  const aborter = new AbortController();
  let confirmedAt = options.takenAt;
  let ended = false;

  function fencedError(): FencedError {
    return new FencedError("Another process may own this project now", {
      code: "E_FENCED",
      subject: { partition },
    });
  }
  function lost(): FencedError {
    const error = fencedError();
    if (!aborter.signal.aborted) {
      options.onLost?.();
      aborter.abort(error);
    }
    clearInterval(heartbeat);
    return error;
  }
  async function renew(): Promise<void> {
    const sentAt = performance.now();
    const renewed = await run(client, RENEW, [key], [identity, ttlMs]);
    if (ended) return;
    if (renewed === 0) lost();
    else confirmedAt = Math.max(confirmedAt, sentAt);
  }
  const heartbeat = setInterval(() => {
    renew().catch(() => {
      // Redis is away: the next assertOwner asks for itself, and waits.
    });
  }, ttlMs / 4);
  heartbeat.unref();

  return {
    identity,
    signal: aborter.signal,
    async assertOwner() {
      if (ended || aborter.signal.aborted) throw fencedError();
      if (performance.now() - confirmedAt <= trustMs) return;
      const sentAt = performance.now();
      const holder = await guard(client.get(key));
      if (holder !== identity) throw lost();
      confirmedAt = Math.max(confirmedAt, sentAt);
    },
    confirmed(sentAt) {
      confirmedAt = Math.max(confirmedAt, sentAt);
    },
    lost,
    end() {
      ended = true;
      clearInterval(heartbeat);
      if (!aborter.signal.aborted) aborter.abort(fencedError());
    },
  };
}
