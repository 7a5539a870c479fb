import { describe, expect, it } from "vitest";
import type { Envelope } from "../../../src/core/envelope.ts";
import { UnavailableError } from "../../../src/core/errors.ts";
import { silentMeter } from "../../../src/core/meter.ts";
import type { HubEvent } from "../../../src/ftrack/hub/supervisor.ts";
import {
  createReceiver,
  type ReceiverDeps,
} from "../../../src/leecher/intake.ts";
import { memoryLog } from "../../support/memory-log.ts";

const full = new UnavailableError("full", { code: "E_SPOOL_FULL" });

function hubEvent(n: number, change: object = {}): HubEvent {
  return {
    receivedAt: n,
    event: { id: `e${n}`, topic: "studio.x", data: {}, ...change },
  };
}

function receiver(change: Partial<ReceiverDeps> = {}) {
  const put: string[][] = [];
  const dead: Envelope[] = [];
  const log = memoryLog();
  const stop = new AbortController();
  const made = createReceiver({
    intake: {
      put: (envelopes) => {
        put.push(envelopes.map((e) => e.id));
        return Promise.resolve("redis");
      },
    },
    deadLetters: {
      add: (envelope) => {
        dead.push(envelope);
        return Promise.resolve("1");
      },
    },
    log,
    meter: silentMeter,
    signal: stop.signal,
    retryMs: 1,
    ...change,
  });
  return { ...made, sent: put, dead, log, stop };
}

describe("intake", () => {
  it("puts a batch as one, in order, without what nobody needs", async () => {
    const { take, sent } = receiver();
    await take([
      hubEvent(1),
      hubEvent(2, { topic: "ftrack.meta.reply" }),
      hubEvent(3),
    ]);
    expect(sent).toEqual([["e1", "e3"]]);
  });

  it("tries the same batch until it is taken, before any other", async () => {
    const tried: string[][] = [];
    let refusals = 3;
    const { take } = receiver({
      intake: {
        put: (envelopes) => {
          tried.push(envelopes.map((e) => e.id));
          refusals -= 1;
          return refusals >= 0 ? Promise.reject(full) : Promise.resolve("disk");
        },
      },
    });
    await take([hubEvent(1)]);
    await take([hubEvent(2)]);
    expect(tried).toEqual([["e1"], ["e1"], ["e1"], ["e1"], ["e2"]]);
  });

  it("gives up only when it is stopped, and says so", async () => {
    const { take, stop } = receiver({
      intake: { put: () => Promise.reject(full) },
    });
    const taking = take([hubEvent(1)]);
    setTimeout(() => {
      stop.abort();
    }, 20);
    await expect(taking).rejects.toMatchObject({ code: "E_STOPPED" });
  });

  it("hands on a bug instead of trying for ever", async () => {
    const bug = new TypeError("bug");
    const { take } = receiver({ intake: { put: () => Promise.reject(bug) } });
    await expect(take([hubEvent(1)])).rejects.toBe(bug);
  });

  it("buries what cannot be read after the good ones are safe", async () => {
    const { take, sent, dead } = receiver();
    await take([
      { receivedAt: 1, event: "5:7+::{", malformed: "Unexpected token" },
      hubEvent(2),
      hubEvent(3, { id: null }),
    ]);
    expect(sent).toEqual([["e2"]]);
    expect(dead.map((e) => e.event)).toEqual([
      { raw: "5:7+::{" },
      { id: null, topic: "studio.x", data: {} },
    ]);
  });

  it("does not let a grave that cannot be dug hold up the good ones", async () => {
    const { take, sent, log } = receiver({
      deadLetters: { add: () => Promise.reject(full) },
    });
    await take([
      { receivedAt: 1, event: "rubbish", malformed: "x" },
      hubEvent(2),
    ]);
    expect(sent).toEqual([["e2"]]);
    expect(log.text()).toContain("rubbish");
  });
});
