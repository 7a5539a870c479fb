import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createErrorReporter,
  dispatchEvent,
  OUTCOME_TOPIC,
  outcomeEvent,
} from "../../../src/ayon/events.ts";
import { createProjectWrites } from "../../../src/ayon/projects.ts";
import { applyUser } from "../../../src/ayon/users.ts";
import type {
  AyonProjectCreate,
  AyonProjectUpdate,
  AyonUser,
} from "../../../src/core/change.ts";
import { projectName } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Outcome } from "../../../src/core/outcome.ts";
import { ask, type Ayon, startAyon } from "../../support/ayon.ts";
import {
  forwardThenReset,
  forwardTo,
  json,
  page,
  type ScriptedHttp,
  startScriptedHttp,
} from "../../support/scripted-http.ts";

let ayon: Ayon;
let door: ScriptedHttp;

beforeAll(async () => {
  ayon = await startAyon();
  door = await startScriptedHttp();
});
afterAll(async () => {
  await door[Symbol.asyncDispose]();
  await ayon[Symbol.asyncDispose]();
});

const subject = { ftrackId: null, path: "demo", type: "Project" };

function create(name: string, code: string): AyonProjectCreate {
  return {
    kind: "ayon.project.create",
    id: `create ${name}`,
    subject,
    project: projectName(name),
    code,
    anatomy: {},
  };
}

function update(patch: object, name = "demo"): AyonProjectUpdate {
  return {
    kind: "ayon.project.update",
    id: `update ${name}`,
    subject,
    project: projectName(name),
    patch: patch as AyonProjectUpdate["patch"],
  };
}

describe("projects", () => {
  it("are made once, however often", async () => {
    const writes = createProjectWrites(ayon.http);
    const first = await writes.create(create("fresh", "fr"));
    expect(first).toEqual({ changeId: "create fresh", status: "applied" });
    const second = await writes.create(create("fresh", "fr"));
    expect(second.status).toBe("unchanged");
    expect(await ayon.reads.project("fresh")).toMatchObject({ code: "fr" });
  });

  it("are found made when the answer was lost", async () => {
    door.answer(
      forwardThenReset(ayon.sandbox.url),
      forwardTo(ayon.sandbox.url),
    );
    const writes = createProjectWrites(ayon.client({ serverUrl: door.url }));
    expect(await writes.create(create("lost", "lst"))).toMatchObject({
      status: "unchanged",
    });
  });

  it.each([
    ["fresh", "other", "E_AYON_CONFLICT"],
    ["FRESH", "fr", "E_AYON_CONFLICT"],
    ["other", "fr", "E_AYON_CONFLICT"],
    ["no-good", "ng", "E_AYON_INVALID"],
    ["short", "s", "E_AYON_INVALID"],
  ])("named %s with code %s are refused: %s", async (name, code, expected) => {
    const writes = createProjectWrites(ayon.http);
    expect(await writes.create(create(name, code))).toMatchObject({
      status: "failed",
      error: { code: expected, transient: false },
    });
  });

  it("are changed", async () => {
    const writes = createProjectWrites(ayon.http);
    const before = await ayon.reads.project("demo");
    const taskTypes = [
      ...before!.taskTypes,
      { name: "Previs", shortName: "pre", icon: "task_alt" },
    ];
    const result = await writes.update(
      update({ taskTypes, attrib: { ftrackId: "ft-1" } }),
    );
    expect(result.status).toBe("applied");
    const after = await ayon.reads.project("demo");
    expect(after!.taskTypes.map((t) => t.name)).toEqual(
      taskTypes.map((t) => t.name),
    );
    expect(after!.own["ftrackId"]).toBe("ft-1");
  });

  it("are not changed to lists the server cannot take, and that is told for good", async () => {
    const transaction = json(500, {
      status: 500,
      detail: "asyncpg.exceptions.InFailedSQLTransactionError: aborted",
    });
    door.answer(transaction);
    const through = ayon.client({
      serverUrl: door.url,
      retries: { delaysMs: [] },
    });
    const writes = createProjectWrites(through);
    expect(await writes.update(update({ statuses: [] }))).toMatchObject({
      error: { code: "E_AYON_PROJECT_REFUSED", transient: false },
    });
    // The same error at random, when two write at once, is overcome by the second try.
    door.answer(transaction, forwardTo(ayon.sandbox.url));
    expect(await writes.update(update({ library: false }))).toMatchObject({
      status: "applied",
    });
  });

  it("are written one at a time", async () => {
    let underWay = 0;
    let most = 0;
    door.answer((response, request) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => {
        underWay--;
        forwardTo(ayon.sandbox.url)(response, request);
      }, 20);
    });
    const writes = createProjectWrites(ayon.client({ serverUrl: door.url }));
    const results = await Promise.all(
      [1, 2, 3].map((n) => writes.update(update({ data: { n } }))),
    );
    expect(results.map((r) => r.status)).toEqual(Array(3).fill("applied"));
    expect(most).toBe(1);
  });

  it("are for later while the server is away", async () => {
    door.answer(page(502));
    const writes = createProjectWrites(ayon.client({ serverUrl: door.url }));
    expect(await writes.update(update({}))).toMatchObject({
      error: { code: "E_AYON_UNAVAILABLE", transient: true },
    });
  });
});

