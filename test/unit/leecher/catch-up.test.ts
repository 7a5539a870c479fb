import { beforeEach, describe, expect, it } from "vitest";
import type { AuditReason } from "../../../src/core/audit.ts";
import type { Envelope } from "../../../src/core/envelope.ts";
import { RejectedError, UnavailableError } from "../../../src/core/errors.ts";
import { silentMeter } from "../../../src/core/meter.ts";
import type { FtrackReads } from "../../../src/core/ports.ts";
import {
  createCatchUp,
  type CatchUp,
  type Occasion,
} from "../../../src/leecher/catch-up.ts";
import { typeNames } from "../../../src/leecher/refresh.ts";
import type { GapReport } from "../../../src/queue/gaps.ts";
import type { Json } from "../../../src/queue/types.ts";
import { memoryLog } from "../../support/memory-log.ts";

interface Row {
  readonly id: number;
  readonly parent_id: string | null;
  readonly parent_type: string | null;
  readonly project_id: string | null;
}

const NOW = 1_800_000_000_000;

let rows: Row[];
let failure: Error | null;
let stored: Map<string, Json>;
let taken: Envelope[];
let audits: { reason: AuditReason; only: readonly string[] | "all" }[];
let ledger: GapReport[];
let catchUp: CatchUp;
let log: ReturnType<typeof memoryLog>;

/** Ftrack's log as far as the catch-up asks for it: the ends, and what follows an id. */
const reads = {
  query(...queries: { expression: string; limit?: number }[]) {
    if (failure !== null) return Promise.reject(failure);
    return Promise.resolve(
      queries.map(({ expression, limit = Infinity }) => {
        const after = Number(/id > (\d+)/.exec(expression)?.[1] ?? 0);
        const found = rows.filter((row) => row.id > after);
        if (expression.includes("descending")) found.reverse();
        return found.slice(0, limit).map((row) => ({
          ...{ id: row.id, at: null, userId: null },
          ...{ parentId: row.parent_id, parentType: row.parent_type },
          projectId: row.project_id,
        }));
      }),
    );
  },
} as unknown as FtrackReads;

function make(): void {
  catchUp = createCatchUp({
    reads,
    names: () => Promise.resolve(typeNames([{ id: "Shot", baseType: "task" }])),
    hasTimezones: () => false,
    put: (envelopes) => {
      taken.push(...envelopes);
      return Promise.resolve();
    },
    audit: (reason, only) => {
      audits.push({ reason, only });
      return Promise.resolve(only === "all" ? 9 : only.length);
    },
    store: {
      get: (key) => Promise.resolve(stored.get(key) ?? null),
      set: (key, value) => {
        stored.set(key, value);
        return Promise.resolve();
      },
      delete: () => Promise.resolve(),
    },
    ledger: {
      add: (report) => {
        ledger.unshift(report);
        return Promise.resolve();
      },
      list: () => Promise.resolve(ledger),
    },
    log,
    meter: silentMeter,
    now: () => NOW,
  });
}

function row(id: number, more: Partial<Row> = {}): Row {
  return {
    ...{ id, parent_id: `e${id}`, parent_type: "task", project_id: "p" },
    ...more,
  };
}

function add(from: number, to: number, more: Partial<Row> = {}): void {
  for (let id = from; id <= to; id += 1) rows.push(row(id, more));
}

const gap = (from: number | null = NOW - 1000): Occasion => ({
  ...{ from, to: NOW, reason: "reconnect" },
});

/** As after an earlier run that had read up to an id. */
function readUpTo(eventId: number): void {
  stored.set("catch-up", { eventId, readAt: NOW - 1000 });
}

beforeEach(() => {
  rows = [];
  failure = null;
  stored = new Map();
  taken = [];
  audits = [];
  ledger = [];
  log = memoryLog();
  make();
});

