import type { Envelope } from "../../src/core/envelope.ts";
import type { CounterName, Meter } from "../../src/core/meter.ts";
import type {
  BatchContext,
  BatchHandler,
  Verdict,
} from "../../src/queue/types.ts";

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
