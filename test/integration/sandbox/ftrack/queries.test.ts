import { describe, expect, it } from "vitest";
import { DEMO_SHOW } from "../../../../sandbox/ftrack/index.ts";
import { useDemo } from "../../../support/ftrack-show.ts";
import {
  openSession,
  post,
  row,
  rows,
  type Loose,
} from "../../../support/official-client.ts";

const demo = useDemo();

describe("what a query shows", () => {
  it("FP-6 the key, the system projections and what was asked", async () => {
    const found = await row(
      demo.sandbox,
      'select name, created_at from Task where name is "layout" limit 1',
    );
    expect(Object.keys(found).sort()).toEqual([
      "__entity_type__",
      "context_type",
      "created_at",
      "id",
      "name",
      "object_type_id",
      "project_id",
    ]);
    expect(found["created_at"]).toEqual({
      __type__: "datetime",
      value: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
    });
  });

  it("FP-6 dates are moments of the client, or ISO text", async () => {
    const expression = "select created_at from Task limit 1";
    const iso: Loose = await demo.session.query(expression);
    const moments: Loose = await demo.session.query(expression, {
      decodeDatesAsIso: false,
    });
    expect(iso.data[0].created_at).toMatch(/Z$/);
    expect(moments.data[0].created_at.toISOString()).toBe(
      iso.data[0].created_at,
    );
  });

  const shared =
    'select status.state.short from Task where status.name is "In progress" order by id limit 3';

  it("FP-7 an entity in full once; the client puts it together", async () => {
    const { body } = await post(demo.sandbox, [
      { action: "query", expression: shared },
    ]);
    const wire: Loose[] = body[0].data;
    expect(wire.map((task) => task.status.state?.short)).toEqual([
      "IN_PROGRESS",
      undefined,
      undefined,
    ]);
    expect(wire[1].status).toEqual({
      __entity_type__: "Status",
      id: wire[0].status.id,
    });
    const { data }: Loose = await demo.session.query(shared);
    expect(data.map((task: Loose) => task.status.state.short)).toEqual([
      "IN_PROGRESS",
      "IN_PROGRESS",
      "IN_PROGRESS",
    ]);
  });

  it.each(["strict:1;denormalize:1", "denormalize=1;strict=1"])(
    "FP-8 on request in full each time: %s",
    async (options) => {
      const { body } = await post(
        demo.sandbox,
        [{ action: "query", expression: shared }],
        { "ftrack-api-options": options },
      );
      expect(
        body[0].data.map((task: Loose) => task.status.state.short),
      ).toEqual(["IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS"]);
    },
  );

  it("FP-8 the client can then write its answer as JSON", async () => {
    const { data } = await demo.session.query(
      "select asset.versions.version from AssetVersion limit 2",
      { ensureSerializableResponse: true },
    );
    expect(() => JSON.stringify(data)).not.toThrow();
  });

  it("FP-9 cycles are the same object", async () => {
    const { data }: Loose = await demo.session.query(
      "select version, asset.versions.version from AssetVersion where asset_id is_not none limit 1",
    );
    const [version] = data;
    expect(version.asset.versions.length).toBeGreaterThan(0);
    expect(version.asset.versions.find((v: Loose) => v.id === version.id)).toBe(
      version,
    );
  });

  it("FP-10 pages by next.offset until it is null", async () => {
    const offsets: (number | null)[] = [];
    const ids = new Set<string>();
    let offset: number | null = 0;
    while (offset !== null) {
      const page: Loose = await demo.session.query(
        `select id from Shot order by id limit 25 offset ${offset}`,
      );
      for (const shot of page.data) ids.add(shot.id);
      offset = page.metadata.next.offset;
      offsets.push(offset);
    }
    expect(offsets).toEqual([25, 50, null]);
    expect(ids.size).toBe(60);
  });

  it("a bare relation as stubs, null relations as null", async () => {
    const shot = await row(
      demo.sandbox,
      `select status, thumbnail, assets from Shot where name is "sh0020" and parent_id is "${demo.sequence}"`,
    );
    expect(shot).toMatchObject({
      status: { __entity_type__: "Status" },
      thumbnail: null,
      assets: [],
    });
  });

  it("link from the project down; what typed contexts are called can be switched", async () => {
    const expression = `select link from Task where name is "layout" and parent.name is "sh0010" and parent.parent.id is "${demo.sequence}"`;
    const link = async (): Promise<Loose> =>
      (await row(demo.sandbox, expression))["link"];
    expect(await link()).toEqual([
      { id: DEMO_SHOW, name: "demo_show", type: "Project" },
      expect.objectContaining({ name: "ep01", type: "TypedContext" }),
      { id: demo.sequence, name: "sq010", type: "TypedContext" },
      expect.objectContaining({ name: "sh0010", type: "TypedContext" }),
      expect.objectContaining({ name: "layout", type: "TypedContext" }),
    ]);
    await demo.sandbox.control.behaviour({ linkTypes: "concrete" });
    expect((await link()).map((l: Loose) => l.type)).toEqual([
      "Project",
      "Episode",
      "Sequence",
      "Shot",
      "Task",
    ]);
    await demo.sandbox.control.behaviour({ linkTypes: "TypedContext" });
  });

  it("attributes behind a cast, and only for entities of that type", async () => {
    const found = await rows(
      demo.sandbox,
      'select parent[Shot].status.name, parent[AssetBuild].type.name from Task where parent.name in ("hero", "sh0010") and name in ("layout", "modeling")',
    );
    for (const { parent } of found)
      expect(Object.keys(parent)).toContain(
        parent.__entity_type__ === "Shot" ? "status" : "type",
      );
    expect(found.map((t) => t["parent"].__entity_type__).sort()).toEqual([
      "AssetBuild",
      "Shot",
      "Shot",
      "Shot",
      "Shot",
      "Shot",
      "Shot",
    ]);
  });
});