describe("users", () => {
  const user = (op: AyonUser["op"], name: string, data: object): AyonUser => ({
    kind: "ayon.user",
    id: `${op} ${name}`,
    subject,
    op,
    user: name,
    data: data as AyonUser["data"],
  });
  const jane = {
    active: true,
    attrib: { fullName: "Jane", email: "jane@studio.test" },
    data: { ftrackId: "u1", isManager: true },
  };

  it("are made once; again with the same values is no change", async () => {
    const change = user("create", "jane.doe", jane);
    expect((await applyUser(ayon.http, change)).status).toBe("applied");
    expect((await applyUser(ayon.http, change)).status).toBe("unchanged");
    expect(await ayon.reads.user("jane.doe")).toMatchObject({
      email: "jane@studio.test",
      isManager: true,
      data: { ftrackId: "u1" },
    });
  });

  it("are not taken over when they are somebody else's", async () => {
    const other = { ...jane, data: { ftrackId: "u2" } };
    const change = user("create", "jane.doe", other);
    expect(await applyUser(ayon.http, change)).toMatchObject({
      error: { code: "E_AYON_CONFLICT", transient: false },
    });
  });

  it("are changed, and cannot be when there are none", async () => {
    const change = user("update", "jane.doe", { active: false });
    expect((await applyUser(ayon.http, change)).status).toBe("applied");
    expect(await ayon.reads.user("jane.doe")).toMatchObject({ active: false });
    const nobody = user("update", "no.body", { active: false });
    expect(await applyUser(ayon.http, nobody)).toMatchObject({
      error: { code: "E_AYON_NOT_FOUND" },
    });
  });
});

interface StoredEvent {
  readonly topic: string;
  readonly status: string;
  readonly description: string;
  readonly project?: string;
  readonly sender_type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

async function stored(topic: string): Promise<readonly StoredEvent[]> {
  const conditions = [{ key: "topic", operator: "eq", value: topic }];
  return (await ask(ayon.http, "POST", "/api/query", {
    entity: "event",
    filter: { operator: "and", conditions },
  })) as StoredEvent[];
}

const outcome: Outcome = {
  eventId: "e1",
  topic: "ftrack.update",
  projectId: "p1",
  handler: "sync",
  kind: "failed",
  reason: "E_AYON_DUPLICATE",
  detail: "Folder exists",
  entityId: "s1",
  entityPath: "demo/sq01/sh010",
  changes: 0,
  attempt: 1,
  durationMs: 12,
  at: 2,
  receivedAt: 1,
};

describe("events", () => {
  it("are stored once per hash", async () => {
    const event = { topic: "ftrack.test", description: "one", hash: "h1" };
    expect(await dispatchEvent(ayon.http, event)).toBe(true);
    expect(await dispatchEvent(ayon.http, event)).toBe(false);
    expect(await stored("ftrack.test")).toHaveLength(1);
  });

  it("go without a project that cannot be one in AYON", async () => {
    const event = { topic: "ftrack.odd", description: "x", project: "no/name" };
    expect(await dispatchEvent(ayon.http, event)).toBe(true);
    expect((await stored("ftrack.odd"))[0]!.project).toBeUndefined();
  });

  it("show outcomes, the failed ones as failed, each once", async () => {
    const shown = outcomeEvent(outcome, "demo");
    expect(await dispatchEvent(ayon.http, shown)).toBe(true);
    expect(await dispatchEvent(ayon.http, shown)).toBe(false);
    const [event, ...more] = await stored(OUTCOME_TOPIC);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      status: "failed",
      project: "demo",
      sender_type: "ftrack",
      description: "sync: demo/sq01/sh010 failed (E_AYON_DUPLICATE)",
      payload: { detail: "Folder exists", attempt: 1 },
    });
  });

  it("report a trouble once, until it is over", async () => {
    const reporter = createErrorReporter(ayon.http, { log: silentLog });
    await reporter.report("redis", "Redis cannot be reached");
    await reporter.report("redis", "Redis cannot be reached");
    await reporter.report("key", "The key is wrong");
    expect(await stored("log.error")).toHaveLength(2);
    reporter.clear("redis");
    await reporter.report("redis", "Redis cannot be reached");
    expect((await stored("log.error")).map((e) => e.description)).toEqual([
      "test: Redis cannot be reached",
      "test: The key is wrong",
      "test: Redis cannot be reached",
    ]);
  });

  it("report later what could not be reported", async () => {
    door.answer(page(502));
    const through = ayon.client({ serverUrl: door.url });
    const reporter = createErrorReporter(through, { log: silentLog });
    await reporter.report("away", "It was away");
    door.answer(forwardTo(ayon.sandbox.url));
    await reporter.report("away", "It was away");
    const found = await stored("log.error");
    expect(found.filter((e) => e.description.includes("away"))).toHaveLength(1);
  });
});
