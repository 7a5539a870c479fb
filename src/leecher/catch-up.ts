import { z } from "zod";
import type { AuditReason } from "../core/audit.ts";
import type { Envelope } from "../core/envelope.ts";
import { RejectedError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import type { FtrackReads } from "../core/ports.ts";
import type { GapLedger, GapReport } from "../queue/gaps.ts";
import type { KeyValue } from "../queue/types.ts";
import { readExtent, readRows, type LogExtent } from "./event-log.ts";
import { createRecentIds } from "./recent-ids.ts";
import { toRefreshes, type TypeNames } from "./refresh.ts";

/** Rows read again each time, because a row may become visible after one with a higher id. */
const OVERLAP_ROWS = 200;
/** And rows of this time before, which also bears clocks that differ. */
const OVERLAP_MS = 2 * 60_000;
/** Ids of rows handed on, so that the overlap is not handed on again and again. */
const REMEMBERED = 50_000;
const STATE = "catch-up";
const ALIVE = "hub-alive";

/** Where the log was read to, kept in Redis. */
const state = z.object({
  eventId: z.number(),
  /** Time of the last run, by our clock: everything before was read. */
  readAt: z.number(),
});
type State = z.infer<typeof state>;

/** A reason to read the log. */
export interface Occasion {
  /** Since when events may be missing; null: since the last process heard one. Absent: none is known to be. */
  readonly from?: number | null;
  readonly to: number;
  readonly reason: GapReport["reason"];
}

export interface CatchUpDeps {
  readonly reads: FtrackReads;
  readonly names: () => Promise<TypeNames>;
  /** Whether times of the server can be compared with ours. */
  readonly hasTimezones: () => boolean;
  /** Resolves when the envelopes are durable. */
  readonly put: (envelopes: readonly Envelope[]) => Promise<void>;
  /** Asks for a comparison of projects; returns their number. */
  readonly audit: (
    reason: AuditReason,
    only: readonly string[] | "all",
  ) => Promise<number>;
  readonly store: KeyValue;
  readonly ledger: GapLedger;
  readonly log: Logger;
  readonly meter: Meter;
  readonly now: () => number;
  /** A gap longer than this is followed by an audit of what the log names. @defaultValue 15 min */
  readonly auditAfterMs?: number;
  /** Audits in place of a log that cannot be read, when no gap asks for one. @defaultValue 1 h */
  readonly deniedEveryMs?: number;
}

export interface CatchUp {
  /**
   * Reads the log and hands on what it finds. One at a time.
   *
   * @throws UnavailableError, AuthError: run it again with the same occasion; nothing is lost or told twice.
   */
  run(occasion: Occasion): Promise<GapReport>;
  /**
   * Remembers that events flow, so that the next process knows where its gap begins. Not to be called while
   * a gap waits to be caught up with.
   */
  alive(at: number): Promise<void>;
  /** What was handed on may be lost: the next run hands on again all it reads. */
  forget(): void;
}

type Counts = Pick<
  GapReport,
  "expected" | "recovered" | "known" | "unrecoverable"
>;

/** Which projects to compare, and why. */
interface Audit {
  readonly reason: AuditReason;
  readonly only: readonly string[] | "all";
}

interface Findings {
  readonly counts: Counts;
  readonly eventId: number | null;
  readonly audit: Audit | null;
  /** Projects that rows name. */
  readonly touched: readonly string[];
}

const nothing: Counts = {
  expected: 0,
  recovered: 0,
  known: 0,
  unrecoverable: 0,
};

/**
 * Catches up from Ftrack's own log of activity with what the hub did not deliver.
 *
 * Rows become events that say "look again", so reading too many does no harm and two leechers may do it at
 * once. What the log cannot tell (a first start, a log that was cut, a long absence) is answered by an audit.
 */
export function createCatchUp(deps: CatchUpDeps): CatchUp {
  const { reads, store, log, meter, now } = deps;
  const auditAfterMs = deps.auditAfterMs ?? 15 * 60_000;
  const deniedEveryMs = deps.deniedEveryMs ?? 3_600_000;
  const handedOn = createRecentIds(REMEMBERED);
  /** Rows handed on by attempts of the present occasion that did not end. */
  let ofThisOccasion = new Set<number>();
  let deniedAuditAt: number | null = null;

  async function run(occasion: Occasion): Promise<GapReport> {
    const from = occasion.from === null ? await lastAlive() : occasion.from;
    const startedAt = now();
    const found = await readLog(from);
    const audit = auditFor(found, from, occasion);
    const report: GapReport = {
      at: now(),
      from: from ?? null,
      to: occasion.to,
      reason: occasion.reason,
      ...(found?.counts ?? nothing),
      isLogRead: found !== null,
      audit: audit?.reason ?? null,
      audited: audit === null ? 0 : await deps.audit(audit.reason, audit.only),
    };
    await note(report);
    // Last, so that an attempt that fails before is repeated as a whole.
    if (found?.eventId != null)
      await store.set(STATE, { eventId: found.eventId, readAt: startedAt });
    ofThisOccasion = new Set();
    count(report);
    return report;
  }

  /** Null when the log may not be read. */
  async function readLog(
    from: number | null | undefined,
  ): Promise<Findings | null> {
    try {
      const known = await load();
      const extent = await readExtent(reads, sinceOf(from, known));
      const newest = extent.newest ?? 0;
      if (known === null) return empty(newest, "first-start");
      // Another database: its ids say nothing about ours.
      if (newest < known.eventId) return empty(newest, "log-cut");
      const found = await handOn(startOf(extent, known));
      const isCut = extent.oldest !== null && extent.oldest > known.eventId + 1;
      return {
        counts: found.counts,
        eventId: Math.max(known.eventId, found.highest),
        audit: isCut ? { reason: "log-cut", only: "all" } : found.audit,
        touched: found.touched,
      };
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      log.error(
        { err: error },
        "the event log cannot be read with this Ftrack user",
      );
      return null;
    }
  }

  /** Hands on all rows after the id. */
  async function handOn(
    afterId: number,
  ): Promise<Omit<Findings, "eventId"> & { readonly highest: number }> {
    const names = await deps.names();
    const touched = new Set<string>();
    const unclear = new Set<string | null>();
    let { recovered, known, unrecoverable } = nothing;
    let highest = 0;
    for await (const rows of readRows(reads, afterId)) {
      highest = Math.max(highest, rows.at(-1)?.id ?? 0);
      const fresh = rows.filter(
        ({ id }) => !handedOn.has(id) || ofThisOccasion.has(id),
      );
      const found = toRefreshes(fresh, names, now());
      await deps.put(found.envelopes);
      for (const { id } of fresh) {
        handedOn.add(id);
        ofThisOccasion.add(id);
      }
      for (const { projectId } of rows)
        if (projectId !== null) touched.add(projectId);
      for (const { projectId } of found.unclear) unclear.add(projectId);
      known += rows.length - fresh.length;
      recovered += found.recovered;
      unrecoverable += found.unclear.length;
    }
    const expected = recovered + known + unrecoverable;
    return {
      counts: { expected, recovered, known, unrecoverable },
      highest,
      audit: unclear.size === 0 ? null : auditOfUnclear(unclear),
      touched: [...touched],
    };
  }

  async function load(): Promise<State | null> {
    const parsed = state.safeParse(await store.get(STATE));
    return parsed.success ? parsed.data : null;
  }

  /** A process that has just started knows no time; the one before it left one. */
  async function lastAlive(): Promise<number | null> {
    const at = await store.get(ALIVE);
    return typeof at === "number" ? at : null;
  }

  function sinceOf(
    from: number | null | undefined,
    known: State | null,
  ): number | null {
    if (!deps.hasTimezones() || known === null) return null;
    return Math.min(from ?? known.readAt, known.readAt) - OVERLAP_MS;
  }

  function auditFor(
    found: Findings | null,
    from: number | null | undefined,
    { to, reason }: Occasion,
  ): Audit | null {
    if (found === null) return auditForDenied(from);
    if (found.audit !== null) return found.audit;
    const only = found.touched;
    if (reason === "redis") return { reason: "redis-loss", only };
    const isLong = typeof from === "number" && to - from > auditAfterMs;
    return isLong ? { reason: "long-gap", only } : null;
  }

  /** A gap always asks for an audit then; the regular runs only now and then. */
  function auditForDenied(from: number | null | undefined): Audit | null {
    const isDue =
      from !== undefined ||
      deniedAuditAt === null ||
      now() - deniedAuditAt >= deniedEveryMs;
    if (!isDue) return null;
    deniedAuditAt = now();
    return { reason: "log-denied", only: "all" };
  }

  /** Regular runs that found nothing are not kept. */
  async function note(report: GapReport): Promise<void> {
    const isQuiet =
      report.reason === "regular" &&
      report.recovered === 0 &&
      report.unrecoverable === 0 &&
      report.audit === null;
    if (isQuiet) {
      log.debug({ ...report }, "nothing new in the event log");
      return;
    }
    const isBad = !report.isLogRead || report.unrecoverable > 0;
    log[isBad ? "warn" : "info"]({ ...report }, "caught up with Ftrack");
    await deps.ledger.add(report);
  }

  function count(report: GapReport): void {
    const result = report.isLogRead ? "done" : "denied";
    meter.count("catch_ups_total", { result });
    for (const what of ["recovered", "known", "unrecoverable"] as const)
      meter.count("catch_up_rows_total", { what }, report[what]);
  }

  return {
    run,
    alive: (at) => store.set(ALIVE, at),
    forget: () => {
      handedOn.clear();
    },
  };
}

/** Nothing can be taken from the log: all projects are compared. */
function empty(eventId: number, reason: AuditReason): Findings {
  const audit = { reason, only: "all" } as const;
  return { counts: nothing, eventId, audit, touched: [] };
}

/** Rows may at least say in which project they are. */
function auditOfUnclear(projects: ReadonlySet<string | null>): Audit {
  const named = [...projects].filter((id) => id !== null);
  const only = named.length === projects.size ? named : "all";
  return { reason: "log-unclear", only };
}

function startOf(extent: LogExtent, known: State): number {
  const firstSince = extent.firstSince ?? Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(known.eventId - OVERLAP_ROWS, firstSince - 1));
}
