import { ServiceError, type System } from "../core/errors.ts";
import { DEADLINE_CODE } from "./run.ts";

/** Says whether a failure is everybody's or lies in what was asked. */
export interface Prober {
  causeOf(error: Error): Promise<"outage" | "event">;
}

export interface ProbeSettings {
  /** Resolves when the system answers a small question; rejects when it does not. */
  readonly probes: Readonly<
    Record<Exclude<System, null>, (signal: AbortSignal) => Promise<unknown>>
  >;
  readonly timeoutMs?: number;
  /** How long an answer counts. */
  readonly keepMs?: number;
  readonly now?: () => number;
}

/**
 * After a failure the system is asked a small question. If it answers, the failure lies in the event, which
 * must not be tried for ever; if not, the event waits for the system, however long that takes.
 */
export function createProber(settings: ProbeSettings): Prober {
  const { probes, timeoutMs = 5_000, keepMs = 1_000 } = settings;
  const now = settings.now ?? Date.now;
  const answers = new Map<System, { at: number; isUp: Promise<boolean> }>();

  function isUp(system: Exclude<System, null>): Promise<boolean> {
    const known = answers.get(system);
    if (known !== undefined && now() - known.at <= keepMs) return known.isUp;
    const asked = probes[system](AbortSignal.timeout(timeoutMs)).then(
      () => true,
      () => false,
    );
    answers.set(system, { at: now(), isUp: asked });
    return asked;
  }

  return {
    async causeOf(error) {
      if (!(error instanceof ServiceError)) return "event";
      // A handler that did not end may have waited for any of them.
      if (error.code === DEADLINE_CODE) {
        const up = await Promise.all([isUp("ftrack"), isUp("ayon")]);
        return up.every(Boolean) ? "event" : "outage";
      }
      if (error.system === null) return "event";
      // Asked to wait: that is neither here nor there, and must not count against the event.
      if (typeof error.retry === "object") return "outage";
      return (await isUp(error.system)) ? "event" : "outage";
    },
  };
}
