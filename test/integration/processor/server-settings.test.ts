import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findRivals } from "../../../src/ayon/rivals.ts";
import { createSettings } from "../../../src/settings/load.ts";
import { followServerSettings } from "../../../src/processor/server-settings.ts";
import { ask } from "../../support/ayon.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

describe("outcomes in AYON's event viewer", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(async () => {
    await world.stop();
  });

  it("show by themselves what failed, and no rival is seen in them", async () => {
    const id = randomUUID();
    await world.ftrack.control.inject({
      id,
      topic: "ftrack.update",
      data: {
        entities: [
          {
            action: "update",
            entityType: "task",
            entityId: 17,
            parents: [{ entityId: world.projectId, entityType: "show" }],
          },
          {
            action: "update",
            entityType: "task",
            entityId: randomUUID(),
            parents: [{ entityId: world.projectId, entityType: "show" }],
          },
        ],
      },
      source: {},
      target: "",
      inReplyToEvent: null,
      sent: null,
    });
    const shown = async () => {
      const answer = (await ask(world.ayon.http, "POST", "/graphql", {
        query:
          '{events(topics:["ftrack.proc"]){edges{node{status project description}}}}',
      })) as { data: { events: { edges: { node: unknown }[] } } };
      return answer.data.events.edges.map(({ node }) => node);
    };
    await eventually("it is shown", async () => (await shown()).length > 0);
    expect(await shown()).toEqual([
      {
        status: "failed",
        project: world.name,
        description: "dispatch: ftrack.update failed (E_ENTITY_MALFORMED)",
      },
    ]);
    expect(await findRivals(world.ayon.http, new Date())).toEqual([]);
  });
});

describe("settings of the service itself", () => {
  it("are the last ones that could be read", async () => {
    const answers: unknown[] = [
      new Error("away"),
      { event_server: { event_attempts: 3 } },
      { event_server: { event_attempts: 0 } },
      { event_server: { event_attempts: 7, mirror_outcomes: "all" } },
    ];
    const settings = createSettings(
      {
        addon: { name: "ftrack" },
        studio: () => {
          const answer = answers.shift();
          return answer instanceof Error
            ? Promise.reject(answer)
            : Promise.resolve(answer);
        },
        project: () => Promise.resolve(null),
        secrets: () => Promise.resolve(new Map()),
      },
      { maxAgeMs: () => -1, onProblem: () => undefined },
    );
    let change = (): void => undefined;
    const current = await followServerSettings({
      ...settings,
      subscribe: (listener) => {
        change = () => {
          listener({ project: null, what: "settings" });
        };
        return () => true;
      },
    });
    const attempts: number[] = [current().event_attempts];
    for (let i = 0; i < 3; i++) {
      change();
      await new Promise((resolve) => setImmediate(resolve));
      attempts.push(current().event_attempts);
    }
    expect(attempts).toEqual([5, 3, 3, 7]);
    expect(current().mirror_outcomes).toBe("all");
  });
});
