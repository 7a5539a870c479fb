import { z } from "zod";
import type { Action, ActionJob, Work, WorkEnd } from "../../core/action.ts";
import { nothing } from "../../core/decision.ts";
import { codeOf, retryOf, toError } from "../../core/errors.ts";
import type { Apply } from "../../core/handler.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import type { Reference } from "../../core/reference.ts";
import type { FtrackJobs } from "../../ftrack/jobs.ts";
import { CANCELLED } from "../../queue/jobs.ts";
import type { JobContext, JobHandler, Json } from "../../queue/types.ts";
import type { Settings } from "../../settings/load.ts";
import type { Writer } from "../apply/index.ts";
import { settingOf } from "./access.ts";
import type { ActionReads } from "./lane.ts";
import { noMirror, openMirror, type Mirror } from "./mirror.ts";

export interface ActionJobDeps {
  readonly actions: readonly Action[];
  readonly reads: (log: Logger, signal: AbortSignal) => ActionReads;
  readonly reference: Reference;
  readonly settings: Settings;
  readonly applyFor: (writer: Writer) => Apply;
  readonly ftrackJobs: FtrackJobs;
  readonly log: Logger;
  readonly now?: () => number;
  /** Pause between two looks at the job in Ftrack. */
  readonly mirrorMs?: number;
}

const id = z.string().min(1).transform(ftrackId);

/** What the performer puts into the queue, and the schedule. */
const jobData = z.object({
  action: z.string(),
  user: z.object({ id, username: z.string() }).nullable(),
  ftrackJobId: id.nullable(),
  data: z.unknown(),
});

const earlier = z
  .object({ saved: z.unknown().optional() })
  .catch({ saved: null });

/** The long work of all actions, by the kinds of their jobs. */
export function createActionJobs(
  deps: ActionJobDeps,
): Readonly<Record<string, JobHandler>> {
  return Object.fromEntries(
    deps.actions.flatMap((action) =>
      action.jobs.map((job) => [job.kind, handlerOf(job, deps)]),
    ),
  );
}

function handlerOf(kind: ActionJob, deps: ActionJobDeps): JobHandler {
  const { reference, settings, applyFor } = deps;
  const now = deps.now ?? Date.now;

  return async (raw, context) => {
    const { action, user, ftrackJobId, data } = jobData.parse(raw);
    const log = deps.log.child({ action, jobId: context.id });
    const stopped = new AbortController();
    const signal = AbortSignal.any([context.signal, stopped.signal]);
    const reads = deps.reads(log, signal);
    const writer = {
      by: action,
      actors: user === null ? [] : [user.username],
      log,
    };
    const apply = applyFor({
      ...writer,
      signal,
      assertOwner: () => {
        signal.throwIfAborted();
        return Promise.resolve();
      },
    });
    const mirror =
      user === null || ftrackJobId === null
        ? noMirror
        : await openMirror({
            id: ftrackJobId,
            userId: user.id,
            title: kind.title,
            jobs: deps.ftrackJobs,
            reads: deps.reads(log, context.signal).ftrack,
            onStopped: () => {
              stopped.abort(new Error("stopped"));
            },
            log,
            ...(deps.mirrorMs === undefined ? {} : { everyMs: deps.mirrorMs }),
          });
    let saved: unknown = earlier.parse(context.previous).saved ?? null;

    const work: Work = {
      ...reads,
      reference,
      log,
      signal,
      id: context.id,
      user,
      now: () => new Date(now()),
      apply,
      inTurn: (projectId, inside) =>
        context.withProjectTurn(projectId, (turn) => {
          const both = AbortSignal.any([signal, turn.signal]);
          return inside(
            applyFor({
              ...writer,
              signal: both,
              assertOwner: async () => {
                both.throwIfAborted();
                await turn.assertOwner();
              },
            }),
          );
        }),
      progress(done, total, what) {
        signal.throwIfAborted();
        mirror.show(`${what} (${done}/${total})`);
      },
      attach: (file) => mirror.attach(file),
      saved,
      async save(checkpoint) {
        signal.throwIfAborted();
        saved = checkpoint;
        await context.report({ saved: checkpoint });
      },
      setting: async (project, key) =>
        settingOf(
          project === null
            ? await settings.studio()
            : await settings.project(project),
          key,
        ),
    };

    try {
      signal.throwIfAborted();
      const end = await kind.run(data, work);
      await mirror.end(end.success ? "done" : "failed", end.message, end.file);
      await tell(apply, user, kind, end);
      return { success: end.success, message: end.message };
    } catch (thrown) {
      return await afterFailure(thrown, mirror, context, stopped.signal, {
        tell: (end) => tell(apply, user, kind, end),
        title: kind.title,
      });
    }
  };
}

/**
 * Ends the job in Ftrack where the work will not go on.
 *
 * @throws what was thrown, unless a person has stopped the work.
 */
async function afterFailure(
  thrown: unknown,
  mirror: Mirror,
  context: JobContext,
  stopped: AbortSignal,
  { tell, title }: { tell: (end: WorkEnd) => Promise<void>; title: string },
): Promise<Json> {
  const error = toError(thrown);
  const reason: unknown = context.signal.aborted ? context.signal.reason : null;
  const isCancelled = reason instanceof Error && reason.message === "cancelled";
  if (stopped.aborted || isCancelled) {
    await mirror.end("failed", "stopped");
    if (stopped.aborted && !context.signal.aborted) return CANCELLED;
    throw error;
  }
  // A shutdown hands the work on, and an outage is tried again: the job in Ftrack stays open.
  if (context.signal.aborted || retryOf(error) !== "never") {
    await mirror.leave();
    throw error;
  }
  const text = `${title}\n\n${error.message}\n\nCode: ${codeOf(error)}\nJob: ${context.id}\nThe service's log says more.\n`;
  await mirror.end("failed", error.message, { name: "error.txt", text });
  await tell({ success: false, message: error.message });
  throw error;
}

async function tell(
  apply: Apply,
  user: { readonly id: FtrackId } | null,
  kind: ActionJob,
  end: WorkEnd,
): Promise<void> {
  if (user === null) return;
  await apply({
    ...nothing,
    changes: [
      {
        kind: "ftrack.message",
        id: "end",
        subject: { ftrackId: user.id, path: kind.title, type: "User" },
        userId: user.id,
        content: {
          type: "message",
          success: end.success,
          message: `${kind.title}: ${end.message}`,
        },
      },
    ],
  });
}
