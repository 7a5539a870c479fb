import { createHash, randomBytes, randomUUID } from "node:crypto";
import { SERVER_LOCATION_ID, type Session } from "@ftrack/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../../../sandbox/ftrack/index.ts";
import {
  create,
  openSession,
  post,
  row,
  type Loose,
} from "../../../support/official-client.ts";

let sandbox: FtrackSandbox;
let session: Session;

beforeAll(async () => {
  sandbox = await startFtrackSandbox({ seed: "demo" });
  session = await openSession(sandbox);
});
afterAll(() => sandbox.stop());

/** Creates a component and asks where to put its file. */
async function announce(
  content: Buffer,
  extra = {},
): Promise<{ id: string; place: Loose }> {
  const id = randomUUID();
  const { body } = await post(sandbox, [
    create("FileComponent", {
      id,
      name: "thumbnail",
      file_type: ".png",
      size: content.length,
    }),
    {
      action: "get_upload_metadata",
      component_id: id,
      file_name: "thumbnail.png",
      file_size: content.length,
      ...extra,
    },
  ]);
  expect(body[0].data).toMatchObject({
    system_type: "file",
    size: content.length,
  });
  return { id, place: body[1] };
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

describe("files", () => {
  it("FP-31 go up in one piece and come down the same; a thumbnail shows in thumbnail_id", async () => {
    const content = randomBytes(10_000);
    const checksum = createHash("md5").update(content).digest("base64");
    const { id, place } = await announce(content, { checksum });
    const put = await fetch(place.url, {
      method: "PUT",
      headers: place.headers,
      body: content,
    });
    expect(put.status).toBe(200);
    const shot = (await row(sandbox, "select id from Shot limit 1"))["id"];
    await post(sandbox, [
      create("ComponentLocation", {
        component_id: id,
        location_id: SERVER_LOCATION_ID,
        resource_identifier: id,
      }),
      {
        action: "update",
        entity_type: "Shot",
        entity_key: [shot],
        entity_data: { thumbnail_id: id },
      },
    ]);
    expect(await download(session.getComponentUrl(id) ?? "")).toEqual(content);
    expect(await download(session.thumbnailUrl(id, { size: 100 }))).toEqual(
      content,
    );
    const found = await row(
      sandbox,
      `select thumbnail_id, thumbnail_url, thumbnail.component_locations.location.name from Shot where id is "${shot as string}"`,
    );
    expect(found).toMatchObject({
      thumbnail_id: id,
      thumbnail_url: { __type__: "url", value: expect.stringContaining(id) },
      thumbnail: {
        component_locations: [{ location: { name: "ftrack.server" } }],
      },
    });
  });

  it("FP-31 go up in parts", async () => {
    const parts = [randomBytes(5_000), randomBytes(5_000), randomBytes(77)];
    const { id, place } = await announce(Buffer.concat(parts), { parts: 3 });
    expect(place.urls.map((u: Loose) => u.part_number)).toEqual([1, 2, 3]);
    const tags = await Promise.all(
      place.urls.map(async (u: Loose) =>
        (
          await fetch(u.signed_url, {
            method: "PUT",
            body: parts[u.part_number - 1] ?? "",
          })
        ).headers.get("etag"),
      ),
    );
    const complete = (upload: string[]): Loose => ({
      action: "complete_multipart_upload",
      upload_id: place.upload_id,
      component_id: id,
      parts: upload.map((e_tag, i) => ({ part_number: i + 1, e_tag })),
    });
    expect(
      (await post(sandbox, [complete(["wrong", ...tags.slice(1)])])).body
        .exception,
    ).toBe("ValidationError");
    const { body } = await post(sandbox, [complete(tags)]);
    expect(body[0]).toMatchObject({
      action: "complete_multipart_upload",
      component_id: id,
    });
    expect(await download(body[0].url)).toEqual(Buffer.concat(parts));
  });

  it("are refused with a wrong checksum, and without an upload", async () => {
    const { place } = await announce(Buffer.from("x"), {
      checksum: "bm90IGl0",
    });
    expect((await fetch(place.url, { method: "PUT", body: "x" })).status).toBe(
      400,
    );
    expect(
      (await fetch(`${sandbox.url}/upload/abc`, { method: "PUT", body: "x" }))
        .status,
    ).toBe(403);
  });

  it("are for those with credentials or a signed address", async () => {
    const content = Buffer.from("secret");
    const { id, place } = await announce(content);
    await fetch(place.url, { method: "PUT", body: content });
    expect((await fetch(`${sandbox.url}/component/get?id=${id}`)).status).toBe(
      403,
    );
    const { body } = await post(sandbox, [
      { action: "generate_signed_url", component_id: id },
    ]);
    expect(await download(body[0].signed_url)).toEqual(content);
    const other = body[0].signed_url.replace(id, randomUUID());
    expect((await fetch(other)).status).toBe(403);
  });

  it("can be removed; what is not there is not found; an entity without thumbnail has a picture", async () => {
    const { id, place } = await announce(Buffer.from("x"));
    await fetch(place.url, { method: "PUT", body: "x" });
    const url = session.getComponentUrl(id) ?? "";
    expect((await fetch(url.replace("/get", "/remove"))).status).toBe(200);
    expect((await fetch(url)).status).toBe(404);
    expect(
      (await download(session.thumbnailUrl(""))).subarray(1, 4).toString(),
    ).toBe("PNG");
  });

  it("hang on notes and jobs", async () => {
    const { id } = await announce(Buffer.from("report"));
    const shot = (await row(sandbox, "select id from Shot limit 1"))["id"];
    const [note, job] = [randomUUID(), randomUUID()];
    await post(sandbox, [
      create("Note", { id: note, content: "see", parent_id: shot }),
      create("NoteComponent", { note_id: note, component_id: id }),
      create("Job", {
        id: job,
        data: JSON.stringify({ description: "d" }),
        status: "running",
      }),
      create("JobComponent", { job_id: job, component_id: id }),
      {
        action: "update",
        entity_type: "Job",
        entity_key: [job],
        entity_data: { status: "done" },
      },
    ]);
    expect(
      await row(
        sandbox,
        `select note_components.component.name, note_components.url from Note where id is "${note}"`,
      ),
    ).toMatchObject({
      note_components: [
        {
          component: { name: "thumbnail" },
          url: { value: expect.stringContaining(id) },
        },
      ],
    });
    expect(
      await row(
        sandbox,
        `select status, finished_at, user.username, job_components.component.id from Job where id is "${job}"`,
      ),
    ).toMatchObject({
      status: "done",
      finished_at: { __type__: "datetime" },
      user: { username: sandbox.apiUser },
      job_components: [{ component: { id } }],
    });
  });
});
