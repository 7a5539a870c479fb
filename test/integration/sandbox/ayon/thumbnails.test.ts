import { beforeEach, describe, expect, it } from "vitest";
import {
  freshId,
  useAyonSandbox,
  type Loose,
} from "../../../support/ayon-sandbox.ts";
import { makeShow, type Show } from "../../../support/ayon-show.ts";

const ayon = useAyonSandbox({ projects: [{ name: "demo", code: "dm" }] });
const base = "/api/projects/demo";
let show: Show;

/** Begins as a picture of its kind does; the rest is made up. */
const PNG = Buffer.concat([
  Buffer.from("89504e470d0a1a0a", "hex"),
  Buffer.from("made up for this test"),
]);
const JPEG = Buffer.concat([
  Buffer.from("ffd8ffe0", "hex"),
  Buffer.from("made up for this test"),
]);
const PIXEL = 1;

beforeEach(async () => {
  ayon.sandbox.control.reset();
  show = await makeShow(ayon, "demo");
});

interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly body: Loose;
}

async function send(
  method: string,
  path: string,
  body?: Buffer,
  contentType?: string,
): Promise<Sent> {
  const response = await fetch(`${ayon.sandbox.url}${base}/${path}`, {
    method,
    redirect: "manual",
    headers: {
      "x-api-key": ayon.sandbox.apiKey,
      ...(contentType === undefined ? {} : { "content-type": contentType }),
    },
    // A Buffer brings no content type of its own.
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson =
    response.headers.get("content-type")?.includes("json") === true;
  const { status, headers } = response;
  return {
    status,
    headers,
    bytes,
    body: isJson ? JSON.parse(bytes.toString()) : null,
  };
}

/** Width and height of a PNG. */
const sizeOf = (png: Buffer): number[] => [
  png.readUInt32BE(16),
  png.readUInt32BE(20),
];

describe("thumbnails", () => {
  it.each([
    [
      "no content type",
      PNG,
      undefined,
      400,
      "Thumbnail content type is required",
    ],
    [
      "another type",
      PNG,
      "image/gif",
      415,
      "Thumbnail must be in png or jpeg format",
    ],
    [
      "next to nothing",
      Buffer.from("12345"),
      "image/png",
      415,
      "Thumbnail cannot be empty",
    ],
    [
      "no picture",
      Buffer.from("not a picture at all"),
      "image/png",
      415,
      "Invalid image format",
    ],
  ])("AY-40 refuse %s", async (_what, bytes, contentType, status, detail) => {
    const expected = { status, body: { code: status, detail } };
    expect(await send("POST", "thumbnails", bytes, contentType)).toMatchObject(
      expected,
    );
    expect(
      await send("POST", `folders/${show.shot}/thumbnail`, bytes, contentType),
    ).toMatchObject(expected);
  });

  it("AY-40 are set by id, and shown with their id; without one comes a pixel, or 404", async () => {
    const path = `folders/${show.shot}/thumbnail`;
    const empty = await send("GET", path);
    expect(empty).toMatchObject({ status: 200 });
    expect(empty.headers.get("content-type")).toBe("image/png");
    expect(sizeOf(empty.bytes)).toEqual([PIXEL, PIXEL]);
    expect(await send("GET", `${path}?placeholder=none`)).toMatchObject({
      status: 404,
      body: { code: 404, detail: "No thumbnail available" },
    });
    expect((await send("GET", `${path}?placeholder=nothing`)).status).toBe(400);
    expect(await send("GET", `folders/${freshId()}/thumbnail`)).toMatchObject({
      status: 404,
      body: { detail: "Folder not found" },
    });

    const made = await send("POST", "thumbnails", PNG, "image/png");
    expect(made).toMatchObject({ status: 200, body: { affectedEntities: [] } });
    const thumbnailId = made.body.id as string;
    expect(
      (await ayon.patch(`${base}/folders/${show.shot}`, { thumbnailId }))
        .status,
    ).toBe(204);
    expect((await ayon.get(`${base}/folders/${show.shot}`)).body).toMatchObject(
      {
        thumbnailId,
        data: { thumbnailHash: expect.stringMatching(/^[0-9a-f]{6}$/) },
      },
    );
    const shown = await send("GET", path);
    expect(shown.bytes).toEqual(PNG);
    expect(shown.headers.get("x-thumbnail-id")).toBe(thumbnailId);
    expect(shown.headers.get("cache-control")).toBe(
      "public, max-age=31536000, immutable",
    );
  });

  it("AY-40 must exist to be set", async () => {
    const reply = await ayon.patch(`${base}/folders/${show.shot}`, {
      thumbnailId: "f".repeat(32),
    });
    expect(reply).toMatchObject({ status: 409, body: { code: 409 } });
    expect(reply.body.detail).toMatch(
      /^thumbnail_id '[0-9a-f-]{36}' is not present in table "thumbnails"\.$/,
    );
  });

  it("AY-40 go straight to an entity; a version's reaches its folder and task too", async () => {
    const task = await send(
      "POST",
      `tasks/${show.task}/thumbnail`,
      JPEG,
      "image/jpeg",
    );
    expect(task.body.affectedEntities).toMatchObject([
      { entityType: "task", entityId: show.task },
    ]);
    expect(
      (await send("GET", `tasks/${show.task}/thumbnail`)).headers.get(
        "content-type",
      ),
    ).toBe("image/jpeg");
    await ayon.sandbox.control.settled();
    const before = await ayon.post("/api/query", { entity: "event", limit: 1 });
    const version = await send(
      "POST",
      `versions/${show.version}/thumbnail`,
      PNG,
      "image/png",
    );
    expect(version.body.affectedEntities).toMatchObject([
      { entityType: "version", entityId: show.version },
      { entityType: "folder", entityId: show.shot },
      { entityType: "task", entityId: show.task },
    ]);
    await ayon.sandbox.control.settled();
    const after = await ayon.post("/api/query", { entity: "event", limit: 1 });
    expect(after.body, "no entity event tells of it").toEqual(before.body);
  });

  it("AY-40 can be overwritten and read by id; an unknown id gives a pixel with 203", async () => {
    const { id } = (
      await send("POST", `folders/${show.shot}/thumbnail`, PNG, "image/png")
    ).body;
    const put = await send(
      "PUT",
      `thumbnails/${String(id)}`,
      JPEG,
      "image/jpeg",
    );
    expect(put).toMatchObject({
      status: 200,
      body: { id, affectedEntities: [{ entityId: show.shot }] },
    });
    expect((await send("GET", `thumbnails/${String(id)}`)).bytes).toEqual(JPEG);
    const unknown = await send("GET", `thumbnails/${"e".repeat(32)}`);
    expect(unknown.status).toBe(203);
    expect(sizeOf(unknown.bytes)).toEqual([PIXEL, PIXEL]);
    expect(
      (await send("GET", `thumbnails/${"e".repeat(32)}?placeholder=none`))
        .status,
    ).toBe(404);
  });

  it("AY-40 of a project have the id zero", async () => {
    const made = await send("POST", "thumbnail", PNG, "image/png");
    expect(made).toMatchObject({
      status: 200,
      body: { id: "0".repeat(32), affectedEntities: null },
    });
    expect((await send("GET", "thumbnail")).bytes).toEqual(PNG);
  });
});

describe("files and reviewables", () => {
  const upload = async (
    path: string,
    headers: Record<string, string>,
    bytes = "bytes",
  ) => {
    const response = await fetch(`${ayon.sandbox.url}${base}/${path}`, {
      method: "POST",
      headers: { "x-api-key": ayon.sandbox.apiKey, ...headers },
      body: bytes,
    });
    return { status: response.status, body: (await response.json()) as Loose };
  };

  it("AY-40 files are kept as they come, under the client's id when it has one", async () => {
    const headers = { "content-type": "text/plain", "x-file-name": "note.txt" };
    const made = await upload("files", headers, "hello");
    expect(made.status).toBe(201);
    const path = `files/${String(made.body.id)}`;
    const redirect = await send("GET", path);
    expect(redirect.status).toBe(302);
    expect(redirect.headers.get("location")).toBe(`${base}/${path}/payload`);
    expect((await send("GET", `${path}/payload`)).bytes.toString()).toBe(
      "hello",
    );
    expect((await send("GET", `${path}/info`)).body).toMatchObject({
      size: 5,
      filename: "note.txt",
      contentType: "text/plain",
    });
    const id = "b".repeat(32);
    expect(
      (await upload("files", { ...headers, "x-file-id": id })).body,
    ).toEqual({ id });
    expect(
      (await upload("files", { ...headers, "x-file-id": "short" })).status,
    ).toBe(400);
    expect(
      (await upload("files", { "content-type": "text/plain" })).status,
    ).toBe(400);
    expect((await send("DELETE", path)).status).toBe(204);
    expect((await send("GET", path)).status).toBe(404);
  });

  it("AY-40 reviewables belong to a version and are pictures or films", async () => {
    const path = `versions/${show.version}/reviewables`;
    expect((await ayon.get(`${base}/${path}`)).body).toMatchObject({
      id: show.version,
      name: "v001",
      version: "1",
      productId: show.product,
      productName: "animMain",
      productType: "animation",
      reviewables: [],
    });
    const made = await upload(`${path}?label=Daily`, {
      "content-type": "video/mp4",
      "x-file-name": "a.mp4",
    });
    expect(made).toMatchObject({
      status: 200,
      body: {
        filename: "a.mp4",
        label: "Daily",
        mimetype: "video/mp4",
        availability: "ready",
      },
    });
    expect((await ayon.get(`${base}/${path}`)).body.reviewables).toMatchObject([
      {
        fileId: made.body.fileId,
        activityId: made.body.activityId,
        label: "Daily",
      },
    ]);
    expect(
      await upload(path, {
        "content-type": "text/plain",
        "x-file-name": "a.txt",
      }),
    ).toMatchObject({
      status: 400,
      body: {
        detail: "Only videos and images are supported for reviewables now",
      },
    });
  });
});
