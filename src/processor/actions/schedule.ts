import { Cron } from "croner";
import type { Action, Daily } from "../../core/action.ts";
import { toError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { Jobs } from "../../queue/types.ts";
import type { Settings } from "../../settings/load.ts";
import { settingOf } from "./access.ts";

const LOOK_MS = 30_000;
/** What was due longer ago is let go: its day is over. */
const LATE_MS = 24 * 3600_000;

/** When work of this time was due last; null when it was too long ago, or never is. */
export function lastDue(
  { hour, minute, second, days }: Daily,
  timezone: string,
  now: Date,
): Date | null {
  if (days.length === 0) return null;
  const pattern = `${second} ${minute} ${hour} * * ${days.join(",")}`;
  const [last] = new Cron(pattern, { timezone, paused: true }).previousRuns(
    1,
    now,
  );
  return last === undefined || now.getTime() - last.getTime() > LATE_MS
    ? null
    : last;
}

export interface ScheduleDeps {
  readonly actions: readonly Action[];
  readonly settings: Pick<Settings, "studio">;
  readonly jobs: Pick<Jobs, "submit">;
  /** False while another event server is at work, or nothing is to be written. */
  readonly mayStart: () => boolean;
  readonly log: Logger;
  readonly now?: () => number;
  readonly lookMs?: number;
}

/**
 * Starts what is due, once for any number of processors: the job's id is made of the time at which it was due,
 * and no id is added twice. After a time in which no processor ran, what was due last is made up for.
 */
export function startSchedule(deps: ScheduleDeps): { close(): Promise<void> } {
  const { settings, jobs, log, now = Date.now } = deps;
  const scheduled = deps.actions.flatMap((action) =>
    action.schedule === null ? [] : [{ action, schedule: action.schedule }],
  );

  async function look(): Promise<void> {
    if (!deps.mayStart()) return;
    const studio = await settings.studio();
    if (!studio.isEnabled) return;
    const { timezone } = studio.read("sync");
    for (const { action, schedule } of scheduled) {
      const when = schedule.when(settingOf(studio, action.settingsKey));
      const due = lastDue(when, timezone, new Date(now()));
      if (due === null) continue;
      const key = `${schedule.job}-${due.toISOString()}`;
      const { isNew } = await jobs.submit({
        kind: schedule.job,
        key,
        id: key,
        data: {
          action: action.identifier,
          user: null,
          ftrackJobId: null,
          data: schedule.data(due),
        },
      });
      if (isNew) log.info({ job: schedule.job, due }, "scheduled work starts");
    }
  }

  let turn = Promise.resolve();
  const lookAgain = (): void => {
    turn = turn.then(look).catch((thrown: unknown) => {
      log.warn({ err: toError(thrown) }, "the schedule could not be looked at");
    });
  };
  const clock = setInterval(lookAgain, deps.lookMs ?? LOOK_MS);
  clock.unref();
  lookAgain();
  return {
    async close() {
      clearInterval(clock);
      await turn;
    },
  };
}
