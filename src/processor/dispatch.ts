import type { ChangeResult } from "../core/change.ts";
import type { Envelope } from "../core/envelope.ts";
import { codeOf, FencedError, ServiceError, toError } from "../core/errors.ts";
import { parseEvent, type FtrackEvent } from "../core/event.ts";
import type {
  Apply,
  ClosedHandler,
  Handler,
  HandlerContext,
  ProjectContext,
  StudioContext,
  StudioHandler,
} from "../core/handler.ts";
import type { FtrackId } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Reference } from "../core/reference.ts";
import type {
  BatchContext,
  BatchHandler,
  Outcomes,
  Verdict,
} from "../queue/types.ts";
import type { Settings } from "../settings/load.ts";
import type { ScopedSettings } from "../settings/scoped.ts";
import type { Writer } from "./apply/index.ts";
import { gateOf, refreshFor } from "./gate.ts";
import { modeOf } from "./handler-settings.ts";
import { outcomesOf, unhandled, type OutcomeFrame } from "./outcomes.ts";
import type { Prober } from "./probe.ts";
import { runHandler, type HandlerRun } from "./run.ts";
import { withSecondLook } from "./second-look.ts";

/**
 * Limit of one run of a handler that names none; below that of a batch, so that it is known who hangs. A burst
 * is read and written within seconds.
 */
const DEADLINE_MS = 100_000;

export interface DispatchSettings {
  /** In the order in which they run. */
  readonly handlers: readonly Handler[];
  /** Those for events that belong to no project. */
  readonly studioHandlers: readonly StudioHandler[];
  readonly reference: Reference;
  readonly settings: Settings;
  readonly outcomes: Pick<Outcomes, "write">;
  readonly prober: Prober;
  readonly contextFor: (frame: ContextFrame) => StudioContext;
  readonly applyFor: (writer: Writer) => Apply;
  /** Told of every run, for the report, the quarantine and the metrics. */
  readonly onRun: (run: HandlerRun, project: ProjectContext) => Promise<void>;
  /** Told of events whose batch was cut off after it was allowed to write. */
  readonly onCutOff: (envelopes: readonly Envelope[]) => void;
  readonly log: Logger;
  readonly now?: () => number;
}

export interface ContextFrame {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly now: Date;
}

/** An envelope with what was found in it. */
interface Opened {
  readonly envelope: Envelope;
  readonly event: FtrackEvent | null;
  readonly error: Error | null;
}

function open(envelope: Envelope): Opened {
  try {
    return { envelope, event: parseEvent(envelope), error: null };
  } catch (thrown) {
    return { envelope, event: null, error: toError(thrown) };
  }
}

/** A batch on its way, and the outcomes so far. */
interface Round {
  readonly batch: BatchContext;
  readonly frame: OutcomeFrame;
  readonly rows: Outcome[];
}

/** What handlers of a kind are given: of one project, or of the studio. */
interface Scope<Context> {
  readonly settings: ScopedSettings;
  /** For the log. */
  readonly project: string | null;
  readonly contextFor: (frame: ContextFrame) => Context;
  readonly onRun: (run: HandlerRun) => Promise<void>;
}

function refuse(
  events: readonly FtrackEvent[],
  { frame, rows }: Round,
  reason: string,
  detail: string,
): void {
  for (const event of events)
    rows.push(unhandled(event, frame, "skipped", reason, detail));
}

