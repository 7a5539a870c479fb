import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  endOf,
  jobAfter,
  jobsOf,
  person,
  project,
  textOf,
  untouched,
  type Person,
} from "../../support/clicking.ts";
import { ask } from "../../support/ayon.ts";
import { row, type Loose } from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { creation } from "../../support/edits.ts";
import { fullSyncJob } from "../../../src/core/sync-jobs.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
let admin: Person;

const PREPARE = "ayon.prepare.project.server";
const TITLE = "Prepare Project for AYON";

beforeAll(async () => {
  world = await startWorld();
  admin = await person(world.ftrack, "admin@studio.test");
}, 60_000);

afterAll(async () => {
  admin.leave();
  await world.stop();
});

/** A project that is only in Ftrack. */
async function made(
  fullName: string,
  code: string,
  more: Record<string, Loose> = {},
): Promise<string> {
  const schema = await row(world.ftrack, "select id from ProjectSchema");
  const { id, ...create } = creation("Project", {
    name: code,
    full_name: fullName,
    project_schema_id: schema["id"],
    ...more,
  });
  await world.edit(create);
  return id;
}

async function names(id: string): Promise<Loose> {
  return row(
    world.ftrack,
    `select name, full_name from Project where id is "${id}"`,
  );
}

/** Sends both forms as they come, with these changes. */
async function prepared(
  id: string,
  first: Loose,
  values: Record<string, Loose> = {},
  attributes: Record<string, Loose> = {},
): Promise<Loose> {
  const before = await jobsOf(world, TITLE);
  const second = await admin.send(PREPARE, [project(id)], first, values);
  const last = await admin.send(PREPARE, [project(id)], second, attributes);
  expect(last).toMatchObject({ success: true });
  return endOf(world, TITLE, before);
}

/** Ids of the jobs of full syncs of a project that have begun or wait. */
async function syncs(id: string): Promise<string[]> {
  const all = await world.jobs.list();
  return all
    .filter((job) => job.kind === "full-sync" && job.key.endsWith(id))
    .map((job) => job.id);
}

describe("the names of a project", () => {
  test("FS-41 that AYON does not take are asked for, shown again while they are wrong, and changed in Ftrack", async () => {
    const id = await made("My Project", "mp");
    const form = await admin.click(PREPARE, [project(id)]);
    expect(untouched(form)).toMatchObject({
      new_project_name: "My_Project",
      new_project_code: "mp",
      invalid_name_action: "skip_prep",
    });
    expect(await admin.send(PREPARE, [project(id)], form)).toEqual({
      success: false,
      message: "The project was not prepared.",
    });
    const again = await admin.send(PREPARE, [project(id)], form, {
      invalid_name_action: "rename",
      new_project_name: "My Pröject",
    });
    expect(textOf(again)).toContain("invalid");
    expect(untouched(again)).toMatchObject({ invalid_name_action: "rename" });
    const next = await admin.send(PREPARE, [project(id)], again, {
      new_project_name: "My_Project",
    });
    expect(untouched(next)).toHaveProperty("anatomy_preset");
    expect(await names(id)).toMatchObject({
      full_name: "My_Project",
      name: "mp",
    });
  });

  test.each([
    ["FS-42 a__b", "a__b", "ab", "anatomy_preset"],
    ["FS-42 _x with a code of one letter", "_x", "x", "new_project_code"],
    ["a code that another project has", "codeless", "oth", "new_project_code"],
  ])("%s", async (_words, name, code, asked) => {
    if (code === "oth")
      await ask(world.ayon.http, "POST", "/api/projects", {
        name: "Other",
        code,
      });
    const form = await admin.click(PREPARE, [project(await made(name, code))]);
    expect(untouched(form)).toHaveProperty(asked);
  });

  test("FS-43 that an archived project has, or one that differs in the case of letters, are refused", async () => {
    await ask(world.ayon.http, "POST", "/api/projects", {
      name: "Retired",
      code: "rtd",
    });
    await ask(world.ayon.http, "PATCH", "/api/projects/Retired", {
      active: false,
    });
    const archived = await made("Retired", "rtd");
    const cased = await made("SHOW", "shw2");
    const before = await world.reads.projects();
    const answers = await Promise.all(
      [archived, cased].map((id) => admin.click(PREPARE, [project(id)])),
    );
    expect(answers.map((a) => a.success)).toEqual([false, false]);
    expect(answers[0].message).toContain("archived project “Retired”");
    expect(answers[1].message).toContain("“show”");
    expect(await world.reads.projects()).toEqual(before);
    expect((await world.reads.project("Retired"))?.active).toBe(false);
    for (const id of [archived, cased]) expect(await syncs(id)).toEqual([]);
  });
});

