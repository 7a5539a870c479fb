import { beforeEach, describe, expect, it } from "vitest";
import {
  freshId,
  useAyonSandbox,
  type Loose,
} from "../../../support/ayon-sandbox.ts";
import { makeShow, type Show } from "../../../support/ayon-show.ts";

const ayon = useAyonSandbox({ seed: "demo" });
const project = "demo_show";
let show: Show;

beforeEach(async () => {
  ayon.sandbox.control.reset();
  show = await makeShow(ayon, project);
  await ayon.sandbox.control.settled();
});

async function raw(query: string, variables: object = {}): Promise<Loose> {
  const reply = await ayon.post("/graphql", { query, variables });
  expect(reply.status).toBe(200);
  return reply.body;
}

describe("pages", () => {
  async function page(field: string, args: string): Promise<Loose> {
    const data = await ayon.graphql(
      `query Q($p: String!) { project(name: $p) { ${field}(${args}) {
         edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
      { p: project },
    );
    return data.project[field];
  }

  beforeEach(async () => {
    const create = (name: string): object => ({
      type: "create",
      entityType: "task",
      entityId: freshId(),
      data: { name, taskType: "Generic", folderId: show.sequence },
    });
    await ayon.operations(
      project,
      Array.from({ length: 599 }, (_none, i) =>
        create(`t${String(i).padStart(3, "0")}`),
      ),
    );
  });

  it("AY-37 follow the order of creation; an exact multiple costs one empty page", async () => {
    const names: string[] = [];
    const sizes: number[] = [];
    for (let after = "", more = true; more;) {
      const { edges, pageInfo } = await page(
        "tasks",
        `first: 300, after: "${after}"`,
      );
      names.push(...edges.map((e: Loose) => e.node.name));
      sizes.push(edges.length);
      more = pageInfo.hasNextPage;
      after = pageInfo.endCursor;
    }
    expect(sizes).toEqual([300, 300, 0]);
    expect(names).toEqual([
      "anim",
      ...Array.from(
        { length: 599 },
        (_none, i) => `t${String(i).padStart(3, "0")}`,
      ),
    ]);
  });

  it("AY-37 have 100 by default and no limit", async () => {
    expect((await page("tasks", 'after: ""')).edges).toHaveLength(100);
    const all = await page("tasks", "first: 50000");
    expect(all.edges).toHaveLength(600);
    expect(all.pageInfo).toMatchObject({
      hasNextPage: false,
      endCursor: all.edges[599].cursor,
    });
    const cursor: unknown = JSON.parse(
      Buffer.from(all.edges[0].cursor as string, "base64").toString(),
    );
    expect(cursor).toEqual([expect.any(Number)]);
  });

  it("AY-37 begin with the newest for `last`, and go on with `before: endCursor`", async () => {
    const newest = await page("tasks", "last: 2");
    expect(newest.edges.map((e: Loose) => e.node.name)).toEqual([
      "t598",
      "t597",
    ]);
    expect(newest.pageInfo).toMatchObject({
      hasPreviousPage: true,
      hasNextPage: false,
    });
    const next = await page(
      "tasks",
      `last: 2, before: "${String(newest.pageInfo.endCursor)}"`,
    );
    expect(next.edges.map((e: Loose) => e.node.name)).toEqual(["t596", "t595"]);
  });
});

describe("the studio", () => {
  it("AY-37 answers the official client's question for users", async () => {
    const data = await ayon.graphql(
      `query Users { users(first: 300) { edges { node { name isGuest createdAt updatedAt defaultAccessGroups
         allAttrib isAdmin isService isManager hasPassword active accessGroups apiKeyPreview } }
         pageInfo { endCursor hasNextPage } } }`,
    );
    const users: Loose[] = data.users.edges.map((e: Loose) => e.node);
    expect(users.map((u) => u.name)).toEqual([
      "admin",
      "anna",
      "bob",
      "carol",
      "dave",
      "pm",
      "service",
    ]);
    expect(users[1]).toMatchObject({
      isAdmin: false,
      isService: false,
      active: true,
    });
    expect(JSON.parse(users[1].allAttrib as string)).toMatchObject({
      email: "anna@studio.test",
    });
    expect(users[6]).toMatchObject({
      isService: true,
      hasPassword: false,
      apiKeyPreview: expect.stringContaining("***"),
    });
    const byMail = await ayon.graphql(
      '{ users(emails: ["ANNA@studio.test"]) { edges { node { name } } } }',
    );
    expect(byMail.users.edges).toEqual([{ node: { name: "anna" } }]);
    const me = await ayon.graphql("{ me { name isAdmin isManager } }");
    expect(me.me).toEqual({ name: "service", isAdmin: true, isManager: true });
  });

  it("AY-37 answers the official client's question for events", async () => {
    for (const hash of ["a", "b"]) {
      await ayon.post("/api/events", {
        topic: "ftrack.proc",
        hash,
        finished: false,
        summary: { s: 1 },
        payload: { p: 2 },
      });
    }
    await ayon.post("/api/events", { topic: "log.error", hash: "c" });
    const query = `query Events($eventTopics: [String!], $eventStatuses: [String!], $includeLogsFilter: Boolean!) {
      events(topics: $eventTopics, statuses: $eventStatuses, includeLogs: $includeLogsFilter, first: 300) {
        edges { node { project description createdAt dependsOn updatedAt status sender topic id hash user retries
          summary payload } }
        pageInfo { endCursor hasNextPage } } }`;
    const variables = {
      eventTopics: ["ftrack.*"],
      eventStatuses: ["pending"],
      includeLogsFilter: false,
    };
    const { events } = await ayon.graphql(query, variables);
    expect(events.edges.map((e: Loose) => e.node)).toMatchObject([
      {
        topic: "ftrack.proc",
        hash: "a",
        status: "pending",
        summary: '{"s":1}',
        payload: '{"p":2}',
        retries: 0,
      },
      { hash: "b", project: null, dependsOn: null, user: "service" },
    ]);
    const all = await ayon.graphql(
      "{ events(includeLogs: true, last: 1) { edges { node { hash } } } }",
    );
    expect(all.events.edges).toEqual([{ node: { hash: "c" } }]);
    const some = await ayon.graphql(
      "{ events(last: 1) { edges { node { hash } } } }",
    );
    expect(some.events.edges).toEqual([{ node: { hash: "b" } }]);
  });

  it("AY-37 lists projects with their types and statuses", async () => {
    const data = await ayon.graphql(
      `{ projects { edges { node { name code active data allAttrib attrib { fps } } } }
         project(code: "demo") { name folderTypes { name } taskTypes { name shortName } statuses { name state scope }
           linkTypes { name linkType color } tags { name } } }`,
    );
    expect(data.projects.edges).toMatchObject([
      {
        node: {
          name: project,
          code: "demo",
          active: true,
          attrib: { fps: 25 },
        },
      },
    ]);
    expect(data.project.name).toBe(project);
    expect(data.project.folderTypes.map((t: Loose) => t.name)).toContain(
      "Shot",
    );
    expect(data.project.statuses).toContainEqual({
      name: "Pending review",
      state: "in_progress",
      scope: ["folder", "version", "task"],
    });
  });
});

describe("errors", () => {
  it("AY-37 travel in a 200", async () => {
    const unknown = await raw(
      "query Q($p: String!) { project(name: $p) { name } }",
      { p: "nope" },
    );
    expect(unknown).toMatchObject({
      data: null,
      errors: [{ message: "Project not found", path: ["project"] }],
    });
    const field = await raw('{ project(name: "demo_show") { nonsense } }');
    expect(field.data).toBeNull();
    expect(field.errors[0].message).toBe(
      "Cannot query field 'nonsense' on type 'ProjectNode'.",
    );
    const syntax = await raw("{ project(");
    expect(syntax).toMatchObject({
      data: null,
      errors: [{ message: expect.stringContaining("Syntax Error") }],
    });
    const variable = await raw(
      "query Q($p: String!) { project(name: $p) { name } }",
    );
    expect(variable.errors[0].message).toContain(
      "'$p' of required type 'String!' was not provided",
    );
  });

  it.each([
    ["a bad cursor", 'tasks(after: "nonsense")', "Invalid cursor"],
    ["a malformed id", 'tasks(ids: ["abc"])', "Invalid entity ID abc"],
    [
      "a status that is no name",
      'tasks(statuses: ["a;b"])',
      "does not match regex",
    ],
    [
      "an unknown filter key",
      'tasks(filter: "{\\"conditions\\":[{\\"key\\":\\"nope\\",\\"value\\":1}]}")',
      "Invalid key: nope",
    ],
  ])("AY-37 say what is wrong with %s", async (_what, field, message) => {
    const { errors } = await raw(
      `{ project(name: "${project}") { ${field} { edges { node { id } } } } }`,
    );
    expect(errors[0].message).toContain(message);
  });

  it("AY-37 need a login, and access to the project", async () => {
    const anonymous = await ayon.post(
      "/graphql",
      { query: "{ me { name } }" },
      { "x-api-key": "" },
    );
    expect(anonymous.status).toBe(401);
    await ayon.put("/api/users/novice", { data: {} });
    const reply = await ayon.post(
      "/graphql",
      { query: `{ project(name: "${project}") { name } }` },
      { "x-as-user": "novice" },
    );
    expect(reply).toMatchObject({
      status: 200,
      body: { data: null, errors: [{}] },
    });
  });
});
