import { z } from "zod";
import type { AuditReason } from "../core/audit.ts";
import type { Logger } from "../core/log.ts";
import type { KeyValue } from "../queue/types.ts";

/** What one catch-up expected and what it got. `expected` = `recovered` + `known` + `unrecoverable`. */
export interface GapReport {
  /** When it was made. Milliseconds since the epoch, as all times here. */
  readonly at: number;
  /** The stretch in which events may have been missed; `from` null: not known since when, or none missed. */
  readonly from: number | null;
  readonly to: number;
  readonly reason: "start" | "reconnect" | "lost" | "redis" | "regular";
  /** Rows of the log that say something about an entity. */
  readonly expected: number;
  /** Handed on now. */
  readonly recovered: number;
  /** Handed on by an earlier run of this process. */
  readonly known: number;
  /** They do not say what they are about. */
  readonly unrecoverable: number;
  readonly isLogRead: boolean;
  /** Why an audit was asked for; null when none was. */
  readonly audit: AuditReason | null;
  /** Number of projects it was asked for. */
  readonly audited: number;
}

const KEY = "gap-ledger";
const KEPT = 200;

const stored = z
  .array(z.custom<GapReport>((v) => typeof v === "object"))
  .catch([]);

export interface Ledger {
  add(report: GapReport): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly GapReport[]>;
}

/** Keeps the last reports about gaps in Redis, for the operator. Regular runs that found nothing are not kept. */
export function createLedger(store: KeyValue, log: Logger): Ledger {
  async function list(): Promise<readonly GapReport[]> {
    return stored.parse((await store.get(KEY)) ?? []);
  }

  return {
    list,
    async add(report) {
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
      const all = [report, ...(await list())].slice(0, KEPT);
      await store.set(
        KEY,
        all.map((r) => ({ ...r })),
      );
    },
  };
}
