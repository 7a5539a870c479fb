import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { applyComment } from "../../../src/ayon/comments.ts";
import { applyLinks } from "../../../src/ayon/links.ts";
import { applyList } from "../../../src/ayon/lists.ts";
import { applyOperations } from "../../../src/ayon/operations.ts";
import {
  applyThumbnails,
  thumbnailIdOf,
} from "../../../src/ayon/thumbnails.ts";
import type {
  AyonComment,
  AyonLink,
  AyonLinkDelete,
  AyonList,
  AyonThumbnail,
} from "../../../src/core/change.ts";
import { type AyonId, type FtrackId, ftrackId } from "../../../src/core/ids.ts";
import { ask, type Ayon, startAyon } from "../../support/ayon.ts";
import { folder, newId, task } from "../../support/ayon-operations.ts";

let ayon: Ayon;
let a: AyonId;
let b: AyonId;
let comp: AyonId;

beforeAll(async () => {
  ayon = await startAyon();
});
afterAll(async () => {
  await ayon[Symbol.asyncDispose]();
});
beforeEach(async () => {
  [a, b, comp] = [newId(), newId(), newId()];
  const results = await applyOperations(ayon.http, ayon.project, [
    folder("a", a, null),
    folder("b", b, null),
    task("comp", a, { entityId: comp, needs: ["a"] }),
  ]);
  expect(results.map((r) => r.status)).toEqual(Array(3).fill("applied"));
  ayon.sandbox.control.resetRequests();
});

function common(id: string) {
  return {
    id,
    subject: { ftrackId: null, path: id, type: "Shot" },
    project: ayon.project,
  };
}

describe("links", () => {
  const TYPE = "breakdown|folder|folder";
  const link = (
    id: string,
    output: AyonId,
    more: Partial<AyonLink> = {},
  ): AyonLink => ({
    ...common(id),
    kind: "ayon.link.create",
    linkId: newId(),
    input: a,
    output,
    linkType: TYPE,
    ...more,
  });
  const unlink = (id: string, linkId: AyonId): AyonLinkDelete => ({
    ...common(id),
    kind: "ayon.link.delete",
    linkId,
  });

  it("are made in one request, are no change the second time, and can be read", async () => {
    const links = [link("1", b), link("2", b, { data: { x: 1 } })];
    const first = await applyLinks(ayon.http, ayon.project, links);
    expect(first.map((r) => r.status)).toEqual(["applied", "applied"]);
    const again = await applyLinks(ayon.http, ayon.project, links);
    expect(again.map((r) => r.status)).toEqual(["unchanged", "unchanged"]);
    const read = await ayon.reads.links(ayon.project, TYPE, [b]);
    expect(read).toHaveLength(2);
    expect(read).toContainEqual({
      id: links[1]!.linkId,
      linkType: TYPE,
      input: a,
      output: b,
      data: { x: 1 },
    });
    expect(await ayon.reads.links(ayon.project, "template", "all")).toEqual([]);
  });

  it("of no folder are asked for in vain: the server would answer with all there are", async () => {
    await applyLinks(ayon.http, ayon.project, [link("1", b)]);
    expect(await ayon.reads.links(ayon.project, TYPE, [])).toEqual([]);
    const all = await ayon.reads.links(ayon.project, "breakdown", "all");
    expect(all.length).toBeGreaterThan(0);
  });

  it("that cannot be made do not hinder the others", async () => {
    const links = [
      link("good", b),
      link("nowhere", newId()),
      link("untyped", b, { linkType: "nope|folder|folder" }),
      link("self", a),
    ];
    const results = await applyLinks(ayon.http, ayon.project, links);
    expect(results.map((r) => [r.changeId, r.status, r.error?.code])).toEqual([
      ["good", "applied", undefined],
      ["nowhere", "failed", "E_AYON_NOT_FOUND"],
      ["untyped", "failed", "E_AYON_INVALID"],
      ["self", "failed", "E_AYON_INVALID"],
    ]);
  });

  it("are removed, and gone ones are gone", async () => {
    const made = link("1", b);
    await applyLinks(ayon.http, ayon.project, [made]);
    const removal = unlink("-1", made.linkId);
    const results = [
      ...(await applyLinks(ayon.http, ayon.project, [removal])),
      ...(await applyLinks(ayon.http, ayon.project, [removal])),
    ];
    expect(results.map((r) => r.status)).toEqual(["applied", "unchanged"]);
    expect(await ayon.reads.links(ayon.project, TYPE, [b])).toEqual([]);
  });
});

