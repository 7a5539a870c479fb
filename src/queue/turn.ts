import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { UnavailableError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { joinSignals } from "../core/signals.ts";
import { partitionName } from "./keys.ts";
import { holdLease } from "./lease.ts";
import { guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import { DROP, run, TAKE_TURN } from "./scripts.ts";
import type { Turns } from "./types.ts";

export interface TurnOptions {
  /** A holder that is silent this long has lost the turn. */
  readonly ttlMs: number;
  readonly trustMs: number;
  readonly pollMs: number;
}

export const DEFAULT_TURN_OPTIONS: TurnOptions = {
  ttlMs: 8_000,
  trustMs: 2_000,
  pollMs: 50,
};

/**
 * Lets long jobs and drains exclude each other on a project.
 *
 * The wish is written first: from then on no drain can claim the project, and the one that has it ends
 * after its batch. A drain that died holds its lease for at most its time to live.
 *
 * @param deps - a patient connection
 */
export function makeTurns(
  deps: {
    readonly connection: Connection;
    readonly log: Logger;
    readonly meter: Meter;
  },
  overrides: Partial<TurnOptions> = {},
): Turns {
  const { ttlMs, trustMs, pollMs } = { ...DEFAULT_TURN_OPTIONS, ...overrides };
  const { client, keys } = deps.connection;

  return {
    async withProjectTurn(projectId, work, { signal, waitMs } = {}) {
      const { turn, owner } = keys.project(partitionName(projectId));
      const identity = randomUUID();
      const askedAt = performance.now();

      /** Held, and no drain at work any more. */
      async function isOurs(): Promise<boolean> {
        const reply = await run(
          client,
          TAKE_TURN,
          [turn, owner],
          [identity, ttlMs],
        );
        const [taken, busy] = reply as [number, number];
        return taken === 1 && busy === 0;
      }
      async function giveUp(error: unknown): Promise<never> {
        await run(client, DROP, [turn], [identity]);
        throw error;
      }

      let takenAt = performance.now();
      while (!(await isOurs())) {
        if (signal?.aborted === true) await giveUp(signal.reason);
        const waitedMs = performance.now() - askedAt;
        if (waitMs !== undefined && waitedMs > waitMs) {
          await giveUp(
            new UnavailableError("The project is busy", {
              code: "E_TURN_TIMEOUT",
              subject: { projectId },
            }),
          );
        }
        await sleep(pollMs);
        takenAt = performance.now();
      }
      const seconds = (performance.now() - askedAt) / 1000;
      deps.meter.observe("turn_wait_seconds", {}, seconds);

      const lease = holdLease({
        client,
        key: turn,
        identity,
        ttlMs,
        trustMs,
        partition: projectId,
        takenAt,
        onLost: () => {
          deps.meter.count("fenced_total", {});
          deps.log.warn({ projectId }, "a long job lost its project's turn");
        },
      });
      const both = joinSignals(
        ...(signal === undefined ? [] : [signal]),
        lease.signal,
      );
      try {
        return await work({
          assertOwner: () => lease.assertOwner(),
          signal: both.signal,
        });
      } catch (thrown) {
        // Somebody else may have had the project: the work starts again, in a turn of its own.
        if (!lease.signal.aborted || signal?.aborted === true) throw thrown;
        throw new UnavailableError("The turn of the project was lost", {
          code: "E_TURN_LOST",
          subject: { projectId },
          cause: thrown,
        });
      } finally {
        both.leave();
        lease.end();
        await guard(run(client, DROP, [turn], [identity])).catch(() => {
          // The lease ends by itself; what the work returned or threw matters more.
        });
      }
    },
  };
}
