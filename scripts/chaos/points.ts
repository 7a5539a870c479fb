import { createHash } from "node:crypto";
import {
  ADVANCE,
  CLAIM,
  COMMIT,
  ENQUEUE,
  type Script,
} from "../../src/queue/scripts.ts";
import type { Place } from "./link.ts";

export type Server = "redis" | "ayon" | "ftrack";

/** A step between two acts of a service, known by what goes over the wire there. */
export interface WirePoint {
  readonly of: "leecher" | "processor";
  readonly name: string;
  readonly means: string;
  readonly server: Server;
  readonly place: Place;
}

/** A step that needs arrangements of its own. */
export interface StagedPoint {
  readonly of: "leecher" | "redis";
  readonly name: string;
  readonly means: string;
}

export type Point = WirePoint | StagedPoint;

/** Scripts are called by the hash of their text. */
function calls({ lua }: Script): RegExp {
  return new RegExp(createHash("sha1").update(lua).digest("hex"), "i");
}

/** Redis in the middle of taking events. */
export const taking: WirePoint = {
  of: "leecher",
  name: "enqueued",
  means: "Redis has the event, the leecher does not know",
  server: "redis",
  place: { said: calls(ENQUEUE), stop: "after" },
};

const OPERATIONS = /POST \/api\/projects\/[^/ ]+\/operations /;

/** In the order in which an event meets them. */
export const points: readonly Point[] = [
  {
    of: "leecher",
    name: "received",
    means: "an event has come, nothing is kept yet",
    server: "redis",
    place: { said: calls(ENQUEUE), stop: "before" },
  },
  {
    of: "leecher",
    name: "spooled",
    means: "Redis is away, events lie on disk",
  },
  taking,
  {
    of: "leecher",
    name: "acknowledged",
    means: "the cursor is stored",
    server: "redis",
    place: { said: calls(ADVANCE), stop: "after" },
  },
  {
    of: "leecher",
    name: "catching-up",
    means: "Ftrack's event log is being read",
    server: "ftrack",
    place: { said: /from Event\b/, stop: "after" },
  },
  {
    of: "processor",
    name: "taken",
    means: "the project is claimed",
    server: "redis",
    place: { said: calls(CLAIM), stop: "after" },
  },
  {
    of: "processor",
    name: "gathered",
    means: "AYON answers the reads",
    server: "ayon",
    place: { said: /POST \/graphql /, stop: "after" },
  },
  {
    of: "processor",
    name: "before-write",
    means: "the write leaves for AYON",
    server: "ayon",
    place: { said: OPERATIONS, stop: "before" },
  },
  {
    of: "processor",
    name: "written",
    means: "AYON has written, the processor does not know",
    server: "ayon",
    place: { said: OPERATIONS, stop: "after" },
  },
  {
    of: "processor",
    name: "commented",
    means: "AYON has the comment, the processor does not know",
    server: "ayon",
    place: {
      said: /POST \/api\/projects\/[^ ]+\/activities /,
      stop: "after",
    },
  },
  {
    of: "processor",
    name: "written-back",
    means: "Ftrack has the new id, the processor does not know",
    server: "ftrack",
    place: { said: /"action":"(create|update)"/, stop: "after" },
  },
  {
    of: "processor",
    name: "outcome",
    means: "the outcome is stored, the event not yet removed",
    server: "redis",
    place: { said: calls(COMMIT), stop: "before" },
  },
  {
    of: "processor",
    name: "settled",
    means: "the event is removed, the processor does not know",
    server: "redis",
    place: { said: calls(COMMIT), stop: "after" },
  },
  { of: "redis", name: "idle", means: "nothing waits" },
  { of: "redis", name: "intake", means: "in the middle of taking events" },
  { of: "redis", name: "aof-rewrite", means: "its log is being rewritten" },
];

export function labelOf({ of, name }: Point): string {
  return `${of}/${name}`;
}
