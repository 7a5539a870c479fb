import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { codeOf, ServiceError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { type ErrorReporter, OUTCOME_AUTHOR } from "./events.ts";
import { graphql } from "./graphql.ts";
import type { AyonHttp } from "./http.ts";

/**
 * Finds the services of the existing ftrack addon. They answer to the same events as ours: both at once would
 * set statuses twice and undo each other's changes.
 */

const wireServices = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      addonName: z.string(),
      addonVersion: z.string(),
      service: z.string(),
      isRunning: z.boolean(),
      /** Seconds since their host was heard of. */
      lastSeenDelta: z.number().nullish(),
      data: z.object({ image: z.string().nullish() }).nullish(),
    }),
  ),
});

const wireEvents = z.object({
  events: z.object({
    edges: z.array(
      z.object({
        node: z.object({
          topic: z.string(),
          sender: z.string().nullish(),
          /** JSON. */
          summary: z.string().nullish(),
        }),
      }),
    ),
  }),
});

/** How the names of our images begin, after the registry. */
export const OUR_IMAGES = "ayon-ftrack-events-";
/** Services that do what ours do. The transmitter goes the other way and may stay, as long as ours is off. */
const SAME_WORK = new Set(["leecher", "processor"]);
/** A host that is silent for longer runs nothing any more that we know of. */
const HOST_SILENCE_S = 60;

/** The existing leecher keeps every event of Ftrack under the first topic, its processor takes it under the second. Ours writes outcomes under the second, too. */
const THEIR_TOPICS = ["ftrack.leech", "ftrack.proc"];
const EVENT_AGE_MS = 2 * 60_000;

const RECENT_EVENTS = `query RecentEvents($topics: [String!]!, $newerThan: String!) {
  events(topics: $topics, newerThan: $newerThan, last: 100) {
    edges { node { topic sender summary } }
  }
}`;

/**
 * What shows that the existing addon's services run now, in words for administrators; empty when nothing does.
 * They are looked for among the services of AYON, and, since they may run elsewhere, by what they write.
 *
 * @throws what `AyonHttp.send` throws.
 */
export async function findRivals(
  http: AyonHttp,
  now: Date,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const [{ services }, { events }] = await Promise.all([
    http.send({
      method: "GET",
      path: "/api/services",
      answer: wireServices,
      signal,
    }),
    graphql(http, {
      query: RECENT_EVENTS,
      variables: {
        topics: THEIR_TOPICS,
        newerThan: new Date(now.getTime() - EVENT_AGE_MS).toISOString(),
      },
      data: wireEvents,
      signal,
    }),
  ]);
  const hosted = services
    .filter(
      (s) =>
        s.addonName === "ftrack" &&
        SAME_WORK.has(s.service) &&
        s.isRunning &&
        (s.lastSeenDelta ?? 0) < HOST_SILENCE_S &&
        s.data?.image?.includes(OUR_IMAGES) !== true,
    )
    .map((s) => `the service ${s.name} of addon ftrack ${s.addonVersion}`);
  const writers = events.edges
    .filter(({ node }) => !isOurs(node.summary ?? ""))
    .map(
      ({ node }) =>
        `somebody (${node.sender ?? "unknown"}) who writes events ${node.topic}`,
    );
  return [...hosted, ...new Set(writers)];
}

/** Our outcomes stand under the same topic. */
function isOurs(summary: string): boolean {
  try {
    const parsed: unknown = JSON.parse(summary);
    return (
      typeof parsed === "object" &&
      parsed !== null &&
      "by" in parsed &&
      parsed.by === OUTCOME_AUTHOR
    );
  } catch {
    // What is no JSON is none of ours.
    return false;
  }
}

export interface RivalWatchOptions {
  readonly find: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly reporter: Pick<ErrorReporter, "report" | "clear">;
  readonly log: Logger;
  /** @defaultValue 30 s */
  readonly everyMs?: number;
}

/** Looks for the existing addon's services from time to time, for as long as the service runs. */
export interface RivalWatch {
  /** False until AYON was asked once, and while somebody else does the same work. */
  isAlone(): boolean;
  /** Resolves as soon as nobody else does the same work. */
  whenAlone(signal: AbortSignal): Promise<void>;
  /** Called with every change of `isAlone`. */
  subscribe(listener: (isAlone: boolean) => void): () => void;
  close(): Promise<void>;
}

export const RIVALS = "existing-services-running";

const EVERY_MS = 30_000;

export function watchRivals(options: RivalWatchOptions): RivalWatch {
  const { find, reporter, log, everyMs = EVERY_MS } = options;
  const stop = new AbortController();
  const listeners = new Set<(isAlone: boolean) => void>();
  let alone = false;

  async function look(): Promise<void> {
    let rivals: readonly string[];
    try {
      rivals = await find(stop.signal);
    } catch (thrown) {
      // What was known stays: an AYON that is away takes no writes either.
      if (thrown instanceof ServiceError || stop.signal.aborted)
        log.debug({ code: codeOf(thrown) }, "Other services not looked for");
      else log.error({ err: thrown }, "Looking for other services failed");
      return;
    }
    if (rivals.length === 0) reporter.clear(RIVALS);
    else {
      log.warn({ rivals }, "Another event server does the same work");
      await reporter.report(
        RIVALS,
        `Waiting: another event server is at work: ${rivals.join(", ")}. Two at once undo each other's changes. Switch one off; events are kept meanwhile`,
        { rivals },
      );
    }
    const before = alone;
    alone = rivals.length === 0;
    if (alone !== before) for (const listener of listeners) listener(alone);
  }

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      await look();
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(
        // Only the end wakes it early.
        () => undefined,
      );
    }
  }

  const looping = loop();

  function subscribe(listener: (isAlone: boolean) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    isAlone: () => alone,
    subscribe,
    async whenAlone(signal) {
      signal.throwIfAborted();
      if (alone) return;
      await new Promise<void>((resolve, reject) => {
        const unsubscribe = subscribe(() => {
          finish(resolve);
        });
        const abort = (): void => {
          finish(() => {
            reject(signal.reason as Error);
          });
        };
        function finish(how: () => void): void {
          unsubscribe();
          signal.removeEventListener("abort", abort);
          how();
        }
        signal.addEventListener("abort", abort, { once: true });
      });
    },
    async close() {
      stop.abort();
      await looping;
    },
  };
}