describe("further forms of queries", () => {
  it("aggregates, for strict clients only", async () => {
    const operations = [
      {
        action: "query",
        expression: `select count(id), project_id, object_type.name from TypedContext where project_id is "${DEMO_SHOW}" and object_type.name in ("Shot", "Task") group by project_id, object_type.name`,
      },
    ];
    const { body } = await post(demo.sandbox, operations, {
      "ftrack-strict-api": "true",
    });
    expect(body[0].data).toEqual(
      expect.arrayContaining([
        { count_id: 60, project_id: DEMO_SHOW, object_type_name: "Shot" },
        { count_id: 300, project_id: DEMO_SHOW, object_type_name: "Task" },
      ]),
    );
    expect((await post(demo.sandbox, operations)).body.exception).toBe(
      "ServerError",
    );
  });

  it("nested queries, where they are enabled", async () => {
    await demo.sandbox.control.behaviour({ nestedSubqueries: true });
    const found = await rows(
      demo.sandbox,
      'select id from Shot where id in (select entity_id from ListObject where list.name is "Hero shots")',
    );
    await demo.sandbox.control.behaviour({ nestedSubqueries: false });
    expect(found).toHaveLength(3);
  });

  it("search by terms", async () => {
    const { data } = await demo.session.search({
      expression: "select name from Shot",
      entityType: "Shot",
      terms: ["sh00", "10"],
      contextId: demo.sequence,
    });
    expect(data.map((s: Loose) => s.name)).toEqual(["sh0010"]);
  });

  it("orders by a path, descending, nulls first when ascending", async () => {
    const up = await rows(
      demo.sandbox,
      "select name, parent.name from Sequence order by parent.name, name descending",
    );
    expect(up.map((s) => s["name"])).toEqual([
      "sq030",
      "sq020",
      "sq010",
      "sq030",
      "sq020",
      "sq010",
    ]);
  });
});

describe("private projects", () => {
  it("are invisible, with all they contain, to users without a role on them", async () => {
    const project = await row(
      demo.sandbox,
      'select id from Project where name is "demo"',
    );
    const id = project["id"] as string;
    const version = await row(
      demo.sandbox,
      "select id from AssetVersion limit 1",
    );
    await post(demo.sandbox, [
      {
        action: "update",
        entity_type: "Project",
        entity_key: [id],
        entity_data: { is_private: true },
      },
    ]);
    const anna = await openSession(demo.sandbox, {
      username: "anna@studio.test",
    });
    for (const type of [
      "Project",
      "Shot",
      "AssetVersion",
      "Appointment",
      "ListObject",
    ])
      expect((await anna.query(`select id from ${type} limit 1`)).data).toEqual(
        [],
      );
    await expect(
      anna.update("AssetVersion", [version["id"]], { comment: "x" }),
    ).rejects.toThrow("There is no AssetVersion");
    const role = await row(
      demo.sandbox,
      'select id from UserSecurityRole where user.username is "anna@studio.test"',
    );
    const admin = await openSession(demo.sandbox, {
      username: "admin@studio.test",
    });
    await admin.create("UserSecurityRoleProject", {
      user_security_role_id: role["id"],
      project_id: id,
    });
    expect((await anna.query("select id from Shot limit 1")).data).toHaveLength(
      1,
    );
    expect(
      (await admin.query("select id from Shot limit 1")).data,
    ).toHaveLength(0);
  });
});
