import { beforeEach, describe, expect, it } from "vitest";
import {
  freshId,
  useAyonSandbox,
  type Loose,
} from "../../../support/ayon-sandbox.ts";
import { eventCalls } from "../../../support/ayon-wire.ts";

const ayon = useAyonSandbox({
  seed: "demo",
  projects: [{ name: "demo", code: "dm" }],
});
const base = "/api/projects/demo";
const as = { "x-sender": "my-proc", "x-sender-type": "ftrack" };

beforeEach(() => {
  ayon.sandbox.control.reset();
});

async function about(entityId: string): Promise<Loose[]> {
  const { body } = await ayon.post("/api/query", {
    entity: "event",
    filter: {
      conditions: [
        { key: "summary/entityId", operator: "eq", value: entityId },
      ],
    },
  });
  return body.reverse();
}

const { dispatch, read } = eventCalls(ayon);

describe("events of entities", () => {
  it("AY-27 come after the answer, or before it with waitForEvents, and bear the sender", async () => {
    const operation = () => ({
      type: "create",
      entityType: "folder",
      entityId: freshId(),
      data: { name: freshId() },
    });
    const later = operation();
    await ayon.call("POST", `${base}/operations`, { operations: [later] }, as);
    await ayon.sandbox.control.settled();
    expect(await about(later.entityId)).toMatchObject([
      {
        topic: "entity.folder.created",
        sender: "my-proc",
        sender_type: "ftrack",
        user: "service",
        project: "demo",
        payload: {},
      },
    ]);
    const first = operation();
    await ayon.operations("demo", [first], { waitForEvents: true });
    expect(await about(first.entityId)).toMatchObject([{ sender_type: "api" }]);
    expect((await about(first.entityId))[0]).not.toHaveProperty("sender");
    const malformed = operation();
    await ayon.call(
      "POST",
      `${base}/operations`,
      { operations: [malformed], waitForEvents: true },
      { "x-sender-type": "a b" },
    );
    expect(await about(malformed.entityId)).toMatchObject([
      { sender_type: "api" },
    ]);
  });

  it("AY-28 tell one field each, share one summary, and repeat a change of tags", async () => {
    const id = (
      await ayon.post(`${base}/folders`, { name: "wsf", folderType: "Shot" })
    ).body.id;
    await ayon.operations(
      "demo",
      [
        {
          type: "update",
          entityType: "folder",
          entityId: id,
          data: {
            name: "wsf2",
            status: "On hold",
            tags: ["zz"],
            attrib: { fps: 50 },
            data: { x: 1 },
            label: "q",
          },
        },
      ],
      { waitForEvents: true },
    );
    const [, ...changes] = await about(id);
    expect(
      changes.map((e) => [e.topic.split(".").at(-1), e.description, e.payload]),
    ).toEqual([
      [
        "renamed",
        "Renamed folder /wsf to wsf2",
        { oldValue: "wsf", newValue: "wsf2" },
      ],
      [
        "status_changed",
        "Changed folder /wsf status to On hold",
        { oldValue: "Not ready", newValue: "On hold" },
      ],
      [
        "tags_changed",
        "Added folder /wsf tag zz",
        { oldValue: [], newValue: ["zz"] },
      ],
      [
        "attrib_changed",
        "Changed folder /wsf attributes: fps",
        { oldValue: {}, newValue: { fps: 50 } },
      ],
      [
        "data_changed",
        "Changed folder /wsf data to {'x': 1}",
        { oldValue: {}, newValue: { x: 1 } },
      ],
      [
        "label_changed",
        "Changed folder /wsf label to q",
        { oldValue: null, newValue: "q" },
      ],
      [
        "tags_changed",
        "Changed folder /wsf tags to ['zz']",
        { oldValue: [], newValue: ["zz"] },
      ],
    ]);
    for (const change of changes) {
      expect(change.summary).toEqual({
        entityId: id,
        entityPath: "/wsf",
        parentId: null,
        value: ["zz"],
      });
    }
    await ayon.del(`${base}/folders/${String(id)}`);
    const deleted = (await about(id)).at(-1);
    expect(deleted).toMatchObject({
      topic: "entity.folder.deleted",
      description: "Folder /wsf2 deleted",
      summary: { entityId: id, parentId: null },
      payload: {
        entityData: {
          id,
          name: "wsf2",
          path: "/wsf2",
          label: "q",
          attrib: { fps: 50 },
          hasVersions: false,
        },
      },
    });
    expect(deleted.payload.entityData).not.toHaveProperty("ownAttrib");
  });

  it("AY-28 stay away when nothing changed", async () => {
    const id = (
      await ayon.post(`${base}/folders`, { name: "same", attrib: { fps: 24 } })
    ).body.id;
    await ayon.patch(`${base}/folders/${String(id)}`, {
      name: "same",
      status: "Not ready",
      attrib: { fps: 24 },
      tags: [],
    });
    expect(await about(id)).toHaveLength(1);
  });
});