/** Takes batches of events of one project through the handlers. */
export function createDispatch(deps: DispatchSettings): BatchHandler {
  const { handlers, studioHandlers, reference, settings, outcomes, prober } =
    deps;
  const now = deps.now ?? Date.now;

  async function runProject(
    projectId: FtrackId,
    events: readonly FtrackEvent[],
    round: Round,
  ): Promise<HandlerRun[]> {
    refreshFor(events, reference);
    const gate = await gateOf(projectId, reference, settings);
    if (gate.kind === "closed") {
      refuse(events, round, gate.reason, gate.detail);
      return [];
    }
    const { project } = gate;
    return runEach(handlers, events, round, {
      settings: gate.settings,
      project: project.ayonName,
      contextFor: (frame): HandlerContext => ({
        ...deps.contextFor(frame),
        project,
      }),
      onRun: (run) => deps.onRun(run, project),
    });
  }

  async function runStudio(
    events: readonly FtrackEvent[],
    round: Round,
  ): Promise<HandlerRun[]> {
    const studio = await settings.studio();
    if (!studio.isEnabled) {
      refuse(events, round, "switched-off", "The addon is switched off.");
      return [];
    }
    return runEach(studioHandlers, events, round, {
      settings: studio,
      project: null,
      contextFor: deps.contextFor,
      onRun: () => Promise.resolve(),
    });
  }

  async function runEach<Context>(
    list: readonly ClosedHandler<Context>[],
    events: readonly FtrackEvent[],
    { batch, frame, rows }: Round,
    scope: Scope<Context>,
  ): Promise<HandlerRun[]> {
    const runs: HandlerRun[] = [];
    for (const handler of list) {
      const wanted = events.filter((event) => isFor(handler, event));
      if (wanted.length === 0) continue;
      const mode = modeOf(handler, scope.settings);
      if (mode.kind !== "on") {
        const [reason, detail] =
          mode.kind === "off"
            ? ["switched-off", mode.detail]
            : [mode.error.code, mode.error.message];
        rows.push(
          ...wanted.map((event) => ({
            ...unhandled(event, frame, "skipped", reason, detail),
            handler: handler.name,
          })),
        );
        continue;
      }
      const log = deps.log.child({
        handler: handler.name,
        project: scope.project,
      });
      const actors = [
        ...new Set(wanted.flatMap((event) => event.actor.username ?? [])),
      ];
      const run = await runHandler(handler, wanted, {
        rawSettings: mode.raw,
        deadlineMs: handler.deadlineMs ?? DEADLINE_MS,
        signal: batch.signal,
        now,
        contextFor: (signal) =>
          scope.contextFor({
            signal,
            log,
            now: new Date(now()),
          }),
        applyFor: (signal, onApplied) => {
          const look = (results: readonly ChangeResult[]) =>
            withSecondLook(results, batch.attempt, reference);
          const apply = deps.applyFor({
            by: handler.name,
            actors,
            log,
            signal,
            assertOwner() {
              // Whatever a handler still does after its deadline, it writes no more.
              if (signal.aborted)
                throw new FencedError("The time of this handler is over", {
                  code: "E_HANDLER_OVER",
                });
              return batch.assertOwner();
            },
            onApplied: (decision, results) => {
              onApplied({ decision, results: look(results) });
            },
          });
          return async (decision) => look(await apply(decision));
        },
      });
      logRun(log, run, batch.attempt);
      await scope.onRun(run);
      runs.push(run);
    }
    return runs;
  }

  async function verdictOf(
    opened: Opened,
    runs: readonly HandlerRun[],
  ): Promise<Verdict> {
    const { event, error } = opened;
    if (event === null)
      return {
        kind: "dead",
        handler: "dispatch",
        code: codeOf(error),
        detail: error?.message ?? "",
      };
    for (const run of runs) {
      const retry = run.retries.get(event.id);
      if (retry === undefined) continue;
      const afterMs =
        retry instanceof ServiceError && typeof retry.retry === "object"
          ? retry.retry.afterMs
          : undefined;
      return {
        kind: "retry",
        cause: await prober.causeOf(retry),
        handler: run.handler.name,
        code: codeOf(retry),
        detail: retry.message,
        ...(afterMs === undefined ? {} : { afterMs }),
      };
    }
    for (const run of runs) {
      const failure = run.failures.get(event.id);
      if (failure === undefined) continue;
      return {
        kind: "dead",
        handler: run.handler.name,
        code: codeOf(failure),
        detail: failure.message,
      };
    }
    return { kind: "done" };
  }

  return {
    cutOff: deps.onCutOff,
    async handleBatch(_projectId, envelopes, batch) {
      const frame = { attempt: batch.attempt, at: now() };
      const all = envelopes.map(open);
      const rows: Outcome[] = [];
      const readable = all.flatMap(({ event }) => event ?? []);
      const projectId = readable[0]?.projectId ?? null;
      const list = projectId === null ? studioHandlers : handlers;
      const wanted = readable.filter((event) =>
        list.some((handler) => isFor(handler, event)),
      );
      const round = { batch, frame, rows };
      const runs =
        wanted.length === 0
          ? []
          : projectId === null
            ? await runStudio(wanted, round)
            : await runProject(projectId, wanted, round);

      const verdicts: Verdict[] = [];
      const final = new Set<string>();
      for (const opened of all) {
        const verdict = await verdictOf(opened, runs);
        verdicts.push(verdict);
        final.add(opened.envelope.id);
        rows.push(...rowsOf(opened, frame, wanted));
        // What comes after a retry is handed over again, and its outcome written then.
        if (verdict.kind === "retry") break;
      }
      for (const run of runs)
        rows.push(...outcomesOf(run, frame, (event) => final.has(event.id)));
      await outcomes.write(rows.filter((row) => final.has(row.eventId)));
      return verdicts;
    },
  };
}

function isFor(handler: ClosedHandler<never>, event: FtrackEvent): boolean {
  return handler.topics.includes(event.topic) && handler.wants(event);
}

/** Rows about what no handler sees: events nobody wants, and what could not be read of the others. */
function rowsOf(
  { envelope, event, error }: Opened,
  frame: OutcomeFrame,
  wanted: readonly FtrackEvent[],
): Outcome[] {
  if (event === null)
    return [
      unhandled(
        envelope,
        frame,
        "failed",
        codeOf(error),
        error?.message ?? null,
      ),
    ];
  const rows = event.malformed.map(({ index, reason }) =>
    unhandled(
      event,
      frame,
      "failed",
      "E_ENTITY_MALFORMED",
      `Entity ${index}: ${reason}`,
    ),
  );
  if (!wanted.includes(event))
    rows.push(unhandled(event, frame, "skipped", "not-relevant", null));
  return rows;
}

function logRun(log: Logger, run: HandlerRun, attempt: number): void {
  const results = run.applied.flatMap((one) => one.results);
  const fields = {
    events: run.events.length,
    changes: results.filter((r) => r.status === "applied").length,
    failed: results.filter((r) => r.status === "failed").length,
    issues: run.applied.flatMap((one) => one.decision.issues).length,
    durationMs: run.durationMs,
    attempt,
  };
  for (const [eventId, error] of run.failures)
    log.error({ eventId, err: error }, "an event could not be handled");
  const [retry] = run.retries.values();
  if (retry !== undefined)
    log.warn({ ...fields, err: retry }, "a batch must be tried again");
  else log.info(fields, "a batch was handled");
}