describe("the report", () => {
  it("adds up: expected = recovered + known + unrecoverable", async () => {
    add(1, 10);
    readUpTo(10);
    await catchUp.run(gap());
    add(11, 14);
    add(15, 16, { parent_id: null });
    const report = await catchUp.run(gap());
    expect(report).toMatchObject({
      ...{ expected: 16, recovered: 4, known: 10, unrecoverable: 2 },
      isLogRead: true,
    });
    expect(ledger[0]).toEqual(report);
    expect(taken.map((e) => e.id).slice(10)).toEqual(
      [11, 12, 13, 14].map((id) => `catchup-${id}`),
    );
  });

  it("of a regular run that found nothing is not kept", async () => {
    add(1, 3);
    readUpTo(3);
    await catchUp.run(gap());
    await catchUp.run({ to: NOW, reason: "regular" });
    expect(ledger).toHaveLength(1);
  });
});

describe("audits", () => {
  it.each<[string, () => void, Occasion, object | null]>([
    [
      "nothing is known of an earlier run",
      () => {
        add(1, 3);
      },
      gap(null),
      { reason: "first-start", only: "all" },
    ],
    [
      "the log is younger than what was read",
      () => {
        add(1, 3);
        readUpTo(50);
      },
      gap(),
      { reason: "log-cut", only: "all" },
    ],
    [
      "the log begins after what was read",
      () => {
        add(500, 510);
        readUpTo(400);
      },
      gap(),
      { reason: "log-cut", only: "all" },
    ],
    [
      "rows that say no more than their project",
      () => {
        add(1, 3);
        add(4, 5, { parent_type: null, project_id: "q" });
        readUpTo(3);
      },
      gap(),
      { reason: "log-unclear", only: ["q"] },
    ],
    [
      "rows that say nothing",
      () => {
        add(1, 3);
        add(4, 5, { parent_id: null, project_id: null });
        readUpTo(3);
      },
      gap(),
      { reason: "log-unclear", only: "all" },
    ],
    [
      "a long absence: the projects that rows name",
      () => {
        add(1, 3);
        add(4, 5, { project_id: "q" });
        add(6, 6, { project_id: null });
        readUpTo(3);
      },
      gap(NOW - 3_600_000),
      { reason: "long-gap", only: ["p", "q"] },
    ],
    [
      "Redis lost events",
      () => {
        add(1, 3);
        readUpTo(3);
      },
      { from: NOW - 1000, to: NOW, reason: "redis" },
      { reason: "redis-loss", only: ["p"] },
    ],
    [
      "the log may not be read",
      () => {
        failure = new RejectedError("no", { code: "E_FTRACK_PERMISSION" });
      },
      gap(),
      { reason: "log-denied", only: "all" },
    ],
    [
      "a short gap and a clear log",
      () => {
        add(1, 3);
        readUpTo(3);
      },
      gap(),
      null,
    ],
  ])("%s", async (_title, prepare, occasion, expected) => {
    prepare();
    const report = await catchUp.run(occasion);
    expect(audits).toEqual(expected === null ? [] : [expected]);
    expect(report.audited > 0).toBe(expected !== null);
  });

  it("in place of a log that may not be read are asked for at gaps, and else now and then", async () => {
    failure = new RejectedError("no", { code: "E_FTRACK_PERMISSION" });
    const regular: Occasion = { to: NOW, reason: "regular" };
    await catchUp.run(regular);
    await catchUp.run(regular);
    expect(audits).toHaveLength(1);
    await catchUp.run(gap());
    expect(audits).toHaveLength(2);
    const said = log.lines.filter((l) => l.level === "error");
    expect(said[0]?.message).toContain("cannot be read");
  });
});

describe("a run that fails", () => {
  it("leaves no report, and is told in full by the one that succeeds", async () => {
    add(1, 5);
    readUpTo(5);
    failure = new UnavailableError("away", { code: "E_FTRACK_UNAVAILABLE" });
    await expect(catchUp.run(gap())).rejects.toBe(failure);
    expect(ledger).toEqual([]);
    failure = null;
    expect(await catchUp.run(gap())).toMatchObject({ recovered: 5, known: 0 });
  });

  it("after Redis lost what was handed on, all of it is handed on again", async () => {
    add(1, 5);
    readUpTo(5);
    await catchUp.run(gap());
    catchUp.forget();
    expect(await catchUp.run(gap())).toMatchObject({ recovered: 5, known: 0 });
    expect(taken).toHaveLength(10);
  });
});
