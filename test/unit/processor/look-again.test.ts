import { describe, expect, it } from "vitest";
import type { Envelope } from "../../../src/core/envelope.ts";
import { parseEvent } from "../../../src/core/event.ts";
import { createLookAgain } from "../../../src/processor/look-again.ts";
import { memoryLog } from "../../support/memory-log.ts";
import { countingMeter } from "../../support/queue.ts";

const SHOW = { entityId: "p", entityType: "show", entity_type: "Project" };

function edit(id: string, ...entityIds: string[]): Envelope {
  return {
    ...{ v: 1, id, topic: "ftrack.update", projectId: "p", via: "hub" },
    receivedAt: 1,
    event: {
      ...{ id, topic: "ftrack.update" },
      data: {
        entities: entityIds.map((entityId) => ({
          ...{ action: "update", entityId, keys: ["statusid"] },
          ...{ entityType: "task", entity_type: "Shot" },
          changes: { statusid: { old: "a", new: "b" } },
          parents: [
            { entityId, entityType: "task", entity_type: "Shot" },
            SHOW,
          ],
        })),
      },
    },
  };
}

function looking(againMs: number, problem: Error | null = null) {
  const passed: Envelope[][] = [];
  const log = memoryLog();
  const looks = createLookAgain({
    relay: {
      pass(envelopes) {
        passed.push([...envelopes]);
        return problem === null
          ? Promise.resolve({ accepted: envelopes.length, duplicates: 0 })
          : Promise.reject(problem);
      },
    },
    ...{ log, meter: countingMeter(), againMs },
  });
  return { looks, passed, log };
}

describe("looking again", () => {
  it("asks for each entity once now and once more later, under ids of their own", async () => {
    const { looks, passed } = looking(60_000);
    looks.note([edit("e1", "a", "b"), edit("e2", "b")]);
    expect(passed).toHaveLength(1);
    await looks.close();
    expect(passed).toHaveLength(2);
    for (const envelopes of passed) {
      const events = envelopes.map((envelope) => parseEvent(envelope));
      expect(events.map((event) => event.projectId)).toEqual(["p", "p"]);
      expect(events.flatMap((event) => event.entities)).toMatchObject([
        { action: "refresh", baseType: "task", objectType: "Shot", keys: [] },
        { action: "refresh", baseType: "task", objectType: "Shot", keys: [] },
      ]);
      expect(
        events.flatMap(({ entities }) => entities.map((e) => e.entityId)),
      ).toEqual(["a", "b"]);
      expect(events[0]?.entities[0]?.parents).toHaveLength(2);
    }
    const ids = passed.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });

  it("leaves out what cannot be read, for nothing was written for it", async () => {
    const { looks, passed } = looking(60_000);
    const broken = { ...edit("e1", "a"), event: { data: null } };
    looks.note([broken]);
    await looks.close();
    expect(passed.flat()).toEqual([]);
  });

  it("says which events are concerned when it cannot be arranged", async () => {
    const { looks, log } = looking(60_000, new Error("away"));
    looks.note([edit("e1", "a")]);
    await looks.close();
    expect(log.lines.filter(({ level }) => level === "error")).toMatchObject([
      { fields: { events: ["e1"] } },
      { fields: { events: ["e1"] } },
    ]);
  });
});
