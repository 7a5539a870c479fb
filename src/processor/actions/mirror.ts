import { z } from "zod";
import { toError } from "../../core/errors.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { FtrackReads } from "../../core/ports.ts";
import { is, select } from "../../core/query.ts";
import type { FtrackJobs } from "../../ftrack/jobs.ts";

const EVERY_MS = 2_000;

export interface JobFile {
  readonly name: string;
  readonly text: string;
}

/** A job in Ftrack's interface that shows how far long work is, and by which it can be stopped. */
export interface Mirror {
  /** Shown at the next turn of the clock. */
  show(line: string): void;
  attach(file: JobFile): Promise<void>;
  /** The last line; the file goes along. Shows nothing more. */
  end(status: "done" | "failed", line: string, file?: JobFile): Promise<void>;
  /** Shows nothing more; the work goes on elsewhere, or later. */
  leave(): Promise<void>;
}

export interface MirrorSettings {
  readonly id: FtrackId;
  readonly userId: FtrackId;
  readonly title: string;
  readonly jobs: FtrackJobs;
  readonly reads: Pick<FtrackReads, "query">;
  /** Somebody has ended the job in the interface, or with the Job Killer. */
  readonly onStopped: () => void;
  readonly log: Logger;
  readonly everyMs?: number;
}

const statusRow = z
  .object({ status: z.string().nullish() })
  .transform((row) => row.status ?? "");

/**
 * Opens the mirror: makes the job if an earlier start of the work has not. That it cannot be shown how the work
 * goes never stops the work; such a failure is logged.
 */
export async function openMirror(settings: MirrorSettings): Promise<Mirror> {
  const { id, userId, title, jobs, reads, log } = settings;
  let wanted = title;
  let shown = title;
  let turn = Promise.resolve();

  async function quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      log.warn({ err: toError(thrown) }, "a job in Ftrack was not written");
    }
  }

  async function look(): Promise<void> {
    const [[status]] = await reads.query(
      select({
        type: "Job",
        fields: ["id", "status"],
        where: is("id", id),
        row: statusRow,
      }),
    );
    if (status === "failed" || status === "done") settings.onStopped();
  }

  await quietly(() => jobs.create({ id, userId, description: title }));
  await quietly(look);
  const clock = setInterval(() => {
    turn = turn.then(() =>
      quietly(async () => {
        await look();
        if (wanted === shown) return;
        shown = wanted;
        await jobs.update(id, { description: shown });
      }),
    );
  }, settings.everyMs ?? EVERY_MS);
  clock.unref();

  async function leave(): Promise<void> {
    clearInterval(clock);
    await turn;
  }

  function attach({ name, text }: JobFile): Promise<void> {
    const data = new TextEncoder().encode(text);
    return quietly(() => jobs.attach(id, { fileName: name, data }));
  }

  return {
    attach,
    show(line) {
      wanted = `${title}: ${line}`;
    },
    async end(status, line, file) {
      await leave();
      if (file !== undefined) await attach(file);
      await quietly(() =>
        jobs.update(id, { description: `${title}: ${line}`, status }),
      );
    },
    leave,
  };
}

/** For work that nobody waits for. */
export const noMirror: Mirror = {
  show: () => undefined,
  attach: () => Promise.resolve(),
  end: () => Promise.resolve(),
  leave: () => Promise.resolve(),
};