describe("preparing", () => {
  test("FS-44 FS-45 makes the project with preset and values, mirrors them, and synchronises it once", async () => {
    const id = await made("fresh", "frs");
    const shot = world.create("Shot", "sh010", id);
    await world.edit(shot);
    const first = await admin.click(PREPARE, [project(id)]);
    expect(untouched(first)).toMatchObject({ auto_sync_project: true });
    const second = await admin.send(PREPARE, [project(id)], first);
    const filled = { ...untouched(second), attr_frameStart: 1234 };
    const job = await jobAfter(world, TITLE, () =>
      admin.click(PREPARE, [project(id)], filled),
    );
    expect(job.status).toBe("done");
    const ayon = await world.reads.project("fresh");
    expect(ayon).toMatchObject({
      name: "fresh",
      code: "frs",
      own: { frameStart: 1234, ftrackId: id },
    });
    expect(await world.values(id)).toMatchObject({
      frameStart: 1234,
      auto_sync_enabled: true,
    });
    await eventually("the sync", async () => {
      const ids = await syncs(id);
      const found = await Promise.all(ids.map((j) => world.jobs.get(j)));
      return found.some((j) => j?.state === "done");
    });
    expect(await syncs(id)).toHaveLength(1);
    const { folders } = await world.reads.select(ayon!.name, {
      folders: "all",
    });
    expect(folders.map((f) => f.path)).toEqual(["/sh010"]);

    // What the form showed is what AYON has, beside the links to Ftrack.
    const { ftrackId, ftrackPath, ...own } = ayon!.own;
    expect([ftrackId, ftrackPath]).toEqual([id, "fresh"]);
    const attributes = Object.entries(filled)
      .filter(([key]) => key.startsWith("attr_"))
      .map(([key, value]) => [key.slice("attr_".length), value] as const);
    expect(attributes.length).toBeGreaterThan(5);
    expect(attributes).toContainEqual(["frameStart", 1234]);
    for (const [key, value] of attributes) expect(own[key], key).toEqual(value);
    const preset: Loose = await ask(
      ...([
        world.ayon.http,
        "GET",
        "/api/anatomy/presets/__primary__",
      ] as const),
    );
    const synced = (await world.reads.project("fresh"))!;
    const names = (list: readonly { readonly name: string }[]) =>
      list.map(({ name }) => name);
    expect(names(synced.tags)).toEqual(names(preset.tags));
    expect(names(synced.folderTypes)).toEqual(
      expect.arrayContaining(["Shot", "Sequence", "Asset Build"]),
    );
    expect(names(synced.taskTypes)).toContain("Animation");
    expect(names(synced.statuses)).toContain("Pending Review");
  });

  test("FS-45 a flag that was on before is one synchronisation, too", async () => {
    const id = await made("flagged", "flg");
    await world.edit(await world.setValue(id, "auto_sync_enabled", true));
    await world.settled();
    expect(await syncs(id)).toEqual([]);
    const first = await admin.click(PREPARE, [project(id)]);
    expect(untouched(first)).toMatchObject({ auto_sync_project: true });
    await prepared(id, first);
    await eventually("the sync", async () => (await syncs(id)).length > 0);
    await world.settled();
    expect(await syncs(id)).toHaveLength(1);
    expect((await world.values(id))["auto_sync_enabled"]).toBe(true);
  });

  test("FS-45 without auto-sync synchronises once too; again, it updates what is there", async () => {
    const id = await made("again", "agn");
    const first = await admin.click(PREPARE, [project(id)]);
    await prepared(id, first, { auto_sync_project: false });
    expect((await world.values(id))["auto_sync_enabled"]).not.toBe(true);
    await eventually("the sync", async () => {
      const [only] = await syncs(id);
      return (await world.jobs.get(only ?? ""))?.state === "done";
    });
    expect(await syncs(id)).toHaveLength(1);

    const second = await admin.click(PREPARE, [project(id)]);
    expect(textOf(second)).toContain("brought up to date");
    expect(untouched(second)).toMatchObject({ auto_sync_project: false });
    await prepared(id, second, {}, { attr_frameEnd: 2000 });
    const ayon = await world.reads.project("again");
    expect(ayon?.own["frameEnd"]).toBe(2000);
  });

  test("FS-45 auto-sync that is switched on while a synchronisation waits adds none", async () => {
    const id = await made("queued", "que");
    const first = await admin.click(PREPARE, [project(id)]);
    await prepared(id, first, { auto_sync_project: false });
    await world.settled();
    const before = await syncs(id);
    const waiting = { ...fullSyncJob({ projectId: id, userId: null }) };
    await world.jobs.submit({ ...waiting, delayMs: 2_000 });
    await world.edit(await world.setValue(id, "auto_sync_enabled", true));
    await world.settled();
    expect(await syncs(id)).toHaveLength(before.length + 1);
    const [newest] = await syncs(id);
    expect((await world.jobs.get(newest ?? ""))?.state).toBe("done");
  });

  test("a value that AYON would not take brings the form back with its reason", async () => {
    const id = await made("bounds", "bnd");
    const first = await admin.click(PREPARE, [project(id)]);
    const second = await admin.send(PREPARE, [project(id)], first);
    const third = await admin.send(PREPARE, [project(id)], second, {
      attr_frameStart: "ten",
      attr_resolutionWidth: 0,
    });
    expect(textOf(third)).toMatch(
      /Width must be more than 0[^]*Start frame is not a number/,
    );
    expect(await world.reads.project("bounds")).toBeNull();
  });

  test("FS-46 takes access to a private project from those who are not in it, and only from them", async () => {
    for (const [name, more] of [
      ["chen", {}],
      ["dora", {}],
      ["lead", { isManager: true }],
    ] as const)
      await ask(world.ayon.http, "PUT", `/api/users/${name}`, {
        attrib: { email: `${name}@studio.test` },
        data: { defaultAccessGroups: ["artist"], ...more },
      });
    const id = await made("secret", "scr", { is_private: true });
    const chen = await row(
      world.ftrack,
      'select id from User where username is "chen@studio.test"',
    );
    const role = await row(
      world.ftrack,
      'select id from SecurityRole where name is "User"',
    );
    const own = creation("UserSecurityRole", {
      user_id: chen["id"],
      security_role_id: role["id"],
      is_all_projects: false,
    });
    const ofService = await row(
      world.ftrack,
      'select id from UserSecurityRole where user.username is "api@studio.test"',
    );
    await world.edit(
      own,
      ...[own.id, ofService["id"]].map((roleId) =>
        creation("UserSecurityRoleProject", {
          project_id: id,
          user_security_role_id: roleId,
        }),
      ),
    );
    const job = await prepared(id, await admin.click(PREPARE, [project(id)]));
    expect(job.status).toBe("done");
    const users = await world.reads.users();
    const groups = (name: string): Loose =>
      users.find((u) => u.name === name)?.accessGroups["secret"] ?? [];
    expect(groups("dora")).toEqual([]);
    expect(groups("chen")).toEqual(["artist"]);
    expect(groups("lead")).toEqual(["artist"]);
  });
});
