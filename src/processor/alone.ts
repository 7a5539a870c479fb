import type { RivalWatch } from "../ayon/rivals.ts";
import type { Logger } from "../core/log.ts";
import type { CloseReport, Consumer } from "../queue/types.ts";

type Worker = Pick<Consumer, "ready" | "close">;

export interface AloneOptions {
  readonly watch: Pick<RivalWatch, "isAlone" | "subscribe" | "whenAlone">;
  /** Makes consumers that take work from then on. */
  readonly start: () => readonly Worker[];
  readonly log: Logger;
}

/** Consumers that take work only while nobody else does the same work. */
export interface LoneWork {
  /** Ends what is in hand, as `Consumer.close` does, and takes no more. */
  close(): Promise<CloseReport>;
}

/**
 * Takes work as soon as nobody else does, stops when somebody begins, and goes on when they have ended. What
 * comes meanwhile waits in the queue.
 *
 * @throws the signal's reason, and what the consumers' start throws.
 */
export async function workWhileAlone(
  options: AloneOptions,
  signal: AbortSignal,
): Promise<LoneWork> {
  const { watch, start, log } = options;
  let working: readonly Worker[] = [];
  let isClosed = false;
  let report: CloseReport = { orderly: true, forced: 0 };
  let last = Promise.resolve();

  /** Brings what runs in line with what should, one step after the other. */
  async function align(): Promise<void> {
    const should = !isClosed && watch.isAlone();
    if (should && working.length === 0) {
      const starting = start();
      try {
        await Promise.all(starting.map((worker) => worker.ready()));
      } catch (thrown) {
        await Promise.allSettled(starting.map((worker) => worker.close()));
        throw thrown;
      }
      working = starting;
      log.info({}, "Taking work");
    } else if (!should && working.length > 0) {
      const ending = working;
      working = [];
      report = total(await Promise.all(ending.map((worker) => worker.close())));
    }
  }

  function next(): Promise<void> {
    const step = last.then(align);
    last = step.catch(
      // Whoever asked for the step hears of it; the ones after it go on.
      () => undefined,
    );
    return step;
  }

  await watch.whenAlone(signal);
  const unsubscribe = watch.subscribe(() => {
    next().catch((thrown: unknown) => {
      log.error({ err: thrown }, "Taking work or leaving it failed");
    });
  });
  try {
    await next();
  } catch (thrown) {
    unsubscribe();
    throw thrown;
  }
  return {
    async close() {
      unsubscribe();
      isClosed = true;
      await next();
      return report;
    },
  };
}

function total(reports: readonly CloseReport[]): CloseReport {
  return {
    orderly: reports.every((r) => r.orderly),
    forced: reports.reduce((sum, r) => sum + r.forced, 0),
  };
}
