import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { ContractError } from "../core/errors.ts";
import { holdLease, type Lease } from "./lease.ts";
import type { Keys, ProjectKeys } from "./keys.ts";
import { guard } from "./redis-error.ts";
import { BURY, CLAIM, COMMIT, COUNT, READ, RELEASE, run } from "./scripts.ts";

/** An event as it lies in a project's inbox. */
export interface Entry {
  readonly entryId: string;
  readonly dedupId: string;
  readonly payload: string;
}

export interface Batch {
  readonly entries: readonly Entry[];
  /** Of the first entry. */
  readonly failures: number;
  readonly outages: number;
}

export interface Burial {
  readonly handler: string;
  readonly code: string;
  readonly detail: string;
  readonly attempts: number;
}

/** One project's inbox, seen by the drain that owns it. Every change is refused once it no longer does. */
export interface OwnedInbox {
  readonly partition: string;
  readonly lease: Lease;
  /** Starts of the head, this one included, since it last got anywhere. */
  readonly starts: number;
  read(most: number, bytes: number): Promise<Batch>;
  /** Removes handled entries. */
  commit(
    entryIds: readonly string[],
  ): Promise<{ removed: number; turnWanted: boolean }>;
  /** Counts a failed try, or a hold for an outage; gives the number so far. */
  count(entryId: string, what: "failure" | "outage"): Promise<number>;
  /** Moves an entry to the dead letters. */
  bury(
    entryId: string,
    burial: Burial,
  ): Promise<"buried" | "buried-dropping-oldest" | "gone">;
  /** An orderly end: not counted as a crash, and the project is free at once. */
  release(): Promise<void>;
}

export interface ClaimOptions {
  readonly client: Redis;
  readonly keys: Keys;
  readonly partition: string;
  readonly ttlMs: number;
  readonly trustMs: number;
  readonly maxDead: number;
  /** Claim nothing when the head was started this often and never got done. */
  readonly suspectStarts: number;
  readonly onFenced: () => void;
}

export type Claim =
  | { readonly kind: "owned"; readonly inbox: OwnedInbox }
  /** A long job, or another drain, has the project. */
  | { readonly kind: "turn" }
  | { readonly kind: "suspect" };

export async function claimInbox(options: ClaimOptions): Promise<Claim> {
  const { client, partition } = options;
  const keys = options.keys.project(partition);
  const identity = randomUUID();
  const takenAt = performance.now();
  const reply = await run(
    client,
    CLAIM,
    [keys.owner, keys.inbox, keys.fails, keys.turn],
    [identity, options.ttlMs, options.suspectStarts],
  );
  const [state, head, starts] = reply as [string, string, number];
  if (state === "suspect") return { kind: "suspect" };
  if (state !== "owner") return { kind: "turn" };
  const lease = holdLease({
    client,
    key: keys.owner,
    identity,
    ttlMs: options.ttlMs,
    trustMs: options.trustMs,
    partition,
    takenAt,
    onLost: options.onFenced,
  });
  return {
    kind: "owned",
    inbox: ownedInbox(options, keys, lease, head, starts),
  };
}

function ownedInbox(
  options: ClaimOptions,
  keys: ProjectKeys,
  lease: Lease,
  head: string,
  starts: number,
): OwnedInbox {
  const { client, partition, ttlMs } = options;
  const { identity } = lease;
  return {
    partition,
    lease,
    starts,
    async read(most, bytes) {
      const reply = await run(
        client,
        READ,
        [keys.inbox, keys.fails],
        [most, bytes],
      );
      return toBatch(reply, partition);
    },
    async commit(entryIds) {
      const sentAt = performance.now();
      const reply = await run(
        client,
        COMMIT,
        [keys.inbox, keys.owner, keys.fails, keys.turn],
        [identity, ttlMs, ...entryIds],
      );
      const [removed, wanted] = reply as [number, number];
      if (removed < 0) throw lease.lost();
      lease.confirmed(sentAt);
      return { removed, turnWanted: wanted === 1 };
    },
    async count(entryId, what) {
      const field = what === "failure" ? entryId : `o:${entryId}`;
      const n = await run(
        client,
        COUNT,
        [keys.owner, keys.fails],
        [identity, field],
      );
      if ((n as number) < 0) throw lease.lost();
      return n as number;
    },
    async bury(entryId, burial) {
      // First, in another slot: a grave nobody knows of would be lost, an empty one is harmless.
      await guard(client.sadd(options.keys.graves, partition));
      const reply = await run(
        client,
        BURY,
        [keys.inbox, keys.owner, keys.fails, keys.dead],
        [identity, entryId, options.maxDead, ...burialFields(burial)],
      );
      if (reply === -1) throw lease.lost();
      if (reply === 0) return "gone";
      return reply === 2 ? "buried-dropping-oldest" : "buried";
    },
    async release() {
      lease.end();
      await run(client, RELEASE, [keys.owner, keys.fails], [identity, head]);
    },
  };
}

/** Fields of a dead letter beside those it had in the inbox. */
export function burialFields(burial: Burial): (string | number)[] {
  return [
    "handler",
    burial.handler,
    "code",
    burial.code,
    "detail",
    burial.detail.slice(0, 2000),
    "attempts",
    burial.attempts,
  ];
}

function toBatch(reply: unknown, partition: string): Batch {
  const [failures, outages, ...flat] = reply as [number, number, ...string[]];
  const entries: Entry[] = [];
  for (let i = 0; i < flat.length; i += 3) {
    const [entryId, dedupId, payload] = flat.slice(i, i + 3);
    if (
      entryId === undefined ||
      dedupId === undefined ||
      payload === undefined
    ) {
      throw new ContractError("An inbox gave a broken list of events", {
        code: "E_REDIS_REPLY",
        system: "redis",
        subject: { partition },
      });
    }
    entries.push({ entryId, dedupId, payload });
  }
  return { entries, failures, outages };
}
