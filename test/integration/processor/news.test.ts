import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FtrackMessage } from "../../../src/core/change.ts";
import type { Issue } from "../../../src/core/decision.ts";
import { UnavailableError } from "../../../src/core/errors.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { startNews, type News } from "../../../src/processor/news/index.ts";
import { makeHeld } from "../../../src/queue/held.ts";
import { makeClaims } from "../../../src/queue/records.ts";
import { connect, type Connection } from "../../../src/queue/redis.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";

let redis: TestRedis;
let connection: Connection;
beforeAll(async () => {
  redis = await startRedis();
  const address = { url: redis.url, prefix: redis.prefix };
  connection = connect(address, "patient", silentLog);
});
afterAll(async () => {
  await connection.close();
  await redis.stop();
});

/** Two processors that share a Redis, and what they show. */
function processors(name: string) {
  const shown: string[] = [];
  const state = { at: 0, isBusy: true, isDown: false };
  function start(): News {
    return startNews({
      held: makeHeld(connection, name),
      claims: makeClaims(connection),
      isBusy: () => Promise.resolve(state.isBusy),
      publish: ({ content }) => {
        if (state.isDown)
          return Promise.reject(
            new UnavailableError("away", { code: "E_FTRACK_HUB" }),
          );
        shown.push(JSON.stringify(content));
        return Promise.resolve();
      },
      log: silentLog,
      now: () => state.at,
      lookMs: 10,
    });
  }
  return { shown, state, one: start(), other: start(), start };
}

function wrong(id: string): Issue {
  const subject = { ftrackId: ftrackId(id), path: `show/${id}`, type: "Shot" };
  const text = { rule: "name-taken", detail: `${id} is taken`, fix: "Rename." };
  return { severity: "error", subject, ...text };
}

function message(
  project: string,
  userId: string,
  ...ids: string[]
): FtrackMessage {
  return {
    ...{ kind: "ftrack.message", id: "m", userId: ftrackId(userId) },
    subject: { ftrackId: ftrackId(project), path: "show", type: "Project" },
    content: { type: "report", title: "Not all", issues: ids.map(wrong) },
  };
}

describe("people are told once per burst", () => {
  it("though its forty batches are handled by two processors; each entity is named", async () => {
    const name = "burst";
    const { shown, state, one, other } = processors(name);
    const ids = Array.from({ length: 80 }, (_, n) => `sh${n}`);
    for (let n = 0; n < 40; n += 1) {
      const news = n % 2 === 0 ? one : other;
      await news.tell(message(name, "anna", ...ids.slice(2 * n, 2 * n + 2)));
      state.at += 500;
    }
    expect(shown).toEqual([]);
    await other.tell(message(name, "bob", "sh1"));
    state.isBusy = false;
    state.at += 2_000;
    await expect.poll(() => shown.length).toBe(2);
    await Promise.all([one.close(), other.close()]);
    const [annas = ""] = shown.filter((text) => text.includes("sh79 is taken"));
    expect(ids.filter((id) => !annas.includes(`${id} is taken`))).toEqual([]);
    expect(shown).toHaveLength(2);
    expect((await makeHeld(connection, name).all()).size).toBe(0);
  });

  it("within a minute when it does not end, and of the rest later", async () => {
    const name = "endless";
    const { shown, state, one, other } = processors(name);
    for (let n = 0; n < 5; n += 1) {
      await one.tell(message(name, "anna", `sh${n}`));
      state.at += 15_000;
    }
    await expect.poll(() => shown.length).toBe(1);
    await other.tell(message(name, "anna", "late"));
    state.isBusy = false;
    state.at += 20_000;
    await expect.poll(() => shown.length, { timeout: 15_000 }).toBe(2);
    expect(shown[1]).toContain("late is taken");
    expect(shown[1]).not.toContain("sh1 is taken");
    await Promise.all([one.close(), other.close()]);
  }, 30_000);

  it("by another processor when the one that held it is gone, or Ftrack was away", async () => {
    const name = "gone";
    const { shown, state, one, other, start } = processors(name);
    await one.tell(message(name, "anna", "sh1"));
    await Promise.all([one.close(), other.close()]);
    state.isDown = true;
    state.isBusy = false;
    state.at = 5_000;
    const third = start();
    await expect
      .poll(async () => makeHeld(connection, name).all())
      .toHaveProperty("size", 1);
    state.isDown = false;
    state.at = 25_000;
    await expect.poll(() => shown.length).toBe(1);
    expect(shown[0]).toContain("sh1 is taken");
    await third.close();
  });

  it("at once of what is no report", async () => {
    const name = "plain";
    const { shown, one, other } = processors(name);
    await one.tell({
      ...message(name, "anna"),
      content: { type: "message", success: true, message: "done" },
    });
    expect(shown).toHaveLength(1);
    await Promise.all([one.close(), other.close()]);
  });
});
