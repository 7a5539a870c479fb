import { describe, expect, it } from "vitest";
import { wireFolder, wireVersion } from "../../../src/ayon/wire-entities.ts";
import { wireUser, wireUserNode } from "../../../src/ayon/wire-people.ts";
import { wireAttributes, wireProject } from "../../../src/ayon/wire-project.ts";
import { wireComment, wireLink } from "../../../src/ayon/wire-relations.ts";

const EVERYTHING = [
  "folder",
  "product",
  "version",
  "representation",
  "task",
  "workfile",
];

describe("a project", () => {
  const project = (more: object) =>
    wireProject.parse({ name: "demo", code: "dm", ...more });

  it.each([
    [{ name: "A" }, "not_started", EVERYTHING],
    [{ name: "A", scope: null, state: null }, "not_started", EVERYTHING],
    [{ name: "A", scope: [], state: "done" }, "done", []],
    [{ name: "A", scope: ["task"], state: "blocked" }, "blocked", ["task"]],
  ])("has the status %o in state %s, for %o", (status, state, scope) => {
    const [read] = project({ statuses: [status] }).statuses;
    expect(read).toMatchObject({ name: "A", state, scope, color: "#cacaca" });
  });

  it("gives back what we do not know of its types and statuses, for a later write", () => {
    const statuses = [{ name: "A", newer: 1, scope: ["task"], color: "#111" }];
    const taskTypes = [{ name: "T", newer: { x: 1 }, color: null }];
    const read = project({ statuses, taskTypes });
    expect(read.statuses[0]).toMatchObject({ newer: 1, color: "#111" });
    expect(read.taskTypes[0]).toEqual({
      name: "T",
      newer: { x: 1 },
      shortName: "",
      icon: "",
    });
  });

  it("is readable with one row that is not", () => {
    const statuses = [null, "x", { state: "done" }, { name: "A" }];
    expect(project({ statuses }).statuses.map((s) => s.name)).toEqual(["A"]);
  });

  it("has own values only", () => {
    const read = project({
      attrib: { fps: 25, frameStart: 1001, ftrackId: null },
      ownAttrib: ["fps", "ftrackId"],
    });
    expect(read.own).toEqual({ fps: 25 });
  });
});

describe("entities", () => {
  const folder = {
    id: "f1",
    name: "sh010",
    folderType: "Shot",
    allAttrib: '{"fps":25,"frameStart":1001}',
    ownAttrib: ["fps"],
  };

  it("may leave out what is empty", () => {
    expect(wireFolder.parse(folder)).toEqual({
      id: "f1",
      name: "sh010",
      label: null,
      status: "",
      active: true,
      tags: [],
      thumbnailId: null,
      path: "",
      own: { fps: 25 },
      data: {},
      folderType: "Shot",
      parentId: null,
    });
  });

  it("cannot be without an id", () => {
    expect(wireFolder.safeParse({ ...folder, id: "" }).success).toBe(false);
  });

  it("of no inheritance have own values only", () => {
    const version = {
      id: "v1",
      version: 3,
      productId: "p1",
      taskId: null,
      allAttrib: '{"comment":"x","ftrackId":null}',
    };
    expect(wireVersion.parse(version)).toMatchObject({
      own: { comment: "x" },
      status: "",
      taskId: null,
    });
  });
});

describe("people", () => {
  it("have groups per project, and odd ones none", () => {
    const user = wireUserNode.parse({
      name: "anna",
      accessGroups: '{"demo":["artist",5],"odd":"artist"}',
      defaultAccessGroups: null,
      allAttrib: '{"email":"anna@studio.test","fullName":""}',
    });
    expect(user).toMatchObject({
      email: "anna@studio.test",
      fullName: null,
      accessGroups: { demo: ["artist"] },
      defaultAccessGroups: [],
      isService: false,
    });
  });

  it("keep hashes of their credentials to themselves", () => {
    const user = wireUser.parse({
      name: "anna",
      attrib: {},
      data: { password: "h", apiKey: "h", apiKeyPreview: "h", ftrackId: "u" },
    });
    expect(user.data).toEqual({ ftrackId: "u" });
  });
});

describe("attributes", () => {
  it("of an unknown form are left out, the others are not", () => {
    const [fps, ...more] = wireAttributes.parse({
      attributes: [
        { name: "odd" },
        { name: "fps", scope: ["task"], data: { type: "float", gt: 0 } },
      ],
    });
    expect(more).toEqual([]);
    expect(fps).toMatchObject({
      name: "fps",
      inherit: true,
      gt: 0,
      lt: null,
      enum: null,
      default: null,
    });
  });
});

describe("relations", () => {
  it("of links have the full name of their type", () => {
    const link = wireLink.parse({
      id: "l1",
      linkType: "breakdown",
      inputType: "folder",
      outputType: "folder",
      inputId: "a",
      outputId: "b",
      data: null,
    });
    expect(link).toMatchObject({
      linkType: "breakdown|folder|folder",
      data: {},
    });
  });

  it.each([
    [{ entityId: null }, null],
    [{ active: false }, null],
    [{}, { author: "anna" }],
    [{ activityData: "{}" }, { author: null }],
  ])("of comments: %o", (more, expected) => {
    const comment = wireComment.parse({
      activityId: "a1",
      entityType: "task",
      entityId: "t1",
      body: "x",
      createdAt: "2024-01-01T00:00:00+00:00",
      activityData: '{"author":"anna"}',
      ...more,
    });
    if (expected === null) expect(comment).toBeNull();
    else expect(comment).toMatchObject(expected);
  });
});
