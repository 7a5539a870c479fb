import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  decideNextTask,
  type NextTaskFacts,
} from "../../../src/handlers/statuses/next-task.ts";
import { statusWrites } from "../../support/decisions.ts";
import { aSchema, statusesOf, statusId } from "../../support/statuses.ts";

const NAMES = ["Not Ready", "Ready", "In Progress", "Done", "Omitted"];
const TYPES = ["modeling", "rigging", "lighting"];

const scene = fc
  .array(
    fc.record({
      status: fc.constantFrom(...NAMES),
      type: fc.constantFrom(...TYPES),
      isChanged: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((list): NextTaskFacts => {
    const tasks = list.map((t, i) => ({
      id: ftrackId(`t${i}`),
      name: `t${i}`,
      parentId: ftrackId("shot"),
      typeId: ftrackId(t.type),
      statusId: statusId(t.status),
      path: `show/shot/t${i}`,
    }));
    return {
      statuses: statusesOf(...NAMES),
      schema: aSchema({ tasks: NAMES }),
      transitions: tasks
        .filter((_, i) => list[i]?.isChanged === true)
        .map((t) => ({
          entityId: t.id,
          parentId: t.parentId,
          newStatusId: t.statusId,
          actor: { id: null, username: null },
        })),
      tasks,
      taskTypes: TYPES.map((name, sort) => ({
        id: ftrackId(name),
        name,
        sort,
      })),
      justMoved: new Set(),
    };
  });

describe("the next task, whatever the tasks", () => {
  const settings = {
    mapping: [
      { name: "Not Ready", value: "Ready" },
      { name: "Ready", value: "In Progress" },
    ],
    ignored_statuses: ["Omitted"],
  };

  it("a repeated event changes nothing more, though the rows make a chain", () => {
    fc.assert(
      fc.property(scene, fc.boolean(), (facts, name_sorting) => {
        const rule = { ...settings, name_sorting };
        const writes = statusWrites(decideNextTask(facts, rule), "Task");
        const again = decideNextTask(
          {
            ...facts,
            tasks: facts.tasks.map((t) => ({
              ...t,
              statusId: (writes[t.id] as typeof t.statusId) ?? t.statusId,
            })),
            justMoved: new Set(Object.keys(writes).map(ftrackId)),
          },
          rule,
        );
        expect(statusWrites(again, "Task")).toEqual({});
      }),
    );
  });

  it("only tasks below that were not done change, and only as a row says", () => {
    fc.assert(
      fc.property(scene, fc.boolean(), (facts, name_sorting) => {
        const decision = decideNextTask(facts, { ...settings, name_sorting });
        for (const [id, status] of Object.entries(
          statusWrites(decision, "Task"),
        )) {
          const task = facts.tasks.find((t) => t.id === id);
          expect([
            ["not ready", "ready"],
            ["ready", "in progress"],
          ]).toContainEqual([task?.statusId, status]);
        }
      }),
    );
  });
});
