import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, readdir } from "node:fs/promises";
import { rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import {
  openSpool,
  type Spool,
  type SpoolAlarm,
  type SpoolOptions,
} from "../../src/queue/spool.ts";
import { range } from "../support/queue.ts";
import { eventually } from "../support/redis.ts";

let dir: string;
let open: Spool[] = [];
let alarms: SpoolAlarm[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "aff-spool-"));
  alarms = [];
});
afterEach(async () => {
  for (const spool of open) await spool.close();
  open = [];
  await rm(dir, { recursive: true });
});

async function opened(options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await openSpool({
    dir,
    maxBytes: 1_000_000,
    log: silentLog,
    onAlarm: (alarm) => alarms.push(alarm),
    lockWaitMs: 0,
    ...options,
  });
  open.push(spool);
  return spool;
}

async function closed(spool: Spool): Promise<void> {
  open = open.filter((s) => s !== spool);
  await spool.close();
}

/** Takes everything out, in parts. */
async function takeAll(spool: Spool, most = 3): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const found = await spool.peek(most);
    if (found === null) return all;
    all.push(...found.texts);
    await spool.ack(found.end);
  }
}

const logs = async (): Promise<string[]> =>
  (await readdir(dir)).filter((name) => name.endsWith(".log")).sort();

describe("the spool", () => {
  it("gives records back in order, over segments, and leaves no file behind", async () => {
    const spool = await opened({ segmentBytes: 200 });
    const texts = range(1, 100).map((n) => `{"n":${n}}`);
    await Promise.all(texts.map((text) => spool.append([text])));
    for (const text of texts) await spool.append([text]);
    expect((await logs()).length).toBeGreaterThan(10);
    expect(await takeAll(spool)).toEqual([...texts, ...texts]);
    expect(spool.isEmpty()).toBe(true);
    expect(spool.bytes()).toBe(0);
    expect(await logs()).toEqual([]);
  });

  it("goes on where it was after a restart", async () => {
    const first = await opened({ segmentBytes: 100 });
    await first.append(range(1, 20).map(String));
    const found = await first.peek(7);
    await first.ack(found!.end);
    await closed(first);
    const second = await opened({ segmentBytes: 100 });
    await second.append(["21"]);
    expect(await takeAll(second)).toEqual(range(8, 21).map(String));
  });

  it("what was not acknowledged is given again", async () => {
    const spool = await opened();
    await spool.append(["a", "b"]);
    expect((await spool.peek(1))?.texts).toEqual(["a"]);
    expect((await spool.peek(2))?.texts).toEqual(["a", "b"]);
  });

  it("torn anywhere at its end, keeps every earlier record and goes on", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 4 }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.uint8Array({ maxLength: 40 }),
        async (groups, garbage) => {
          const safe = groups.map((g) => g.map((v) => JSON.stringify({ v })));
          const first = await opened({ segmentBytes: 150 });
          for (const texts of safe) await first.append(texts);
          await closed(first);
          // What a kill in the middle of a write leaves: part of a record, without its line feed.
          const last = (await logs()).at(-1)!;
          const torn = Buffer.from(garbage).filter((byte) => byte !== 0x0a);
          await appendFile(join(dir, last), torn);
          const second = await opened({ segmentBytes: 150 });
          await second.append(["later"]);
          expect(await takeAll(second)).toEqual([...safe.flat(), "later"]);
          expect(alarms).toEqual([]);
          await closed(second);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("a record that is broken in the middle is left out, with an alarm", async () => {
    const spool = await opened();
    await spool.append(["a"]);
    await appendFile(join(dir, (await logs())[0]!), "00000000 x\n");
    await closed(spool);
    const again = await opened();
    await again.append(["b"]);
    expect(await takeAll(again)).toEqual(["a", "b"]);
    expect(alarms).toEqual(["broken"]);
  });

  it("is bounded: warns, then refuses, and takes again once there is room", async () => {
    const spool = await opened({ maxBytes: 1_000 });
    const text = "x".repeat(90);
    for (let i = 0; i < 8; i += 1) await spool.append([text]);
    expect(alarms).toEqual([]);
    await spool.append([text]);
    expect(alarms).toEqual(["high"]);
    await spool.append([text]);
    await expect(spool.append([text])).rejects.toMatchObject({
      code: "E_SPOOL_FULL",
    });
    expect(alarms).toEqual(["high", "full"]);
    const found = await spool.peek(5);
    await spool.ack(found!.end);
    await spool.append([text]);
    expect(await takeAll(spool)).toHaveLength(6);
  });

  it("says so when the disk does not take a record, does not give it out, and goes on", async () => {
    const spool = await opened({ segmentBytes: 10 });
    await spool.append(["a"]);
    await rm(dir, { recursive: true });
    await expect(spool.append(["b"])).rejects.toMatchObject({
      code: "E_SPOOL_FAILED",
    });
    expect(alarms).toEqual(["failed"]);
    await mkdir(dir);
    await spool.append(["c"]);
    // The file of "a" is gone.
    expect(await takeAll(spool)).toEqual(["c"]);
    expect(alarms).toEqual(["failed", "broken"]);
  });

  it("has one writer: a second is refused, the lock of a dead process is taken over", async () => {
    const spool = await opened();
    await expect(opened()).rejects.toMatchObject({ code: "E_SPOOL_LOCKED" });
    await closed(spool);
    const dead = spawn(process.execPath, ["-e", ""]);
    await once(dead, "exit");
    const lock = JSON.stringify({ pid: dead.pid, host: hostname() });
    await writeFile(join(dir, "lock"), lock);
    await opened({ lockWaitMs: 1_000 });
  });
});

describe("a writer that is killed in the middle", () => {
  it("loses no record that it was told is safe", async () => {
    const script = join(import.meta.dirname, "../support/spool-writer.ts");
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(
        process.execPath,
        ["--import", "tsx", script, dir, String(round)],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      let said = "";
      child.stdout.on("data", (data: Buffer) => (said += data.toString()));
      await eventually("it writes", () => said.split("\n").length > 50);
      await sleep(20 + Math.random() * 30);
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      const safe = said.split("\n").slice(0, -1).map(Number);
      const spool = await opened({ maxBytes: 100_000_000 });
      const found = (await takeAll(spool, 1000)).map(
        (text) => (JSON.parse(text) as { n: number }).n,
      );
      await closed(spool);
      expect(found).toEqual(range(1, found.length));
      expect(found.length).toBeGreaterThanOrEqual(safe.at(-1)!);
    }
  });
});
