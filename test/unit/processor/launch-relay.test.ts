import { describe, expect, it } from "vitest";
import type { Envelope } from "../../../src/core/envelope.ts";
import type { FtrackReads } from "../../../src/core/ports.ts";
import {
  launchStatus,
  taskToParent,
} from "../../../src/handlers/statuses/index.ts";
import { createLaunchRelay } from "../../../src/processor/launch-relay.ts";

const TOPIC = "ftrack.action.launch";

function launch(data: object, topic = TOPIC): Envelope {
  return {
    v: 1,
    id: "launch",
    topic,
    projectId: null,
    via: "hub",
    receivedAt: 7,
    event: {
      id: "launch",
      topic,
      source: { user: { username: "anna" } },
      data: { actionIdentifier: "ayon_app.maya", ...data },
    },
  };
}

const selection = (...ids: readonly string[]) => ({
  selection: ids.map((entityId) => ({ entityId, entityType: "task" })),
});

/** Relays an envelope; tells what was asked and what was passed on. */
async function relayed(
  envelope: Envelope,
  projects: readonly string[],
  handlers = [taskToParent, launchStatus],
) {
  const asked: string[] = [];
  const passed: Envelope[] = [];
  const reads = {
    query: (...queries: readonly { expression: string }[]) => {
      asked.push(...queries.map((q) => q.expression));
      return Promise.resolve([projects]);
    },
  } as unknown as Pick<FtrackReads, "query">;
  const relay = createLaunchRelay({
    handlers,
    reads: () => reads,
    relay: {
      pass(envelopes) {
        passed.push(...envelopes);
        return Promise.resolve({ accepted: envelopes.length, duplicates: 0 });
      },
    },
  });
  await relay(envelope, { signal: new AbortController().signal } as never);
  return { asked, passed };
}

describe("the start of an action", () => {
  it("goes to each project of what was selected, once", async () => {
    const envelope = launch(selection("a", "b", "c"));
    const { asked, passed } = await relayed(envelope, ["p1", "p2", "p1"]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain("TypedContext");
    for (const id of ["a", "b", "c"]) expect(asked[0]).toContain(`"${id}"`);
    expect(passed).toEqual([
      { ...envelope, projectId: "p1", via: "internal" },
      { ...envelope, projectId: "p2", via: "internal" },
    ]);
  });

  it.each<[string, Envelope]>([
    ["HA-56 of a form", launch({ ...selection("a"), values: { x: 1 } })],
    [
      "of one of our own",
      launch({ ...selection("a"), actionIdentifier: "create.daily.lists" }),
    ],
    ["on nothing", launch({ selection: [] })],
    [
      "on a project",
      launch({ selection: [{ entityId: "p", entityType: "show" }] }),
    ],
    ["that cannot be read", launch({ selection: "a" })],
    ["of another topic", launch(selection("a"), "ftrack.action.discover")],
  ])("is nobody's business: %s", async (_, envelope) => {
    const { asked, passed } = await relayed(envelope, ["p1"]);
    expect(asked).toEqual([]);
    expect(passed).toEqual([]);
  });

  it("is not asked about where no rule wants to know", async () => {
    const { asked } = await relayed(
      launch(selection("a")),
      ["p1"],
      [taskToParent],
    );
    expect(asked).toEqual([]);
  });

  it("passes over what is malformed in the selection (HA-6)", async () => {
    const { selection: good } = selection("a");
    const { asked } = await relayed(
      launch({ selection: [null, 5, ...good] }),
      [],
    );
    expect(asked).toHaveLength(1);
  });
});
