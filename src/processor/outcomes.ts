import type { Subject } from "../core/change.ts";
import type { Envelope } from "../core/envelope.ts";
import type { EntityChange, FtrackEvent } from "../core/event.ts";
import { codeOf } from "../core/errors.ts";
import type { Outcome, OutcomeKind } from "../core/outcome.ts";
import type { HandlerRun } from "./run.ts";

/** Rows about single entities per event and handler; the rest is in the report. */
const MAX_ENTITIES = 200;

export interface OutcomeFrame {
  /** Tries of the batch, this one included. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Ids an event speaks of: its entities, the other ends of its link rows, and the user whose role it is. */
export function idsIn(entity: EntityChange): string[] {
  const ids: string[] = [entity.entityId];
  for (const parent of entity.parents)
    if (parent.baseType === "user") ids.push(parent.entityId);
  for (const key of ["context_id", "from_id", "to_id", "listid", "entityid"]) {
    const change = entity.changes.get(key);
    for (const value of [change?.new, change?.old]) {
      if (typeof value === "string" && value !== "") ids.push(value);
    }
  }
  return ids;
}

/** What became of one entity at one handler. */
interface EntityResult {
  readonly subject: Subject;
  readonly because: string[];
  kind: OutcomeKind;
  reason: string | null;
  detail: string | null;
  changes: number;
}

/** The worse of two; an entity that was changed and has a warning was changed. */
const RANK: readonly OutcomeKind[] = [
  "skipped",
  "unchanged",
  "applied",
  "conflict",
  "failed",
  "retry",
];

function worse(a: OutcomeKind, b: OutcomeKind): OutcomeKind {
  return RANK.indexOf(b) > RANK.indexOf(a) ? b : a;
}

function entityResults(run: HandlerRun): Map<string, EntityResult> {
  const results = new Map<string, EntityResult>();
  function note(
    subject: Subject,
    kind: OutcomeKind,
    reason: string | null,
    detail: string | null,
  ): void {
    const id = subject.ftrackId ?? subject.ayonId ?? "";
    const known = results.get(id);
    const changes = kind === "applied" ? 1 : 0;
    const because = subject.because ?? [];
    if (known === undefined) {
      results.set(id, {
        subject,
        because: [...because],
        kind,
        reason,
        detail,
        changes,
      });
      return;
    }
    known.because.push(...because);
    const kindNow = worse(known.kind, kind);
    if (kindNow === kind && reason !== null) {
      known.reason = reason;
      known.detail = detail;
    }
    known.kind = kindNow;
    known.changes += changes;
  }
  for (const { decision, results: changeResults } of run.applied) {
    const byId = new Map(changeResults.map((r) => [r.changeId, r]));
    for (const change of decision.changes) {
      const result = byId.get(change.id);
      switch (result?.status) {
        case "applied":
          note(change.subject, "applied", null, null);
          break;
        case "unchanged":
          note(change.subject, "unchanged", null, null);
          break;
        case "planned":
          note(change.subject, "skipped", "dry-run", null);
          break;
        case "conflict":
        case "failed":
        case "blocked":
        case undefined: {
          const kind = result?.status === "conflict" ? "conflict" : "failed";
          const { code = "E_UNEXPECTED", message = "" } = result?.error ?? {};
          note(change.subject, kind, code, message);
          break;
        }
      }
    }
    for (const issue of decision.issues) {
      if (issue.severity === "error")
        note(issue.subject, "failed", issue.rule, issue.detail);
    }
    for (const skip of decision.skips)
      note(skip.subject, "skipped", skip.reason, skip.detail);
  }
  return results;
}

/** Ids an event is about: those of its entities, what an action was started on, or AYON's for an event of AYON. */
function idsOf(event: FtrackEvent): ReadonlySet<string> {
  const selection = event.data["selection"];
  const selected: readonly unknown[] = Array.isArray(selection)
    ? selection
    : [];
  const { entityId } = event.data;
  return new Set([
    ...(typeof entityId === "string" ? [entityId] : []),
    ...event.entities.flatMap(idsIn),
    ...selected.flatMap((item) => {
      const id: unknown =
        typeof item === "object" && item !== null
          ? Reflect.get(item, "entityId")
          : null;
      return typeof id === "string" ? [id] : [];
    }),
  ]);
}

/** What became of the entities an event is about, and of those that it led to. */
function ownResults(
  event: FtrackEvent,
  results: ReadonlyMap<string, EntityResult>,
): EntityResult[] {
  const ids = idsOf(event);
  return [...results].flatMap(([id, result]) =>
    [id, result.subject.ayonId ?? "", ...result.because].some((about) =>
      ids.has(about),
    )
      ? [result]
      : [],
  );
}

/**
 * Rows for every event a handler was given: one for the event, and one per entity that was changed or needs a
 * word. Of the entities of an event with several, those that were as they should be have none.
 */
export function outcomesOf(
  run: HandlerRun,
  frame: OutcomeFrame,
  isFinal: (event: FtrackEvent) => boolean,
): Outcome[] {
  const results = entityResults(run);
  return run.events.filter(isFinal).flatMap((event): Outcome[] => {
    const base = {
      eventId: event.id,
      topic: event.topic,
      projectId: event.projectId,
      handler: run.handler.name,
      entityId: null,
      entityPath: null,
      attempt: frame.attempt,
      durationMs: run.durationMs,
      at: frame.at,
      receivedAt: event.receivedAt,
    };
    const error = run.retries.get(event.id) ?? run.failures.get(event.id);
    if (error !== undefined) {
      const kind = run.retries.has(event.id) ? "retry" : "failed";
      return [
        {
          ...base,
          kind,
          reason: codeOf(error),
          detail: error.message,
          changes: 0,
        },
      ];
    }
    const own = ownResults(event, results);
    const [first, ...others] = own;
    if (first === undefined)
      return [
        { ...base, kind: "unchanged", reason: null, detail: null, changes: 0 },
      ];
    const worst = others.reduce(
      (a, b) => (worse(a.kind, b.kind) === a.kind ? a : b),
      first,
    );
    const summary: Outcome = {
      ...base,
      kind: worst.kind,
      reason: worst.reason,
      detail: worst.detail,
      changes: own.reduce((sum, r) => sum + r.changes, 0),
    };
    if (own.length === 1)
      return [
        {
          ...summary,
          entityId: worst.subject.ftrackId,
          entityPath: worst.subject.path,
        },
      ];
    const rows = own
      .filter((r) => r.reason !== null || r.kind === "applied")
      .slice(0, MAX_ENTITIES)
      .map((r): Outcome => ({
        ...base,
        kind: r.kind,
        reason: r.reason,
        detail: r.detail,
        entityId: r.subject.ftrackId,
        entityPath: r.subject.path,
        changes: r.changes,
      }));
    return [summary, ...rows];
  });
}

/** A row for an event that reached no handler. */
export function unhandled(
  event: Pick<Envelope, "id" | "topic" | "projectId" | "receivedAt">,
  frame: OutcomeFrame,
  kind: OutcomeKind,
  reason: string,
  detail: string | null,
): Outcome {
  return {
    eventId: event.id,
    topic: event.topic,
    projectId: event.projectId,
    handler: "dispatch",
    kind,
    reason,
    detail,
    entityId: null,
    entityPath: null,
    changes: 0,
    attempt: frame.attempt,
    durationMs: 0,
    at: frame.at,
    receivedAt: event.receivedAt,
  };
}
