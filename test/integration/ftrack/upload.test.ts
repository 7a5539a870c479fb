import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { FtrackId } from "../../../src/core/ids.ts";
import { is, select } from "../../../src/core/query.ts";
import { createFtrackJobs } from "../../../src/ftrack/jobs.ts";
import type { FtrackSession } from "../../../src/ftrack/session.ts";
import { uploadComponent } from "../../../src/ftrack/upload.ts";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../../sandbox/ftrack/index.ts";
import { userId } from "../../../sandbox/ftrack/seed/people.ts";
import { connectTo, type Connection } from "../../support/ftrack.ts";

let sandbox: FtrackSandbox;
let to: Connection;

beforeAll(async () => {
  sandbox = await startFtrackSandbox();
  to = connectTo(sandbox);
});
afterAll(() => sandbox.stop());
afterEach(async () => {
  await sandbox.control.clearFaults();
  expect(to.log.text()).not.toContain(sandbox.apiKey);
});

async function components(): Promise<number> {
  const [rows] = await to.reads.query(
    select({ type: "FileComponent", fields: ["id"], row: z.unknown() }),
  );
  return rows.length;
}

describe("upload", () => {
  it.each([
    ["empty", 0, undefined],
    ["small", 1000, undefined],
    ["two parts' worth, in one piece", 2000, 1000],
    ["three parts", 2001, 1000],
    ["many parts", 25_500, 1000],
  ])("FP-31 %s: the same bytes come back", async (_title, size, partBytes) => {
    const data = randomBytes(size);
    const stored: unknown[] = [];
    const id = await uploadComponent(to.session, to.log, {
      fileName: "report.final.txt",
      data,
      ...(partBytes === undefined ? {} : { partBytes }),
      onStored: (...told) => stored.push(told),
    });
    const back = await to.reads.download(id);
    expect(Buffer.from(back!.data).equals(data)).toBe(true);
    expect(
      await to.row("FileComponent", id, "name", "file_type", "size"),
    ).toMatchObject({
      name: "report.final",
      file_type: ".txt",
      size,
    });
    expect(stored).toEqual([[id, "3a372bde-05bc-11e4-8908-20c9d081909b"]]);
  });

  /** The session, with a number of proxy errors right after its first call: they meet the file store. */
  function faultyStore(times: number): FtrackSession {
    let calls = 0;
    const { session } = to;
    const call: FtrackSession["call"] = async (...args) => {
      const results = await session.call(...args);
      calls += 1;
      if (calls === 1)
        await sandbox.control.faults({ everywhere: true, badGateway: times });
      return results;
    };
    return Object.create(session, { call: { value: call } }) as FtrackSession;
  }

  it("a passing fault of the file store is tried again", async () => {
    const data = randomBytes(100);
    const id = await uploadComponent(faultyStore(1), to.log, {
      fileName: "a.bin",
      data,
    });
    const back = await to.reads.download(id);
    expect(Buffer.from(back!.data).equals(data)).toBe(true);
  });

  it("a lasting one is given up, and the component is taken away again", async () => {
    const before = await components();
    await expect(
      uploadComponent(faultyStore(4), to.log, {
        fileName: "a.bin",
        data: randomBytes(100),
      }),
    ).rejects.toMatchObject({ code: "E_FTRACK_UNAVAILABLE" });
    expect(await components()).toBe(before);
  });

  it("leaves nothing behind when it fails, and keeps addresses to itself", async () => {
    await to.session.connect();
    const before = await components();
    const stop = new AbortController();
    stop.abort();
    const failed = await uploadComponent(to.session, to.log, {
      fileName: "a.bin",
      data: randomBytes(10),
      signal: stop.signal,
    }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "E_FTRACK_ABORTED" });
    expect(await components()).toBe(before);
  });
});

describe("jobs", () => {
  it("created, described, ended, with a report", async () => {
    const jobs = createFtrackJobs(to.session, to.log);
    const user = userId("anna@studio.test") as FtrackId;
    const id = await jobs.create({ userId: user, description: "Sync 0 %" });
    const fields = ["status", "data", "user_id", "type"] as const;
    expect(await to.row("Job", id, ...fields)).toMatchObject({
      status: "running",
      user_id: user,
      type: "api_job",
      data: JSON.stringify({ description: "Sync 0 %" }),
    });
    await jobs.update(id, { description: "Sync 50 %" });
    const report = Buffer.from("2024-01-31T10:00:00 all well\n");
    const component = await jobs.attach(id, {
      fileName: "report.txt",
      data: report,
    });
    await jobs.update(id, { status: "done" });
    expect(await to.row("Job", id, ...fields)).toMatchObject({
      status: "done",
      data: JSON.stringify({ description: "Sync 50 %" }),
    });
    const [attached] = await to.reads.query(
      select({
        type: "JobComponent",
        fields: ["component_id"],
        row: z.object({ component_id: z.string() }),
        where: is("job_id", id),
        orderBy: "job_id",
      }),
    );
    expect(attached).toEqual([{ component_id: component }]);
    expect(
      Buffer.from((await to.reads.download(component))!.data).equals(report),
    ).toBe(true);
  });

  it("throws what the server refuses", async () => {
    const jobs = createFtrackJobs(to.session, to.log);
    await expect(
      jobs.update("00000000-0000-4000-8000-000000000000" as FtrackId, {
        status: "done",
      }),
    ).rejects.toMatchObject({
      name: "RejectedError",
      code: "E_FTRACK_NOT_FOUND",
    });
  });
});
