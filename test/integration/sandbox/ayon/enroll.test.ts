import { beforeEach, describe, expect, it } from "vitest";
import { useAyonSandbox } from "../../../support/ayon-sandbox.ts";
import { eventCalls } from "../../../support/ayon-wire.ts";

const ayon = useAyonSandbox({
  seed: "demo",
  projects: [{ name: "demo", code: "dm" }],
});
const as = { "x-sender": "my-proc", "x-sender-type": "ftrack" };

beforeEach(() => {
  ayon.sandbox.control.reset();
});

const { dispatch, read } = eventCalls(ayon);

describe("enrolling", () => {
  const enroll = (body: object = {}, headers = {}) =>
    ayon.post(
      "/api/enroll",
      {
        sourceTopic: "ftrack.leech",
        targetTopic: "ftrack.proc",
        sender: "p1",
        ...body,
      },
      headers,
    );
  const finish = (id: string, status: string) =>
    ayon.patch(`/api/events/${id}`, { status });

  it("AY-31 hands out the oldest first, the same job to the same sender, and blocks others in sequence", async () => {
    const [first, second] = [await dispatch({}), await dispatch({})];
    const job = (
      await enroll({ sequential: true, description: "Event processing" })
    ).body;
    expect(job).toEqual({
      id: expect.any(String),
      dependsOn: first,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: "pending",
    });
    expect(await read(job.id)).toMatchObject({
      topic: "ftrack.proc",
      sender: "p1",
      description: "Event processing",
      retries: 0,
    });
    expect((await enroll({ sequential: true })).body).toEqual(job);
    expect(await enroll({ sequential: true, sender: "p2" })).toMatchObject({
      status: 204,
      body: "",
    });
    expect((await enroll({ sender: "p2" })).body.dependsOn).toBe(second);
    await finish(job.id, "in_progress");
    expect((await enroll({ sequential: true })).body).toMatchObject({
      id: job.id,
      status: "in_progress",
    });
    await finish(job.id, "finished");
    expect((await enroll({ sequential: true })).status).toBe(204);
    expect(
      (await enroll({ sequential: true, sender: "p2" })).body.dependsOn,
    ).toBe(second);
  });

  it("AY-32 gives a failed job to anybody until its retries are used up; restarted does not count; aborted blocks", async () => {
    await dispatch({});
    const retries: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const job = (
        await enroll({ sender: `p${turn}`, maxRetries: 2, sequential: true })
      ).body;
      retries.push((await read(job.id)).retries);
      await finish(job.id, "failed");
    }
    expect(retries).toEqual([0, 1, 2, 3]);
    expect((await enroll({ sender: "late", maxRetries: 2 })).status).toBe(204);

    const source = await dispatch({ topic: "other.topic" });
    const other = (more: object = {}) =>
      enroll({
        sourceTopic: "other.topic",
        targetTopic: "other.done",
        sequential: true,
        ...more,
      });
    const job = (await other()).body;
    await finish(job.id, "restarted");
    expect((await other({ sender: "p9" })).body).toMatchObject({
      id: job.id,
      dependsOn: source,
    });
    expect(await read(job.id)).toMatchObject({
      retries: 0,
      sender: "p9",
      description: "Restarting failed event",
    });
    await finish(job.id, "aborted");
    await dispatch({ topic: "other.topic" });
    expect((await other({ sender: "p10" })).status).toBe(204);
    expect((await other({ sender: "p9" })).body).toMatchObject({
      id: job.id,
      status: "aborted",
    });
  });

  it("AY-33 passes over pending sources, old ones and ignored sender types; wildcards count in text only", async () => {
    await dispatch({ finished: false });
    expect((await enroll()).status).toBe(204);
    const old = await dispatch({});
    ayon.sandbox.control.clock({ advanceMs: 4 * 24 * 3600_000 });
    expect((await enroll()).status).toBe(204);
    expect(
      (await enroll({ ignoreOlderThan: 5, targetTopic: "t.five" })).body
        .dependsOn,
    ).toBe(old);
    expect(
      (await enroll({ ignoreOlderThan: 0, targetTopic: "t.zero" })).body
        .dependsOn,
    ).toBe(old);
    expect(
      (await enroll({ ignoreOlderThan: 40_000, targetTopic: "t.long" })).body
        .dependsOn,
    ).toBe(old);
    const fresh = await ayon.post("/api/events", { topic: "ftrack.leech" }, as);
    expect((await enroll({ ignoreSenderTypes: ["ftrack"] })).status).toBe(204);
    expect((await enroll({ ignoreSenderTypes: [] })).body.dependsOn).toBe(
      fresh.body.id,
    );
    const wild = (more: object) => enroll({ targetTopic: "t.wild", ...more });
    expect((await wild({ sourceTopic: ["ftrack.*"] })).status).toBe(204);
    expect((await wild({ sourceTopic: "ftrack.*" })).body.dependsOn).toBe(
      fresh.body.id,
    );
    const filter = { conditions: [{ key: "payload/n", value: 1 }] };
    expect((await enroll({ targetTopic: "t.filter", filter })).status).toBe(
      204,
    );
    const bogus = { conditions: [{ key: "bogus", value: 1 }] };
    expect(
      (await enroll({ targetTopic: "t.bogus", filter: bogus })).status,
    ).toBe(204);
    const wanted = await dispatch({ payload: { n: 1 } });
    expect(
      (await enroll({ targetTopic: "t.filter", filter })).body.dependsOn,
    ).toBe(wanted);
  });

  it("AY-34 is for services, refuses a wildcard target, and turns identical requests away while one runs", async () => {
    expect(await enroll({}, { "x-as-user": "admin" })).toMatchObject({
      status: 403,
      body: { detail: "Only services can enroll for jobs" },
    });
    expect(await enroll({ targetTopic: "a.*" })).toMatchObject({
      status: 400,
      body: { detail: "Target topic must not contain wildcards" },
    });
    expect(
      (await enroll({}, { "x-sender": "a b" })).body.errors[0].loc,
    ).toEqual(["header", "x-sender"]);
    expect(await enroll()).toMatchObject({ status: 204, body: "" });
    await dispatch({});
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => enroll({ slothMode: true })),
    );
    expect(answers.map((a) => a.status).sort()).toEqual([200, 503, 503, 503]);
    expect(answers.find((a) => a.status === 503)?.body.detail).toBe(
      "Enroll request is already running",
    );
  });

  it("refuses to delete an event that others depend on, with a 500 that says 409", async () => {
    const source = await dispatch({});
    const job = (await enroll()).body.id;
    expect(await ayon.del(`/api/events/${source}`)).toMatchObject({
      status: 500,
      body: {
        code: 409,
        error: "foreign-key-violation",
        path: `[DELETE] /events/${source}`,
      },
    });
    expect((await ayon.del(`/api/events/${String(job)}`)).status).toBe(204);
    expect((await ayon.del(`/api/events/${source}`)).status).toBe(204);
  });
});
