import { Session } from "@ftrack/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../../../sandbox/ftrack/index.ts";

let sandbox: FtrackSandbox;
let session: Session;

beforeAll(async () => {
  sandbox = await startFtrackSandbox({ seed: "demo" });
  session = new Session(sandbox.url, sandbox.apiUser, sandbox.apiKey);
  await session.initializing;
});
afterAll(() => sandbox.stop());

describe("a session of the official client", () => {
  it("FP-1 initialises", () => {
    expect(session.serverVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(session.getSchema("Shot")).not.toBeNull();
  });

  it("FP-10 pages by next.offset until null", async () => {
    const offsets: (number | null)[] = [];
    const ids = new Set<string>();
    let offset: number | null = 0;
    while (offset !== null) {
      const page: {
        data: { id: string }[];
        metadata: { next: { offset: number | null } };
      } = (await session.query(
        `select id from Shot order by id limit 25 offset ${offset}`,
      )) as never;
      page.data.forEach((row) => ids.add(row.id));
      offset = page.metadata.next.offset;
      offsets.push(offset);
    }
    expect(offsets).toEqual([25, 50, null]);
    expect(ids.size).toBe(60);
  });
});
