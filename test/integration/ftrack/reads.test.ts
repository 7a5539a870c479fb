import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ftrackId } from "../../../src/core/ids.ts";
import { inList, is, select } from "../../../src/core/query.ts";
import { createFtrackReads, readByIds } from "../../../src/ftrack/reads.ts";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../../sandbox/ftrack/index.ts";
import { connectTo, type Connection } from "../../support/ftrack.ts";

let sandbox: FtrackSandbox;
let to: Connection;

const idRow = z.object({ id: z.string() });
const contexts = (limit?: number) =>
  select({
    type: "TypedContext",
    fields: ["id"],
    row: idRow,
    ...(limit === undefined ? {} : { limit }),
  });

beforeAll(async () => {
  sandbox = await startFtrackSandbox({ seed: "studio:1300" });
  to = connectTo(sandbox);
});
afterAll(() => sandbox.stop());

describe("query", () => {
  it.each([
    ["all pages", undefined, 1300],
    ["a limit below a page", 7, 7],
    ["a limit that is a page", 500, 500],
    ["a limit above a page", 777, 777],
    ["a limit above what there is", 5000, 1300],
    ["nothing", 0, 0],
  ])("reads %s, each row once", async (_title, limit, count) => {
    const [rows] = await to.reads.query(contexts(limit));
    expect(new Set(rows.map((r) => r.id)).size).toBe(count);
    expect(rows).toHaveLength(count);
  });

  it("answers several queries, each with its own rows in its own shape", async () => {
    const [projects, tasks, none] = await to.reads.query(
      select({
        type: "Project",
        fields: ["full_name"],
        row: z.object({ full_name: z.string() }),
      }),
      select({
        type: "Task",
        fields: ["name", "status.name", "status.state.short", "created_at"],
        row: z.object({
          name: z.string(),
          created_at: z.iso.datetime(),
          status: z.object({
            name: z.string(),
            state: z.object({ short: z.string() }),
          }),
        }),
      }),
      select({
        type: "Task",
        fields: ["id"],
        row: idRow,
        where: is("name", 'no "such\\ name'),
      }),
    );
    expect(projects).toHaveLength(1);
    expect(tasks.length).toBeGreaterThan(500);
    expect(none).toEqual([]);
    expect(to.reads.unreadable().size).toBe(0);
    expect(JSON.stringify(tasks)).not.toContain("__entity_type__");
  });

  it("leaves out, counts and names rows that do not fit, and logs the kind once", async () => {
    const dropped: (string | null)[] = [];
    const reads = createFtrackReads({
      session: to.session,
      log: to.log,
      onDropped: (_type, id) => dropped.push(id),
    });
    const [rows] = await reads.query(
      select({
        type: "TypedContext",
        fields: ["id", "description"],
        row: z.object({ id: z.string(), description: z.literal("never") }),
        limit: 20,
      }),
    );
    expect(rows).toEqual([]);
    expect(dropped).toHaveLength(20);
    expect(reads.unreadable()).toEqual(new Set(dropped));
    const lines = to.log.lines.filter((l) =>
      l.message.includes("does not fit"),
    );
    expect(lines).toHaveLength(1);
  });

  it("names the query that is refused, among several", async () => {
    const bad = select({ type: "Task", fields: ["nonsense"], row: idRow });
    await expect(
      to.reads.query(contexts(1), bad, contexts(2)),
    ).rejects.toMatchObject({
      name: "RejectedError",
      code: "E_FTRACK_QUERY",
      subject: { type: "Task", expression: bad.expression },
    });
  });

  it("keeps an address from becoming a part of the query", async () => {
    const name = '" or name like "%';
    const [rows] = await to.reads.query(
      select({
        type: "Task",
        fields: ["id"],
        row: idRow,
        where: is("name", name),
      }),
    );
    expect(rows).toEqual([]);
  });
});

describe("readByIds", () => {
  it("cuts a long list into pieces and reads each row once", async () => {
    const [all] = await to.reads.query(contexts());
    const ids = [
      ...all.map((r) => r.id),
      ...all.map((r) => r.id),
      randomUUID(),
    ];
    const rows = await readByIds(to.reads, ids, (part) =>
      select({
        type: "TypedContext",
        fields: ["id"],
        row: idRow,
        where: inList("id", part),
      }),
    );
    expect(rows).toHaveLength(1300);
    expect(new Set(rows.map((r) => r.id)).size).toBe(1300);
  });

  it("asks nothing for nothing", async () => {
    const rows = await readByIds(to.reads, [], () => {
      throw new Error("asked");
    });
    expect(rows).toEqual([]);
  });
});

it("download: null for what is not there", async () => {
  expect(await to.reads.download(ftrackId(randomUUID()))).toBeNull();
  expect(to.log.text()).not.toContain(sandbox.apiKey);
});
