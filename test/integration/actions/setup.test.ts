/** What administrators set up and look after: attributes, users, synchronisation. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  context,
  attached,
  endOf,
  jobAfter,
  jobsOf,
  person,
  project,
  textOf,
  version,
  type Person,
} from "../../support/clicking.ts";
import { ask } from "../../support/ayon.ts";
import { row, rows, type Loose } from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { creation } from "../../support/edits.ts";
import { MANDATORY_ATTRIBUTES } from "../../../src/core/mandatory-attributes.ts";
import { startWorld, type World } from "../../support/world.ts";

let world: World;
let admin: Person;
let anna: Person;

const SYNC = "sync.from.ftrack.to.ayon";
const WHY = "ayon.why.not.in.ayon";
const USERS = "sync.users.from.ftrack.to.ayon";
const ATTRIBUTES = "ayon.create.update.attributes.server";

beforeAll(async () => {
  world = await startWorld();
  [admin, anna] = await Promise.all([
    person(world.ftrack, "admin@studio.test"),
    person(world.ftrack, "anna@studio.test"),
  ]);
}, 60_000);

afterAll(async () => {
  for (const someone of [admin, anna]) someone.leave();
  await world.stop();
});

function on() {
  return [project(world.projectId)];
}

async function ended(title: string): Promise<string> {
  return (await endOf(world, title)).description;
}

describe("Sync to AYON", () => {
  test("FS-39 starts the synchronisation, which shows as a job and brings the project over", async () => {
    const shot = world.create("Shot", "synced", world.projectId);
    await world.edit(shot);
    // What switching auto-sync on has started is not what the click starts.
    await world.settled();
    const before = await jobsOf(world, "Sync to AYON");
    const answer = await admin.click(SYNC, on());
    expect(answer).toMatchObject({ success: true });
    expect(answer.message).toContain(`“${world.name}” is being synchronised`);
    const job = await endOf(world, "Sync to AYON", before);
    expect(job).toMatchObject({ status: "done" });
    expect(job.description).toContain(world.name);
    expect((await world.folder("/synced"))?.own["ftrackId"]).toBe(shot.id);
  });

  test("FS-1 tells to prepare a project that AYON does not have, and starts nothing", async () => {
    const schema = await row(world.ftrack, "select id from ProjectSchema");
    const other = creation("Project", {
      name: "other",
      full_name: "other_show",
      project_schema_id: schema["id"],
    });
    await world.edit(other);
    const answer = await admin.click(SYNC, [project(other.id)]);
    expect(answer.success).toBe(false);
    expect(answer.message).toContain("Prepare Project for AYON");
  });

  test("HA-70 is not for artists, and for one project only", async () => {
    const answer = await anna.click(SYNC, on());
    expect(answer.success).toBe(false);
    const two = await admin.menu(...on(), context(world.projectId));
    expect([...two.keys()]).not.toContain(SYNC);
  });
});

describe("Create/Update Custom Attributes", () => {
  async function definitions(key: string): Promise<Loose[]> {
    return rows(
      world.ftrack,
      `select id, type.name, config, default, is_hierarchical, group.name, read_security_roles.name, write_security_roles.name from CustomAttributeConfiguration where key is "${key}"`,
    );
  }
  const names = (list: Loose[]): string[] => list.map((r) => r.name).toSorted();

  test("FS-47 shows what is missing, makes it with type, group and roles, and finds nothing to do the second time", async () => {
    const [old] = await definitions("ayon_sync_failed");
    await world.edit({
      action: "delete",
      entity_type: "CustomAttributeConfiguration",
      entity_key: [old.id],
    });
    expect(await definitions("pixelAspect")).toHaveLength(0);
    const form = await admin.click(ATTRIBUTES, on());
    const said = textOf(form);
    expect(said).toContain("ayon&#95;sync&#95;failed: new, boolean");
    expect(said).toContain("pixelAspect: new, a decimal number");
    expect(await definitions("pixelAspect")).toHaveLength(0);

    await admin.send(ATTRIBUTES, on(), form);
    await ended("Create/Update Custom Attributes");
    const [failed] = await definitions("ayon_sync_failed");
    expect(failed).toMatchObject({
      type: { name: "boolean" },
      is_hierarchical: true,
      group: { name: "ayon" },
    });
    expect(names(failed.write_security_roles)).toEqual([
      "API",
      "Administrator",
    ]);
    const [aspect] = await definitions("pixelAspect");
    expect(JSON.parse(aspect.config)).toEqual({
      isdecimal: true,
      precision: 6,
    });
    expect(aspect.read_security_roles).toHaveLength(5);

    const again = await admin.click(ATTRIBUTES, on());
    expect(again).toEqual({
      success: true,
      message: "All custom attributes are as they should be.",
    });
  });

  test("FS-48 leaves an attribute of another type alone and names it; roles that were narrowed stay so", async () => {
    const [aspect] = await definitions("pixelAspect");
    const [id] = await definitions("ayon_id");
    const [text] = await rows(
      world.ftrack,
      'select id from CustomAttributeType where name is "text"',
    );
    const role = await row(
      world.ftrack,
      'select id from SecurityRole where name is "Administrator"',
    );
    await world.edit(
      world.update("CustomAttributeConfiguration", aspect.id, {
        type_id: text?.["id"],
        config: "{}",
      }),
      world.update("CustomAttributeConfiguration", id.id, {
        write_security_roles: [
          { __entity_type__: "SecurityRole", id: role["id"] },
        ],
      }),
    );
    const form = await admin.click(ATTRIBUTES, on());
    expect(textOf(form)).toMatch(
      /pixelAspect: there is an attribute of this key that is text/,
    );
    expect(textOf(form)).toContain("nothing to create or change");
    expect(await definitions("pixelAspect")).toHaveLength(1);
    const [after] = await definitions("ayon_id");
    expect(names(after.write_security_roles)).toEqual(["Administrator"]);
  });
});

describe("Sync users to AYON", () => {
  test("FS-50 FS-51 FS-52 shows what would happen, and creates users with the rank of their roles when told to", async () => {
    const form = await admin.click(USERS, on());
    const preview = await admin.send(USERS, on(), form);
    const said = textOf(preview);
    expect(said).toContain("new chen (chen@studio.test): artist");
    expect(said).not.toContain("api@studio.test");
    expect((await world.reads.users()).some((u) => u.name === "chen")).toBe(
      false,
    );

    await admin.send(USERS, on(), preview);
    await ended("Sync users to AYON");
    const users = await world.reads.users();
    const find = (name: string) => users.find((u) => u.name === name);
    expect(find("chen")).toMatchObject({
      isAdmin: false,
      isManager: false,
      email: "chen@studio.test",
    });
    expect(find("manager")).toMatchObject({ isManager: true, isAdmin: false });
    const again = await admin.send(USERS, on(), await admin.click(USERS, on()));
    expect(again).toEqual({
      success: true,
      message: "All AYON users are as they should be.",
    });
  });

  test("FS-50 changes ranks only when asked to, and never takes that of the last administrator", async () => {
    async function rank(name: string): Promise<boolean | undefined> {
      return (await world.reads.user(name))?.isAdmin;
    }
    async function synced(change_roles: boolean): Promise<void> {
      const form = await admin.click(USERS, on());
      const preview = await admin.send(USERS, on(), form, { change_roles });
      if (preview.items === undefined) return;
      const before = await jobsOf(world, "Sync users to AYON");
      await admin.send(USERS, on(), preview);
      await endOf(world, "Sync users to AYON", before);
    }
    await ask(world.ayon.http, "PATCH", "/api/users/chen", {
      data: { isAdmin: true },
    });
    await synced(false);
    expect(await rank("chen")).toBe(true);
    await synced(true);
    expect(await rank("chen")).toBe(false);

    // In Ftrack nobody is administrator of all projects any more, in AYON two are: one stays.
    const held = await rows(
      world.ftrack,
      'select id, is_all_projects from UserSecurityRole where security_role.name is "Administrator"',
    );
    for (const { id } of held)
      await world.edit(
        world.update("UserSecurityRole", id, { is_all_projects: false }),
      );
    const admins = async () =>
      (await world.reads.users()).filter(
        (user) => user.isAdmin && user.active && !user.isService,
      );
    await ask(world.ayon.http, "PATCH", "/api/users/chen", {
      data: { isAdmin: true },
    });
    expect(await admins()).toHaveLength(2);
    await synced(true);
    expect(await admins()).toHaveLength(1);
    for (const { id } of held)
      await world.edit(
        world.update("UserSecurityRole", id, { is_all_projects: true }),
      );
  });

  test("FS-50 FS-51 takes ranks from roles on all projects, gives groups, and shares no AYON user nor touches one of a service", async () => {
    for (const [name, data] of [
      ["john", {}],
      ["robot", { isService: true }],
    ] as const)
      await ask(world.ayon.http, "PUT", `/api/users/${name}`, { data });
    const robot = await world.reads.user("robot");
    const people = [
      "John@studio.com",
      "john@other.com",
      "robot@studio.test",
      "boss@studio.test",
      "helper@studio.test",
    ].map((username) => creation("User", { username, is_active: true }));
    const administrator = await row(
      world.ftrack,
      'select id from SecurityRole where name is "Administrator"',
    );
    const role = (of: number, is_all_projects: boolean) =>
      creation("UserSecurityRole", {
        ...{ user_id: people[of]!.id, is_all_projects },
        security_role_id: administrator["id"],
      });
    await world.edit(...people);
    await world.edit(role(3, true), role(4, false));
    const before = (await world.reads.users()).length;
    const form = await admin.click(USERS, on());
    const access_groups = ["artist"];
    const preview = await admin.send(USERS, on(), form, { access_groups });
    const job = await jobAfter(world, "Sync users to AYON", () =>
      admin.send(USERS, on(), preview),
    );
    // Two people and a service are left out by name: the rest is done.
    expect(job.status).toBe("failed");
    expect(job.description).toContain("2 users left out.");
    const report = (await attached(world, job.id))["users.txt"];
    expect(report).toContain("john@other.com");
    expect(report).toContain("robot@studio.test");

    const users = await world.reads.users();
    expect(users).toHaveLength(before + 2);
    const find = (name: string) => users.find((user) => user.name === name);
    expect(find("boss")).toMatchObject({ isAdmin: true, isManager: false });
    expect(find("helper")).toMatchObject({
      ...{ isAdmin: false, isManager: false },
      defaultAccessGroups: access_groups,
    });
    const remembered = (await world.reads.user("john"))?.data["ftrack"];
    expect(remembered).toMatchObject({ id: people[0]!.id });
    expect(await world.reads.user("robot")).toEqual(robot);
    // Nobody is left of them for the tests below.
    await world.edit(
      ...people.map(({ id }) => world.update("User", id, { is_active: false })),
    );
  });

  test("FS-52 switches off who is switched off in Ftrack, and removes nobody", async () => {
    const chen = await row(
      world.ftrack,
      'select id from User where username is "chen@studio.test"',
    );
    const before = await world.reads.users();
    await world.edit(world.update("User", chen["id"], { is_active: false }));
    const preview = await admin.send(
      USERS,
      on(),
      await admin.click(USERS, on()),
    );
    expect(textOf(preview)).toContain("switched off");
    await admin.send(USERS, on(), preview);
    await eventually("chen is off", async () => {
      return (await world.reads.user("chen"))?.active === false;
    });
    expect(await world.reads.users()).toHaveLength(before.length);
  });
});

describe("Why is this not in AYON?", () => {
  test("names what is there, and the rule and the fix for what is not", async () => {
    const there = world.create("Shot", "there", world.projectId);
    const twin = world.create("Shot", "There", world.projectId);
    const odd = world.create("Shot", "***", world.projectId);
    const task = world.create("Task", "lost", world.projectId, {
      type_id: world.ids.type("Animation"),
    });
    await world.edit(there);
    await world.settled();
    const asset = creation("Asset", { name: "comp", context_id: there.id });
    const take = creation("AssetVersion", { asset_id: asset.id, version: 1 });
    await world.edit(twin, odd, task, asset, take);
    await world.settled();
    const form = await anna.click(WHY, [
      ...[there, twin, odd, task].map((t) => context(t.id)),
      version(take.id),
    ]);
    const said = textOf(form);
    expect(said).toContain("**In AYON:** /there");
    expect(said).toContain("It is in AYON as it is in Ftrack.");
    expect(said).toContain("not copied from Ftrack");
    expect(said).toContain("name-taken");
    expect(said).toContain("name-empty");
    expect(said).toContain("task-at-root");
    expect(said).toMatch(/Last events:/);
  });
});

test("FS-47 Create/Update Custom Attributes makes all that the service needs in a clean Ftrack, and nothing twice", async () => {
  const keys = Object.keys(MANDATORY_ATTRIBUTES);
  const query = `select id, key, type.name, config, is_hierarchical, entity_type, group.name, read_security_roles.name, write_security_roles.name from CustomAttributeConfiguration where key in (${keys.map((key) => `"${key}"`).join(", ")})`;
  const old = await rows(world.ftrack, query);
  await world.edit(
    ...old.map((definition) =>
      world.remove("CustomAttributeConfiguration", String(definition["id"])),
    ),
  );
  const click = async () => admin.click(ATTRIBUTES, on());
  const form = await click();
  await jobAfter(world, "Create/Update Custom Attributes", () =>
    admin.send(ATTRIBUTES, on(), form),
  );
  const made = await rows(world.ftrack, query);
  expect(made).toHaveLength(keys.length);
  const roles = (list: Loose[]) => list.map((role) => role.name).toSorted();
  for (const wanted of Object.values(MANDATORY_ATTRIBUTES)) {
    const found: Loose = made.find(({ key }) => key === wanted.key);
    expect(found, wanted.key).toMatchObject({
      type: { name: wanted.type },
      is_hierarchical: wanted.isHierarchical,
      entity_type: wanted.entityType,
      group: { name: "ayon" },
    });
    expect(JSON.parse(found.config)).toEqual(JSON.parse(wanted.config));
    expect(roles(found.write_security_roles)).toContain("Administrator");
    expect(found.read_security_roles.length).toBeGreaterThan(0);
  }
  // What a test above has made of another type is all that is left to say.
  expect(textOf(await click())).toContain("nothing to create or change");
  expect(await rows(world.ftrack, query)).toHaveLength(keys.length);
});
