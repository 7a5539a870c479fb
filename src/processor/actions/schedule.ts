import { Cron } from "croner";
import type { Action, Daily } from "../../core/action.ts";
import { toError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { Jobs, Json } from "../../queue/types.ts";
import type { Settings } from "../../settings/load.ts";
import type { ScopedSettings } from "../../settings/scoped.ts";
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

/** Work that the service starts by itself. */
export interface Chore {
  /** Kind of the job. */
  readonly job: string;
  /** By the settings of the studio; null: never. */
  when(studio: ScopedSettings): Daily | null;
  /** What the job gets. */
  data(due: Date): Json;
  /** What came due while no processor ran is made up for. */
  readonly isMadeUpFor: boolean;
}

/** What the actions do by themselves. */
export function choresOf(actions: readonly Action[]): readonly Chore[] {
  return actions.flatMap(({ schedule, settingsKey, identifier }): Chore[] =>
    schedule === null
      ? []
      : [
          {
            job: schedule.job,
            when: (studio) => schedule.when(settingOf(studio, settingsKey)),
            data: (due) => ({
              action: identifier,
              user: null,
              ftrackJobId: null,
              data: schedule.data(due) as Json,
            }),
            isMadeUpFor: true,
          },
        ],
  );
}

export interface ScheduleDeps {
  readonly chores: readonly Chore[];
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
 * and no id is added twice. After a time in which no processor ran, what was due last is made up for, where
 * that is worth it.
 */
export function startSchedule(deps: ScheduleDeps): { close(): Promise<void> } {
  const { settings, jobs, log, now = Date.now } = deps;
  const startedAt = now();

  async function look(): Promise<void> {
    if (!deps.mayStart()) return;
    const studio = await settings.studio();
    if (!studio.isEnabled) return;
    const { timezone } = studio.read("sync");
    for (const chore of deps.chores) {
      const { job, isMadeUpFor } = chore;
      const daily = chore.when(studio);
      const due =
        daily === null ? null : lastDue(daily, timezone, new Date(now()));
      if (due === null) continue;
      if (!isMadeUpFor && due.getTime() < startedAt) continue;
      const id = `${job}-${due.toISOString()}`;
      const request = { kind: job, key: id, id, data: chore.data(due) };
      const { isNew } = await jobs.submit(request);
      if (isNew) log.info({ job, due }, "scheduled work starts");
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
