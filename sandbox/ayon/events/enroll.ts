import { createHash } from "node:crypto";
import { isoOf } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import {
  compileFilter,
  EVENT_FILTER,
  eventColumn,
  like,
  type Predicate,
} from "../query-filter.ts";
import type { Sandbox } from "../sandbox.ts";
import type { EventRow } from "../store/rows.ts";

export interface Enrollment {
  /** One pattern, in which `*` stands for anything; or a list, in which it does not. */
  readonly source: string | readonly string[];
  readonly target: string;
  readonly user: string;
  readonly sender: string | null;
  readonly senderType: string;
  readonly description: string | null;
  readonly sequential: boolean;
  readonly filter: JsonObject | null;
  readonly maxRetries: number;
  /** Empty: none. */
  readonly ignoreSenderTypes: readonly string[];
  /** 0: no limit. */
  readonly ignoreOlderThanDays: number;
}

export interface Job {
  readonly id: string;
  readonly dependsOn: string;
  readonly hash: string;
  readonly status: string;
}

const DAY_MS = 24 * 3600_000;
/** The server looks at this many sources and no further. */
const POOL = 1000;

/**
 * The next job for this sender, oldest source first; null when there is none.
 *
 * A failed job goes to whoever asks. A job that another sender holds stops a sequential queue and is passed over
 * otherwise; one's own job comes back as it is, even when it was aborted.
 */
export function enrollJob(sandbox: Sandbox, wanted: Enrollment): Job | null {
  for (const source of sources(sandbox, wanted)) {
    const target = targetOf(sandbox, source, wanted.target);
    if (target === undefined) {
      const created = create(sandbox, source, wanted);
      if (created !== null) return created;
      if (wanted.sequential) return null;
      continue;
    }
    if (target.status === "failed" || target.status === "restarted") {
      return restart(sandbox, target, source, wanted);
    }
    if (target.sender !== wanted.sender) {
      if (wanted.sequential) return null;
      continue;
    }
    return {
      id: target.id,
      dependsOn: source.id,
      hash: target.hash,
      status: target.status,
    };
  }
  return null;
}

function sources(sandbox: Sandbox, wanted: Enrollment): EventRow[] {
  const { events } = sandbox.db.studio;
  const matches: Predicate =
    wanted.filter === null
      ? () => true
      : compileFilter(wanted.filter, EVENT_FILTER);
  const window = wanted.ignoreOlderThanDays * DAY_MS;
  const since =
    window === 0 ? "" : isoOf(Math.max(0, sandbox.clock.now() - window));
  const recent = (row: EventRow): boolean => row.updatedAt > since;
  return topics(sandbox, wanted.source)
    .flatMap((topic) => events.find("topic", topic))
    .filter(
      (row) =>
        row.status === "finished" &&
        recent(row) &&
        senderCounts(row, wanted.ignoreSenderTypes) &&
        !isSettled(targetOf(sandbox, row, wanted.target), wanted, recent) &&
        matches(eventColumn(row)),
    )
    .sort((a, b) =>
      a.createdAt < b.createdAt
        ? -1
        : a.createdAt > b.createdAt
          ? 1
          : a.order - b.order,
    )
    .slice(0, POOL);
}

function topics(
  sandbox: Sandbox,
  source: string | readonly string[],
): string[] {
  if (typeof source !== "string") return [...new Set(source)];
  const pattern = like(source.replaceAll("*", "%"), false);
  return sandbox.db.studio.events
    .keys("topic")
    .filter((topic) => pattern.test(topic));
}

/** An event without a sender type is dropped as soon as any type is to be ignored: NULL is in no list. */
function senderCounts(row: EventRow, ignored: readonly string[]): boolean {
  if (ignored.length === 0) return true;
  return row.senderType !== null && !ignored.includes(row.senderType);
}

function targetOf(
  sandbox: Sandbox,
  source: EventRow,
  topic: string,
): EventRow | undefined {
  return sandbox.db.studio.events
    .find("dependsOn", source.id)
    .find((row) => row.topic === topic);
}

function isSettled(
  target: EventRow | undefined,
  wanted: Enrollment,
  recent: (row: EventRow) => boolean,
): boolean {
  if (target === undefined || !recent(target)) return false;
  return (
    target.status === "finished" ||
    (target.status === "failed" && target.retries > wanted.maxRetries)
  );
}

function restart(
  sandbox: Sandbox,
  target: EventRow,
  source: EventRow,
  wanted: Enrollment,
): Job {
  sandbox.events.update(target.id, {
    status: "pending",
    sender: wanted.sender,
    senderType: wanted.senderType,
    user: wanted.user,
    retries: target.retries + (target.status === "failed" ? 1 : 0),
    description: "Restarting failed event",
  });
  return {
    id: target.id,
    dependsOn: source.id,
    hash: target.hash,
    status: "pending",
  };
}

/** Null when an event of the job's hash is there already. */
function create(
  sandbox: Sandbox,
  source: EventRow,
  wanted: Enrollment,
): Job | null {
  const hash = createHash("sha256")
    .update(JSON.stringify([wanted.target, source.id]))
    .digest("hex");
  if (sandbox.db.studio.events.first("hash", hash) !== undefined) return null;
  const from =
    typeof wanted.source === "string"
      ? wanted.source.replaceAll("*", "%")
      : `['${wanted.source.join("', '")}']`;
  const id = sandbox.events.dispatch({
    topic: wanted.target,
    hash,
    dependsOn: source.id,
    user: wanted.user,
    description:
      wanted.description ?? `Convert from ${from} to ${wanted.target}`,
    finished: false,
    sender: wanted.sender,
    senderType: wanted.senderType,
  });
  return { id, dependsOn: source.id, hash, status: "pending" };
}