describe("lists", () => {
  const list = (
    op: AyonList["op"],
    listId: AyonId,
    data: object,
  ): AyonList => ({
    ...common(op),
    kind: "ayon.list",
    op,
    listId,
    data: data as AyonList["data"],
  });
  const made = (
    listId: AyonId,
    label: string,
    items: object[] = [],
  ): AyonList =>
    list("create", listId, {
      label,
      entityType: "folder",
      entityListType: "generic",
      attrib: { ftrackId: "l1" },
      items,
    });
  const itemsOf = async (listId: AyonId): Promise<string[]> => {
    const lists = await ayon.reads.lists(ayon.project);
    return lists.find((l) => l.id === listId)!.items.map((i) => i.entityId);
  };

  it("are made with items, and no item doubles when they are made again", async () => {
    const listId = newId();
    const change = made(listId, "dailies", [{ entityId: a, id: newId() }]);
    expect(await applyList(ayon.http, change)).toMatchObject({
      status: "applied",
    });
    expect((await applyList(ayon.http, change)).status).toBe("applied");
    const read = await ayon.reads.lists(ayon.project);
    expect(read.find((l) => l.id === listId)).toMatchObject({
      label: "dailies",
      entityType: "folder",
      own: { ftrackId: "l1" },
      items: [{ entityId: a }],
    });
  });

  it("of several entity types are read together", async () => {
    const [folders, tasks] = [newId(), newId()];
    await applyList(
      ayon.http,
      made(folders, `f ${folders}`, [{ entityId: b }]),
    );
    await applyList(
      ayon.http,
      list("create", tasks, {
        label: `t ${tasks}`,
        entityType: "task",
        entityListType: "generic",
        items: [{ entityId: comp }],
      }),
    );
    expect(await itemsOf(folders)).toEqual([b]);
    expect(await itemsOf(tasks)).toEqual([comp]);
  });

  it("have labels of their own", async () => {
    await applyList(ayon.http, made(newId(), "taken"));
    const second = await applyList(ayon.http, made(newId(), "taken"));
    expect(second).toMatchObject({
      status: "failed",
      error: { code: "E_AYON_DUPLICATE", transient: false },
    });
  });

  it("get items added, removed and replaced, and emptied", async () => {
    const listId = newId();
    await applyList(ayon.http, made(listId, `items ${listId}`));
    const items = async (data: object): Promise<string> =>
      (await applyList(ayon.http, list("items", listId, data))).status;
    expect(await items({ mode: "merge", items: [] })).toBe("unchanged");
    const first = newId();
    const add = { mode: "merge", items: [{ id: first, entityId: a }] };
    expect(await items(add)).toBe("applied");
    expect(await items(add)).toBe("applied");
    expect(await items({ mode: "merge", items: [{ entityId: b }] })).toBe(
      "applied",
    );
    expect(await itemsOf(listId)).toEqual([a, b]);
    const gone = { mode: "delete", items: [{ id: newId() }, { id: first }] };
    expect(await items(gone)).toBe("applied");
    expect(await items(gone)).toBe("unchanged");
    expect(await itemsOf(listId)).toEqual([b]);
    expect(await items({ mode: "replace", items: [{ entityId: a }] })).toBe(
      "applied",
    );
    expect(await itemsOf(listId)).toEqual([a]);
    expect(await items({ mode: "replace", items: [] })).toBe("applied");
    expect(await itemsOf(listId)).toEqual([]);
  });

  it("are renamed and removed", async () => {
    const listId = newId();
    await applyList(ayon.http, made(listId, `old ${listId}`));
    const renamed = list("update", listId, { label: `new ${listId}` });
    expect((await applyList(ayon.http, renamed)).status).toBe("applied");
    const removal = list("delete", listId, {});
    expect((await applyList(ayon.http, removal)).status).toBe("applied");
    expect((await applyList(ayon.http, removal)).status).toBe("unchanged");
    const rest = await ayon.reads.lists(ayon.project);
    expect(rest.map((l) => l.id)).not.toContain(listId);
  });

  it("take no change that says nothing", async () => {
    const odd = list("items", newId(), { items: "all" });
    expect(await applyList(ayon.http, odd)).toMatchObject({
      error: { code: "E_AYON_INVALID" },
    });
  });
});

