import { beforeEach, describe, expect, it } from "vitest";
import {
  createLiveness,
  type Liveness,
} from "../../../src/ftrack/hub/liveness.ts";

let live: Liveness;

beforeEach(() => {
  live = createLiveness({ silentMs: 30, deadMs: 45 });
  live.started(1000);
});

/** Asks every tick, as the supervisor does, and returns what was done when. */
function checks(from: number, to: number): [at: number, act: string][] {
  const acts: [number, string][] = [];
  for (let at = from; at <= to; at += 5) {
    const { act } = live.check(at);
    if (act !== "none") acts.push([at, act]);
  }
  return acts;
}

describe("gaps", () => {
  it("the first connection is a gap from the unknown", () => {
    live.opened(1010);
    expect(live.status).toBe("connecting");
    expect(live.proven({ sentAt: 1011, echoedAt: 1013 })).toEqual({
      from: null,
      to: 1013,
      reason: "start",
    });
    expect(live.status).toBe("live");
  });

  it("a later connection is a gap from the last canary that was safe, told once", () => {
    live.opened(1010);
    live.proven({ sentAt: 1011, echoedAt: 1013 });
    expect(live.proven({ sentAt: 1021, echoedAt: 1023 })).toBeNull();
    live.closed();
    live.opened(1050);
    expect(live.proven({ sentAt: 1051, echoedAt: 1055 })).toEqual({
      from: 1021,
      to: 1055,
      reason: "reconnect",
    });
    expect(live.proven({ sentAt: 1061, echoedAt: 1062 })).toBeNull();
  });

  it("a canary of the connection before proves nothing for the new one", () => {
    live.opened(1010);
    live.proven({ sentAt: 1011, echoedAt: 1013 });
    live.opened(1050);
    expect(live.proven({ sentAt: 1041, echoedAt: 1042 })).toBeNull();
    expect(live.status).toBe("connecting");
    expect(live.proven({ sentAt: 1052, echoedAt: 1053 })?.from).toBe(1041);
  });

  it("two connections, of which the first was never proven, are one gap", () => {
    live.opened(1010);
    live.proven({ sentAt: 1011, echoedAt: 1013 });
    live.opened(1050);
    live.opened(1070);
    expect(live.proven({ sentAt: 1071, echoedAt: 1072 })?.from).toBe(1011);
  });

  it("events that come without canaries prove the connection after a while", () => {
    live.opened(1010);
    const gaps = [];
    for (let at = 1010; at <= 1060; at += 5) {
      live.heard(at);
      const { act, gap } = live.check(at);
      expect(act).toBe("none");
      if (gap !== null) gaps.push(gap);
    }
    expect(gaps).toEqual([{ from: null, to: 1045, reason: "start" }]);
    expect(live.status).toBe("live");
  });
});

describe("silence", () => {
  it("never connected: kick once, then restart", () => {
    expect(checks(1000, 1050)).toEqual([
      [1035, "kick"],
      [1050, "restart"],
    ]);
  });

  it("an open connection that falls silent: kick once, then restart", () => {
    live.opened(1010);
    live.proven({ sentAt: 1011, echoedAt: 1013 });
    live.heard(1013);
    expect(checks(1015, 1060)).toEqual([
      [1045, "kick"],
      [1060, "restart"],
    ]);
    expect(live.status).toBe("silent");
  });

  it("a new connection after the kick is given its time", () => {
    live.opened(1010);
    live.heard(1010);
    expect(checks(1010, 1045)).toEqual([[1045, "kick"]]);
    live.opened(1050);
    expect(checks(1050, 1095)).toEqual([]);
    expect(checks(1100, 1100)).toEqual([[1100, "restart"]]);
  });

  it("what is heard ends the silence", () => {
    live.opened(1010);
    for (let at = 1010; at < 1200; at += 20) {
      live.heard(at);
      expect(checks(at, at + 15)).toEqual([]);
    }
  });

  it("a process that stood still itself gives the connection its time again", () => {
    live.opened(1010);
    live.heard(1010);
    expect(checks(1010, 1020)).toEqual([]);
    // No check for 100 ms: this process slept, and what came in meanwhile is not looked at yet.
    expect(checks(1120, 1145)).toEqual([]);
    expect(checks(1150, 1155)).toEqual([[1155, "kick"]]);
  });
});
