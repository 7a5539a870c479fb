import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineHandler, type Handler } from "../../../src/core/handler.ts";
import { ftrackId, projectName } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Outcome } from "../../../src/core/outcome.ts";
import type { Reference } from "../../../src/core/reference.ts";
import { createDispatch } from "../../../src/processor/dispatch.ts";
import type { BatchContext } from "../../../src/queue/types.ts";
import { createSettings } from "../../../src/settings/load.ts";
import { taskStatus } from "../../support/events.ts";
import { settableSource } from "../../support/settings.ts";

const p = ftrackId("p");
const reference = {
  ftrackProject: () =>
    Promise.resolve({
      id: p,
      fullName: "show",
      name: "show",
      status: "active",
      isPrivate: false,
      schemaId: ftrackId("schema"),
      autoSync: true,
    }),
  ayonProject: () =>
    Promise.resolve({ name: projectName("show"), active: true }),
  refresh: () => undefined,
} as unknown as Reference;

/** A handler that wants every update; `work` is what it does with them. */
function handlerOf(name: string, work: (ids: string[]) => void): Handler {
  return defineHandler({
    name,
    title: name,
    topics: ["ftrack.update"],
    settingsKey: null,
    settings: z.unknown(),
    wants: () => true,
    gather: (events) => Promise.resolve(events.map((event) => event.id)),
    decide: (ids) => {
      work(ids);
      return { changes: [], skips: [], issues: [] };
    },
  });
}

function envelopeOf(id: string) {
  return {
    v: 1 as const,
    id,
    topic: "ftrack.update",
    projectId: p,
    via: "hub" as const,
    receivedAt: 0,
    event: { data: { entities: [taskStatus("t", "old", "new")] }, source: {} },
  };
}

async function dispatched(handlers: readonly Handler[], ...ids: string[]) {
  const rows: Outcome[] = [];
  const dispatch = createDispatch({
    handlers,
    studioHandlers: [],
    reference,
    settings: createSettings(settableSource(), {
      maxAgeMs: () => 1_000,
      onProblem: () => undefined,
    }),
    outcomes: {
      write: (more) => {
        rows.push(...more);
        return Promise.resolve();
      },
    },
    prober: { causeOf: () => Promise.resolve("event") } as never,
    contextFor: () => ({}) as never,
    applyFor: () => () => Promise.resolve([]),
    onRun: () => Promise.resolve(),
    onCutOff: () => undefined,
    log: silentLog,
  });
  const batch: BatchContext = {
    assertOwner: () => Promise.resolve(),
    signal: new AbortController().signal,
    attempt: 1,
    settle: () => Promise.resolve(),
  };
  const verdicts = await dispatch.handleBatch(p, ids.map(envelopeOf), batch);
  return { rows, verdicts };
}

describe("a handler that throws", () => {
  it("HA-5 stops no other, and its error is kept with the event", async () => {
    const seen: string[][] = [];
    const { rows, verdicts } = await dispatched(
      [
        handlerOf("first", () => {
          throw new TypeError("no such field");
        }),
        handlerOf("second", (ids) => seen.push(ids)),
      ],
      "e1",
    );
    expect(seen).toEqual([["e1"]]);
    // Done with: it does not come again, and the dead letters hold it with the reason.
    expect(verdicts).toEqual([
      {
        kind: "dead",
        handler: "first",
        code: "E_UNEXPECTED",
        detail: "no such field",
      },
    ]);
    expect(rows.map((r) => [r.handler, r.kind, r.detail])).toEqual([
      ["first", "failed", "no such field"],
      ["second", "unchanged", null],
    ]);
  });

  it("over one event goes on with the others of the batch", async () => {
    const seen: string[][] = [];
    const { rows, verdicts } = await dispatched(
      [
        handlerOf("picky", (ids) => {
          if (ids.includes("e2")) throw new TypeError("not this one");
          seen.push(ids);
        }),
      ],
      "e1",
      "e2",
      "e3",
    );
    expect(seen.flat().toSorted()).toEqual(["e1", "e3"]);
    expect(verdicts.map((v) => v.kind)).toEqual(["done", "dead", "done"]);
    expect(
      rows.filter((r) => r.kind === "failed").map((r) => r.eventId),
    ).toEqual(["e2"]);
  });
});
