/** Where AYON's log is read, against a real one: from where to where, what of it, and after faults. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readEvents } from "../../../src/ayon/event-log.ts";
import { AYON_TOPICS } from "../../../src/core/ayon-event.ts";
import type { Envelope } from "../../../src/core/envelope.ts";
import { UnavailableError } from "../../../src/core/errors.ts";
import { ftrackId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { startTransmitter } from "../../../src/processor/transmitter.ts";
import type { Json } from "../../../src/queue/types.ts";
import { ask, startAyon, type Ayon } from "../../support/ayon.ts";
import { eventually } from "../../support/redis.ts";

const TOPIC: string = AYON_TOPICS[0];
const BEGINNING = new Date(0).toISOString();

let ayon: Ayon;
beforeAll(async () => {
  ayon = await startAyon();
});
afterAll(async () => {
  await ayon[Symbol.asyncDispose]();
});

/** Stores events as somebody who is no service of an Ftrack addon; gives their hashes. */
async function tell(
  count: number,
  { sender = "somebody", project = "demo", topic = TOPIC } = {},
): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const answer = await fetch(`${ayon.sandbox.url}/api/events`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-Api-Key": ayon.sandbox.apiKey,
        "X-Sender-Type": sender,
      },
      body: JSON.stringify({
        topic,
        project,
        summary: { entityId: randomUUID().replaceAll("-", "") },
      }),
    });
    ids.push(((await answer.json()) as { id: string }).id);
  }
  return ids;
}

/** The lane on a store and an inbox in memory, of which the inbox may fail. */
function laneOn(
  stored: Map<string, Json>,
  passed: string[],
  options: { readonly failures?: number; readonly off?: string } = {},
) {
  let failures = options.failures ?? 0;
  const looks: number[] = [];
  const lane = startTransmitter({
    http: ayon.http,
    relay: {
      pass(envelopes: readonly Envelope[]) {
        looks.push(envelopes.length);
        if (failures-- > 0)
          return Promise.reject(
            new UnavailableError("Redis is away", { code: "E_REDIS" }),
          );
        const fresh = envelopes.filter((e) => !passed.includes(e.id));
        passed.push(...fresh.map((e) => e.id));
        return Promise.resolve({
          accepted: fresh.length,
          duplicates: envelopes.length - fresh.length,
        });
      },
    },
    store: {
      get: (key) => Promise.resolve(stored.get(key) ?? null),
      set: (key, value) => {
        stored.set(key, value);
        return Promise.resolve();
      },
      delete: (key) => {
        stored.delete(key);
        return Promise.resolve();
      },
    },
    isOn: (project) => Promise.resolve(project !== options.off),
    ftrackProject: (name) =>
      Promise.resolve(name === "demo" ? ftrackId("project") : null),
    log: silentLog,
    everyMs: 60_000,
  });
  return { lane, looks };
}

const named = (ids: readonly string[]) => ids.map((id) => `ayon-${id}`);

it("reads all pages, oldest first, without what services of Ftrack did and without other topics", async () => {
  const first = await tell(3);
  await tell(2, { sender: "ftrack" });
  await tell(2, { topic: "entity.folder.renamed" });
  const more = await tell(600);
  const found = await readEvents(ayon.http, AYON_TOPICS, BEGINNING);
  expect(found.map((event) => event.id)).toEqual([...first, ...more]);
  const last = found.at(-2)?.createdAt ?? "";
  const after = await readEvents(ayon.http, AYON_TOPICS, last);
  expect(after.map((event) => event.id)).toEqual(more.slice(-1));
});

it("begins with what comes after the first start, and goes on from there after an end", async () => {
  const stored = new Map<string, Json>();
  const passed: string[] = [];
  await tell(1);
  const first = laneOn(stored, passed);
  await eventually("the place is stored", () =>
    Promise.resolve(stored.has("ayon-log")),
  );
  await first.lane.close();
  const later = await tell(2);
  const second = laneOn(stored, passed);
  await eventually("they are read", () =>
    Promise.resolve(later.every((id) => passed.includes(`ayon-${id}`))),
  );
  const rung = await tell(1);
  second.lane.ring();
  await eventually("the bell is heard", () =>
    Promise.resolve(passed.includes(named(rung)[0] ?? "")),
  );
  expect(passed).toEqual(named([...later, ...rung]));
  await second.lane.close();
});

it("keeps the place until the events are in their inboxes", async () => {
  const [newest] = (await readEvents(ayon.http, AYON_TOPICS, BEGINNING)).slice(
    -1,
  );
  const at = { at: newest?.createdAt ?? "" };
  const stored = new Map<string, Json>([["ayon-log", at]]);
  const passed: string[] = [];
  const ids = await tell(2);
  const { lane, looks } = laneOn(stored, passed, { failures: 1 });
  await eventually("the first try fails", () =>
    Promise.resolve(looks.length > 0),
  );
  expect(stored.get("ayon-log")).toEqual(at);
  await eventually("a later one does not", () =>
    Promise.resolve(stored.get("ayon-log") !== at),
  );
  expect(passed.slice(-2)).toEqual(named(ids));
  await lane.close();
});

it("passes over projects that are switched off or not in Ftrack", async () => {
  await ask(ayon.http, "POST", "/api/projects", {
    name: "alone",
    code: "alone",
    anatomy: {},
  });
  const stored = new Map<string, Json>([["ayon-log", { at: BEGINNING }]]);
  const passed: string[] = [];
  const alone = await tell(1, { project: "alone" });
  const { lane, looks } = laneOn(stored, passed, { off: "demo" });
  await eventually("it has looked", () => Promise.resolve(looks.length > 0));
  expect(passed).toEqual([]);
  const known = await readEvents(ayon.http, AYON_TOPICS, BEGINNING);
  expect(known.map((event) => event.id)).toContain(alone[0]);
  await lane.close();
});
