import { NO_PROJECT } from "../core/envelope.ts";

/**
 * Every key in Redis. All begin with the prefix (default `aff`), so that several services or tests can
 * share a server. A part in braces decides the slot in a cluster: what one script touches lies in one slot.
 */
export interface ProjectKeys {
  /** Stream of waiting events: `i` dedup id, `p` envelope as JSON. Its ids carry the time of writing. */
  readonly inbox: string;
  /** Sorted set: dedup id → time accepted (ms). Trimmed by age and number. */
  readonly seen: string;
  /** String with time to live: identity of the drain that may remove events. */
  readonly owner: string;
  /** String with time to live: identity of the long job that has the project's turn. */
  readonly turn: string;
  /** Hash by entry id: `<id>` failures, `o:<id>` outage holds, `s:<id>` starts without progress. */
  readonly fails: string;
  /** Stream of dead letters: `i`, `p`, `handler`, `code`, `detail`, `attempts`, `topic`. */
  readonly dead: string;
  /** Hash: entity id → JSON of the reason. */
  readonly quarantine: string;
  /** String: id of the latest report. */
  readonly report: string;
}

export interface Keys {
  readonly prefix: string;
  /** Prefix of BullMQ's own keys; one slot for all its queues. */
  readonly bull: string;
  /** @param partition - from `partitionName` */
  project(partition: string): ProjectKeys;
  /** Sorted set: partition → time of the last enqueue (ms). Where the sweeper looks. */
  readonly dirty: string;
  /** String: JSON of the leecher's cursor. */
  readonly cursor: string;
  /** String: number of the last batch of one leecher process; how it notices that Redis lost data. */
  sent(boot: string): string;
  /** Set of partitions that have, or had, dead letters. */
  readonly graves: string;
  /** Stream: who redrove or purged dead letters. */
  readonly audit: string;
  /** Streams of outcomes: what somebody may have to act on, and the quiet rest. */
  readonly outcomes: string;
  readonly quietOutcomes: string;
  /** List of JSON: what catching up with Ftrack found, newest first. */
  readonly gaps: string;
  /** Set of ids of services that run, or ran lately. */
  readonly services: string;
  /** String with time to live: JSON of what a service says about itself. */
  service(id: string): string;
  /** Sorted set of ids of long jobs that shall stop, by time of the request. */
  readonly cancelled: string;
  /** Sorted set: `<key>\0<hash of value>` → time until which it counts (ms). */
  ownWrites(entityId: string): string;
  reportById(id: string): string;
  value(name: string): string;
}

export const DEFAULT_PREFIX = "aff";

/**
 * Text from outside as part of a key; leaves its own results as they are. Braces would move the key to
 * another slot, and BullMQ refuses colons in ids.
 */
export function safe(text: string): string {
  return text.replace(
    /[^A-Za-z0-9_.%-]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
}

/** Name of the inbox of a project in every key and job. */
export function partitionName(projectId: string | null): string {
  return projectId === null || projectId === "" ? NO_PROJECT : safe(projectId);
}

/** Id under which BullMQ holds at most one drain job per partition. */
export function drainDedupId(partition: string): string {
  return `p-${partition}`;
}

export function makeKeys(prefix: string = DEFAULT_PREFIX): Keys {
  if (!/^[A-Za-z0-9_.-]+$/.test(prefix)) {
    throw new TypeError("The key prefix may hold letters, digits, _ . -");
  }
  const control = `${prefix}:{ctl}`;
  return {
    prefix,
    bull: `{${prefix}-q}`,
    project(partition) {
      const base = `${prefix}:{${partition}}`;
      return {
        inbox: `${base}:inbox`,
        seen: `${base}:seen`,
        owner: `${base}:owner`,
        turn: `${base}:turn`,
        fails: `${base}:fails`,
        dead: `${base}:dead`,
        quarantine: `${base}:quarantine`,
        report: `${base}:report`,
      };
    },
    dirty: `${control}:dirty`,
    cursor: `${control}:cursor`,
    sent: (boot) => `${control}:sent:${safe(boot)}`,
    graves: `${control}:graves`,
    audit: `${control}:audit`,
    outcomes: `${control}:outcomes`,
    quietOutcomes: `${control}:quiet`,
    gaps: `${control}:gaps`,
    services: `${control}:services`,
    service: (id) => `${control}:service:${safe(id)}`,
    cancelled: `${control}:cancelled`,
    ownWrites: (entityId) => `${control}:own:${safe(entityId)}`,
    reportById: (id) => `${control}:report:${safe(id)}`,
    value: (name) => `${control}:kv:${safe(name)}`,
  };
}
