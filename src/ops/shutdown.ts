import { setTimeout as sleep } from "node:timers/promises";
import { toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";

export interface StopStep {
  readonly name: string;
  run(): Promise<unknown>;
}

export interface ShutdownOptions {
  /** In order, each after the one before; a step that fails does not keep the next from running. */
  readonly steps: () => readonly StopStep[];
  /** AYON's service host kills after ten seconds. */
  readonly deadlineMs?: number;
  readonly log: Logger;
  /** For tests; default: ends the process. */
  readonly exit?: (code: number) => void;
}

const DEADLINE_MS = 7_500;

export interface Shutdown {
  /** Begins an orderly stop, as the first signal does. */
  begin(reason: string): void;
  /** Removes the listeners. */
  detach(): void;
}

/**
 * Ends the process in two steps: the first SIGTERM or SIGINT stops in order (exit 0), the second at once
 * (exit 1). When the deadline passes, or nobody caught an error: a line in the log, exit 1.
 */
export function handleShutdown(options: ShutdownOptions): Shutdown {
  const { log, deadlineMs = DEADLINE_MS } = options;
  const exit = options.exit ?? ((code: number) => process.exit(code));
  let isStopping = false;

  async function stop(): Promise<number> {
    const startedAt = performance.now();
    const timer = new AbortController();
    const late = sleep(deadlineMs, "late", { signal: timer.signal });
    late.catch(() => undefined /* in time */);
    const end = await Promise.race([runSteps(), late]);
    timer.abort();
    const ms = Math.round(performance.now() - startedAt);
    if (end === "late") {
      log.error({ ms }, "could not stop in time, ending anyway");
      return 1;
    }
    log.info({ ms }, "stopped");
    return 0;
  }

  async function runSteps(): Promise<void> {
    for (const step of options.steps()) {
      const startedAt = performance.now();
      try {
        await step.run();
      } catch (thrown) {
        log.warn({ err: toError(thrown), step: step.name }, "stop step failed");
      }
      const ms = Math.round(performance.now() - startedAt);
      log.debug({ step: step.name, ms }, "stop step done");
    }
  }

  function begin(reason: string): void {
    if (isStopping) {
      log.warn({ reason }, "asked to stop again, ending at once");
      exit(1);
      return;
    }
    isStopping = true;
    log.info({ reason }, "stopping");
    void stop().then(exit);
  }

  function onFatal(thrown: unknown): void {
    log.error({ err: toError(thrown) }, "nobody caught this error, ending");
    exit(1);
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    begin(signal);
  };

  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  process.on("unhandledRejection", onFatal);
  process.on("uncaughtException", onFatal);
  return {
    begin,
    detach() {
      process.off("SIGTERM", onSignal);
      process.off("SIGINT", onSignal);
      process.off("unhandledRejection", onFatal);
      process.off("uncaughtException", onFatal);
    },
  };
}
