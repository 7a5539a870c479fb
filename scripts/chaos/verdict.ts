import { setTimeout as sleep } from "node:timers/promises";
import { silentMeter } from "../../src/core/meter.ts";
import type { Logger } from "../../src/core/log.ts";
import { openDrainQueue } from "../../src/queue/bell.ts";
import { closeQueue } from "../../src/queue/bull.ts";
import { makeDeadLetters } from "../../src/queue/dead-letters.ts";
import { partitionName } from "../../src/queue/keys.ts";
import { makeOutcomes } from "../../src/queue/outcomes.ts";
import { connect } from "../../src/queue/redis.ts";
import { openLedger } from "./ledger.ts";
import type { Rig } from "./rig.ts";
import type { Show } from "./shows.ts";
import {
  openFtrackView,
  readComments,
  readEvents,
  readShow,
  type Seen,
} from "./views.ts";

/** What has gone wrong since a moment, in words; empty where all is well. */
export interface Findings {
  /** Entities that differ, accepted events without an outcome, events given up. */
  readonly lost: readonly string[];
  /** Entities that were made, or stand there, twice, and comments. */
  readonly duplicated: readonly string[];
  /** Older values that were written over newer ones. */
  readonly reordered: readonly string[];
}

/** Looks at both servers and into the queue, past all links. */
export interface Judge {
  /** How AYON differs from Ftrack. */
  differences(): Promise<readonly string[]>;
  /** True when nothing waits in the queue or on disk. */
  isQuiet(): Promise<boolean>;
  findings(since: Date): Promise<Findings>;
  /** How many events were accepted so far, and how many different ones have an outcome. */
  events(): { readonly accepted: number; readonly settled: number };
  close(): Promise<void>;
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};
const MOST_TOLD = 8;
/** Longer than a look at what was cut off is put off. */
const ON_ITS_WAY_MS = 15_000;
/** More than any run makes. */
const MANY = 1_000_000;

export async function openJudge(
  rig: Rig,
  shows: readonly Show[],
): Promise<Judge> {
  const { stack } = rig;
  const readFtrack = await openFtrackView(stack);
  const connection = connect(stack.redis, "patient", silent);
  const { client, keys } = connection;
  const queue = openDrainQueue(connection, silent);
  const outcomes = makeOutcomes(connection);
  const letters = makeDeadLetters({
    ...{ connection, queue, log: silent, meter: silentMeter },
  });
  const projects = shows.map(({ projectId }) =>
    keys.project(partitionName(projectId)),
  );
  const ledger = openLedger(
    connection,
    projects.map(({ seen }) => seen),
  );

  async function readAyon(): Promise<ReadonlyMap<string, readonly Seen[]>> {
    const all = await Promise.all(shows.map((show) => readShow(stack, show)));
    return new Map(all.flatMap((found) => [...found]));
  }

  /** How often each note stands in AYON. */
  async function counted(): Promise<readonly (readonly [string, number])[]> {
    const all = await Promise.all(
      shows.map(async (show) => {
        const found = await readComments(stack, show);
        return show.notes().map((note): readonly [string, number] => {
          return [note, found.filter((body) => body.includes(note)).length];
        });
      }),
    );
    return all.flat();
  }

  async function differences(): Promise<readonly string[]> {
    const [wanted, found, notes] = await Promise.all([
      readFtrack(shows),
      readAyon(),
      counted(),
    ]);
    const missing = notes
      .filter(([, count]) => count === 0)
      .map(([note]) => `${note} is no comment`);
    const differing = [...wanted].flatMap(([id, one]) => {
      const other = found.get(id)?.[0];
      const same = JSON.stringify(other) === JSON.stringify(one);
      return same
        ? []
        : [`${id}: ${JSON.stringify(one)} is ${JSON.stringify(other)}`];
    });
    return [...differing, ...missing];
  }

  /** Events that have no outcome and wait nowhere. What is on its way yet gets the time to arrive. */
  async function withoutOutcome(since: Date): Promise<readonly string[]> {
    const limit = performance.now() + ON_ITS_WAY_MS;
    for (;;) {
      await ledger.update();
      const open = ledger.open(since.getTime());
      if (open.length === 0 || performance.now() > limit)
        return [
          ...ledger.holes,
          ...open.map((id) => `event ${id} has no outcome`),
        ];
      await sleep(200);
    }
  }

  /** What the services say of an entity that differs, newest first. */
  async function outcomesOf(line: string): Promise<string> {
    const [entityId = ""] = line.split(":");
    const rows = await outcomes.query({ entityId }, MOST_TOLD);
    return rows
      .map(({ at, handler, kind, reason, detail, eventId }) =>
        [
          `\n        ${new Date(at).toISOString()} ${handler}: ${kind}`,
          ...[reason, detail, eventId].filter((part) => part !== null),
        ].join(", "),
      )
      .join("");
  }

  return {
    differences,
    async isQuiet() {
      const lengths = await Promise.all(
        projects.map(({ inbox }) => client.xlen(inbox)),
      );
      return lengths.every((n) => n === 0);
    },
    async findings(since) {
      const [differ, unknown, dead, events, found, notes] = await Promise.all([
        differences(),
        withoutOutcome(since),
        letters.list({ since: since.getTime() }, MANY),
        readEvents(stack, shows, since),
        readAyon(),
        counted(),
      ]);
      const given = dead.map(
        ({ code, detail }) => `an event was given up: ${code} ${detail}`,
      );
      const twice = [...found]
        .filter(([id, all]) => id !== "" && all.length > 1)
        .map(([id, all]) => `${id} stands there ${all.length} times`);
      const told = await Promise.all(
        differ.slice(0, MOST_TOLD).map((line) => outcomesOf(line)),
      );
      return {
        lost: [
          ...differ.map((line, i) => `${line}${told[i] ?? ""}`),
          ...unknown,
          ...given,
        ],
        duplicated: [
          ...twice,
          ...madeTwice(events),
          ...notes
            .filter(([, count]) => count > 1)
            .map(([note, count]) => `${note} stands there ${count} times`),
        ],
        reordered: backwards(events),
      };
    },
    events: () => ledger.counts(),
    async close() {
      await ledger.close();
      await closeQueue(queue);
      await connection.close();
    },
  };
}

type Events = Awaited<ReturnType<typeof readEvents>>;

function madeTwice(events: Events): readonly string[] {
  const made = new Set<string>();
  return events
    .filter(({ topic }) => topic.endsWith(".created"))
    .filter(({ entityId }) => made.size === made.add(entityId).size)
    .map(({ entityId }) => `${entityId} was made twice`);
}

/** Descriptions are numbers that only grow. */
function backwards(events: Events): readonly string[] {
  const last = new Map<string, number>();
  const found: string[] = [];
  for (const { entityId, description } of events) {
    if (description === null) continue;
    const before = last.get(entityId) ?? 0;
    const now = Number(description);
    if (now < before) found.push(`${entityId}: ${now} after ${before}`);
    last.set(entityId, now);
  }
  return found;
}
