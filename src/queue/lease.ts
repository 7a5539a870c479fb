import type { Redis } from "ioredis";
import { FencedError } from "../core/errors.ts";
import { RENEW, run } from "./scripts.ts";

/**
 * The knowledge that a key with time to live still holds our identity: the fence of a drain or a turn.
 *
 * A process can stand still (SIGSTOP, a long garbage collection, a frozen machine) and wake after another
 * has taken over. So ownership counts as certain for `trustMs` after Redis confirmed it, measured from
 * before the command was sent, by a clock that goes on while the process stands still. An answer of Redis that
 * had to wait for the process to wake confirms nothing.
 */
export interface Lease {
  readonly identity: string;
  /** Aborted when the lease is known to be lost or was given up. */
  readonly signal: AbortSignal;
  /** Asks Redis when the last confirmation is too old. @throws FencedError `E_FENCED` */
  assertOwner(): Promise<void>;
  /** Takes note of a command that renewed it; `sentAt` by `performance.now()`. */
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
  /** False when it is somebody else's, or nobody's. */
  async function extend(): Promise<boolean> {
    return (await run(client, RENEW, [key], [identity, ttlMs])) !== 0;
  }
  async function renew(): Promise<void> {
    const sentAt = performance.now();
    const isOurs = await extend();
    if (ended) return;
    if (isOurs) confirmedAt = Math.max(confirmedAt, sentAt);
    else lost();
  }
  const heartbeat = setInterval(() => {
    // Nothing renewed it for its whole time to live, so it is over in Redis. After standing still this is the
    // first that runs: what is on its way ends here, before an answer makes somebody go on.
    if (performance.now() - confirmedAt > ttlMs) {
      lost();
      return;
    }
    renew().catch(() => {
      // Redis is away: the next assertOwner asks for itself, and waits.
    });
  }, ttlMs / 4);
  heartbeat.unref();

  return {
    identity,
    signal: aborter.signal,
    async assertOwner() {
      let isSure = performance.now() - confirmedAt <= trustMs;
      for (;;) {
        if (ended || aborter.signal.aborted) throw fencedError();
        if (isSure) return;
        const sentAt = performance.now();
        if (!(await extend())) throw lost();
        confirmedAt = Math.max(confirmedAt, sentAt);
        // A Redis that takes long to answer is no reason to ask for ever.
        isSure = performance.now() - confirmedAt <= ttlMs / 2;
      }
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