describe("the event store", () => {
  it("AY-29 keeps hashes unique; reuse changes the id; what is not stored cannot be fetched", async () => {
    const id = await dispatch({
      hash: "evt-1",
      sender: "l1",
      summary: { a: 1 },
      payload: { big: [1] },
      description: "d",
      dependsOn: "0".repeat(32),
    });
    expect(await read(id)).toEqual({
      id,
      hash: "evt-1",
      topic: "ftrack.leech",
      sender: "l1",
      senderType: "api",
      project: null,
      user: "service",
      dependsOn: null,
      status: "finished",
      retries: 0,
      description: "d",
      summary: { a: 1 },
      payload: { big: [1] },
      createdAt: expect.stringMatching(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/,
      ),
      updatedAt: expect.any(String),
    });
    expect(
      await ayon.post("/api/events", { topic: "ftrack.leech", hash: "evt-1" }),
    ).toMatchObject({
      status: 409,
      body: { code: 409, detail: "Event with the same hash already exists" },
    });
    const again = await dispatch({
      hash: "evt-1",
      reuse: true,
      payload: { n: 2 },
    });
    expect(again).not.toBe(id);
    expect((await ayon.get(`/api/events/${id}`)).body.detail).toBe(
      "Event not found",
    );
    expect(await read(again)).toMatchObject({
      hash: "evt-1",
      sender: null,
      payload: { n: 2 },
    });
    const fleeting = await dispatch({ store: false });
    expect((await ayon.get(`/api/events/${fleeting}`)).status).toBe(404);
    const plain = await dispatch({});
    expect((await read(plain)).hash).toBe(plain);
    expect((await read(await dispatch({ finished: false }))).status).toBe(
      "pending",
    );
    expect(
      (await read(await dispatch({ project: "no_such_project" }))).project,
    ).toBe("no_such_project");
  });

  it.each([
    [{ topic: "a b" }, "topic"],
    [{ topic: `a${"b".repeat(65)}` }, "topic"],
    [{ topic: "abc", project: "a b" }, "project"],
  ])("AY-29 refuses %j", async (body, field) => {
    expect((await ayon.post("/api/events", body)).body.errors).toMatchObject([
      { loc: ["body", field], type: "value_error.str.regex" },
    ]);
  });

  it("AY-30 patches with a known status, replaces summary and payload, and overwrites the sender type", async () => {
    const id = await dispatch({ summary: { a: 1 }, payload: { b: 1 } });
    const patch = (body: object, headers = {}) =>
      ayon.patch(`/api/events/${id}`, body, headers);
    expect((await patch({ status: "done" })).body.errors[0]).toMatchObject({
      loc: ["body", "status"],
      type: "value_error.const",
    });
    expect(
      (
        await patch(
          { status: "failed", summary: { c: 2 }, progress: 50, retries: 7 },
          as,
        )
      ).status,
    ).toBe(204);
    expect(await read(id)).toMatchObject({
      status: "failed",
      summary: { c: 2 },
      payload: { b: 1 },
      retries: 7,
      senderType: "ftrack",
    });
    await patch({ description: "x" });
    expect(await read(id)).toMatchObject({
      senderType: "api",
      description: "x",
      user: "service",
    });
    expect((await ayon.patch(`/api/events/${freshId()}`, {})).status).toBe(404);
    expect((await ayon.get("/api/events/zz")).body.errors[0].type).toBe(
      "value_error.any_str.min_length",
    );
    const artist = await ayon.patch(
      `/api/events/${id}`,
      { description: "y" },
      { "x-as-user": "anna" },
    );
    expect(artist).toMatchObject({
      status: 403,
      body: { detail: "Not allowed to update this event" },
    });
  });
});