describe("comments", () => {
  const comment = (
    op: AyonComment["op"],
    activityId: AyonId,
    more: Partial<AyonComment> = {},
  ): AyonComment => ({
    ...common(op),
    kind: "ayon.comment",
    op,
    activityId,
    entityType: "task",
    entityId: comp,
    body: "looks good",
    ...more,
  });

  beforeAll(async () => {
    await ask(ayon.http, "PUT", "/api/users/anna", { data: { isAdmin: true } });
    await ask(ayon.http, "PUT", "/api/users/guest.one", {});
  });

  it("are made once, in the name of their author, at their time", async () => {
    const id = newId();
    const change = comment("create", id, {
      asUser: "anna",
      timestamp: "2024-05-01T10:00:00+00:00",
      data: { ftrack: { id: "n1" } },
    });
    expect((await applyComment(ayon.http, change)).status).toBe("applied");
    expect((await applyComment(ayon.http, change)).status).toBe("unchanged");
    expect(await ayon.reads.comments(ayon.project, [comp])).toEqual([
      expect.objectContaining({
        activityId: id,
        entityType: "task",
        entityId: comp,
        body: "looks good",
        author: "anna",
        createdAt: "2024-05-01T10:00:00+00:00",
        data: expect.objectContaining({ ftrack: { id: "n1" } }),
      }),
    ]);
  });

  it("are changed without a change of the author, and removed", async () => {
    const id = newId();
    await applyComment(ayon.http, comment("create", id, { asUser: "anna" }));
    const edited = comment("update", id, { body: "or not" });
    expect((await applyComment(ayon.http, edited)).status).toBe("applied");
    const [read] = await ayon.reads.comments(ayon.project, [comp]);
    expect(read).toMatchObject({ body: "or not", author: "anna" });
    const removal = comment("delete", id);
    expect((await applyComment(ayon.http, removal)).status).toBe("applied");
    expect((await applyComment(ayon.http, removal)).status).toBe("unchanged");
    expect(await ayon.reads.comments(ayon.project, [comp])).toEqual([]);
  });

  it.each([
    ["too long", { body: "x".repeat(2_001) }, "E_AYON_TOO_LARGE"],
    ["of nobody", { asUser: "ghost" }, "E_AYON_USER_UNKNOWN"],
    ["of somebody without access", { asUser: "guest.one" }, "E_AYON_FORBIDDEN"],
    ["on nothing", { entityId: newId() }, "E_AYON_NOT_FOUND"],
  ])("%s are refused", async (_, more, code) => {
    const change = comment("create", newId(), more);
    expect(await applyComment(ayon.http, change)).toMatchObject({
      status: "failed",
      error: { code, transient: false },
    });
  });

  it("may have 2000 characters, however many units JavaScript counts", async () => {
    const change = comment("create", newId(), { body: "🎬".repeat(2_000) });
    expect((await applyComment(ayon.http, change)).status).toBe("applied");
  });
});

describe("thumbnails", () => {
  /** A PNG of one pixel. */
  const PNG = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  const component = ftrackId("0f1e2d3c-0000-4000-8000-000000000001");
  const thumbnail = (
    id: string,
    entityType: AyonThumbnail["entityType"],
    entityId: AyonId | null,
    componentId: FtrackId = component,
  ): AyonThumbnail => ({
    ...common(id),
    kind: "ayon.thumbnail",
    entityType,
    entityId,
    componentId,
  });
  const downloads: string[] = [];
  const download = (id: FtrackId): Promise<{ data: Uint8Array } | null> => {
    downloads.push(id);
    if (id === component) return Promise.resolve({ data: PNG });
    return Promise.resolve(
      id === "gone" ? null : { data: Buffer.from("GIF89a not taken") },
    );
  };

  it("are uploaded once for all their entities, under an id that tells what they are of", async () => {
    downloads.length = 0;
    const results = await applyThumbnails(
      ayon.http,
      ayon.project,
      [thumbnail("f", "folder", a), thumbnail("t", "task", comp)],
      download,
    );
    expect(results.map((r) => r.status)).toEqual(["applied", "applied"]);
    expect(downloads).toEqual([component]);
    const { folders, tasks } = await ayon.reads.select(ayon.project, {
      folders: [{ ids: [a] }],
      tasks: [{ ids: [comp] }],
    });
    expect(folders[0]!.thumbnailId).toBe("0f1e2d3c000040008000000000000001");
    expect(tasks[0]!.thumbnailId).toBe(thumbnailIdOf(component));
  });

  it("that cannot be copied do not hinder the others", async () => {
    const results = await applyThumbnails(
      ayon.http,
      ayon.project,
      [
        thumbnail("gone", "folder", a, ftrackId("gone")),
        thumbnail("gif", "folder", a, ftrackId("gif")),
        thumbnail("nowhere", "folder", newId()),
        thumbnail("project", "project", null),
        thumbnail("good", "folder", b),
      ],
      download,
    );
    expect(results.map((r) => [r.changeId, r.error?.code])).toEqual([
      ["gone", "E_FTRACK_COMPONENT_GONE"],
      ["gif", "E_AYON_UNSUPPORTED"],
      ["nowhere", "E_AYON_NOT_FOUND"],
      ["project", undefined],
      ["good", undefined],
    ]);
  });

  it("have an id whatever form the component's id has", () => {
    expect(thumbnailIdOf(ftrackId("odd id"))).toMatch(/^[0-9a-f]{32}$/);
    expect(thumbnailIdOf(ftrackId("odd id"))).not.toBe(
      thumbnailIdOf(ftrackId("odder id")),
    );
  });
});
