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

beforeEach(async () => {
  ayon.sandbox.control.reset();
  show = await makeShow(ayon, "demo");
});

describe("links", () => {
  const link = (more: object = {}) =>
    ayon.post(`${base}/links`, {
      input: show.sequence,
      output: show.shot,
      linkType: "breakdown|folder|folder",
      ...more,
    });

  it("AY-40 may be doubled, and are read from either end by GraphQL", async () => {
    const first = await link({ name: "n", data: { x: 1 } });
    const second = await link();
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.body.id).not.toBe(second.body.id);
    const data = await ayon.graphql(
      `query L($ids: [String!]) { project(name: "demo") { folders(ids: $ids) { edges { node { id
         links { edges { id linkType direction entityId entityType name data author node { name } } } } } } } }`,
      { ids: [show.sequence, show.shot] },
    );
    const linksOf = (id: string): Loose[] =>
      data.project.folders.edges.find((e: Loose) => e.node.id === id).node.links
        .edges;
    expect(linksOf(show.sequence)).toMatchObject([
      {
        id: first.body.id,
        linkType: "breakdown",
        direction: "out",
        entityId: show.shot,
        entityType: "folder",
        name: "n",
        data: { x: 1 },
        author: "service",
        node: { name: "sh010" },
      },
      { id: second.body.id, name: null, data: {} },
    ]);
    expect(linksOf(show.shot)).toMatchObject([
      { direction: "in", entityId: show.sequence },
      {},
    ]);
    const all = await ayon.graphql(
      `{ project(name: "demo") { links(inputIds: ["${show.sequence}"], first: 1) {
           edges { inputId outputId } pageInfo { hasNextPage } } } }`,
    );
    expect(all.project.links).toEqual({
      edges: [{ inputId: show.sequence, outputId: show.shot }],
      pageInfo: { hasNextPage: true },
    });
  });

  it.each<[string, object, number, RegExp]>([
    [
      "an unknown type",
      { linkType: "nope|folder|folder" },
      400,
      /^Unsupported link type\.$/,
    ],
    [
      "a malformed type",
      { linkType: "breakdown" },
      400,
      /in the format 'name\|input_type\|output_type'$/,
    ],
    [
      "a missing entity",
      { input: "f".repeat(32) },
      404,
      /^Input entity f{32} not found\.$/,
    ],
    ["a malformed id", { input: "xyz" }, 400, /^Request validation error/],
  ])("AY-40 refuse %s", async (_what, more, status, detail) => {
    expect(await link(more)).toMatchObject({
      status,
      body: { detail: expect.stringMatching(detail) },
    });
  });

  it("AY-40 refuse an entity linked to itself", async () => {
    expect(await link({ output: show.sequence })).toMatchObject({
      status: 400,
      body: { detail: "Cannot link an entity to itself." },
    });
  });

  it("AY-40 are made in bulk all or none, and deleted once", async () => {
    const one = {
      input: show.sequence,
      output: show.shot,
      linkType: "breakdown|folder|folder",
    };
    const id = freshId();
    const bulk = await ayon.post(`${base}/links/bulk`, {
      links: [{ ...one, id }, one],
    });
    expect(bulk).toMatchObject({
      status: 200,
      body: { created: [{ id, ...one }, one] },
    });
    const bad = await ayon.post(`${base}/links/bulk`, {
      links: [one, { ...one, output: "f".repeat(32) }],
    });
    expect(bad).toMatchObject({
      status: 404,
      body: { detail: `Folder entities not found: ${"f".repeat(32)}` },
    });
    const again = await ayon.post(`${base}/links/bulk`, {
      links: [one, { ...one, id }],
    });
    expect(again).toMatchObject({
      status: 409,
      body: { detail: "One or more link IDs already exist." },
    });
    const { project } = await ayon.graphql(
      `{ project(name: "demo") { links { edges { id } } } }`,
    );
    expect(project.links.edges).toHaveLength(2);
    expect((await ayon.del(`${base}/links/${id}`)).status).toBe(204);
    expect(await ayon.del(`${base}/links/${id}`)).toMatchObject({
      status: 404,
      body: { detail: `Link ${id} not found.` },
    });
  });

  it("AY-40 have types of their own, which take their links along", async () => {
    const type = "review|version|folder";
    expect(
      (
        await ayon.put(`${base}/links/types/${type}`, {
          data: { color: "#112233" },
        })
      ).status,
    ).toBe(204);
    expect((await ayon.get(`${base}/links/types`)).body.types).toContainEqual({
      name: type,
      linkType: "review",
      inputType: "version",
      outputType: "folder",
      data: { color: "#112233" },
    });
    const made = await link({
      input: show.version,
      output: show.shot,
      linkType: type,
    });
    expect(made.status).toBe(200);
    expect(
      (await ayon.put(`${base}/links/types/bad`, { data: {} })).status,
    ).toBe(400);
    expect(
      (await ayon.put(`${base}/links/types/a|user|folder`, { data: {} }))
        .status,
    ).toBe(400);
    expect((await ayon.del(`${base}/links/types/${type}`)).status).toBe(204);
    expect(
      (await ayon.del(`${base}/links/${String(made.body.id)}`)).status,
    ).toBe(404);
  });
});
