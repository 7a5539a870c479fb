/** Each rule once, the whole way: people's edits, event hub, leecher, queue, processor, both servers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectName } from "../../src/core/ids.ts";
import { ask } from "../support/ayon.ts";
import { branchIn } from "../support/branch.ts";
import {
  becomes,
  launch,
  picture,
  publish,
  sessionOf,
  statusOf,
} from "../support/crew.ts";
import { creation } from "../support/edits.ts";
import { eventually } from "../support/redis.ts";
import { startWorld, type World } from "../support/world.ts";

const MAYA = "ayon_app.maya";
const RULES = {
  next_task_update: {
    mapping: [{ name: "Not started", value: "Ready to start" }],
  },
  first_version_status: { enabled: true, status: "Pending Review" },
  sync_users_from_ftrack: { follow_events: true },
};

let world: World;
let status: (name: string) => { readonly status_id: string };

/** Definitions of `frameStart`: those of shots and of tasks are made here. */
const frameStart = { typed: "", ofTasks: "", hierarchical: "" };

beforeAll(async () => {
  world = await startWorld({ settings: { service_event_handlers: RULES } });
  status = (name) => ({ status_id: world.ids.status(name) });
  const byName = async (type: string, key: string, name: string) =>
    (await world.all(type, [key])).find((r) => r[key] === name);
  const number = await byName("CustomAttributeType", "name", "number");
  const configurations = "CustomAttributeConfiguration";
  const shared = await byName(configurations, "key", "frameStart");
  const definition = (type: string) =>
    creation(configurations, {
      key: "frameStart",
      label: `Frame start of a ${type}`,
      type_id: number?.["id"],
      entity_type: "task",
      object_type_id: world.ids.objectType(type),
      config: JSON.stringify({ isdecimal: false }),
    });
  const [typed, ofTasks] = [definition("Shot"), definition("Task")];
  await world.edit(typed, ofTasks);
  frameStart.typed = typed.id;
  frameStart.ofTasks = ofTasks.id;
  frameStart.hierarchical = String(shared?.["id"]);
  // Definitions are remembered for a minute.
  await world.stopProcessor();
  await world.startProcessor();
});
afterAll(async () => {
  await world.stop();
});

async function setStatus(type: string, id: string, name: string) {
  await world.edit(world.update(type, id, status(name)));
}

/** A task of a type below a shot. */
async function taskIn(shot: string, type: string, name = "Not started") {
  const task = world.create("Task", type.toLowerCase(), shot, {
    type_id: world.ids.type(type),
    ...status(name),
  });
  await world.edit(task);
  return task.id;
}

describe("statuses", () => {
  it("HA-50, 55, 56: the start of an application, once, and of no form or other action", async () => {
    const { shot, task } = await branchIn(world);
    const other = await taskIn(shot, "FX");
    await launch(world, MAYA, [other], { values: { sent: "in" } });
    await launch(world, "studio.tool", [other]);
    await launch(world, MAYA, [task, shot]);
    await becomes(world, "Task", task, "In progress");
    await world.settled();
    expect(await statusOf(world, "Task", other)).toBe("Not started");
  });

  it("HA-24, 25, 22: a task's status goes to its latest version, unless this service set it", async () => {
    const { shot, task } = await branchIn(world);
    const first = await publish(world, { shot, task });
    await becomes(world, "AssetVersion", first.version, "Pending Review");
    await becomes(world, "Task", task, "Pending Review");
    const { version } = await publish(
      world,
      { shot, task },
      status("Pending Review"),
      first.asset,
    );
    await world.settled();
    await setStatus("Task", task, "Revise");
    await becomes(world, "AssetVersion", version, "Revise");
    expect(await statusOf(world, "AssetVersion", first.version)).toBe(
      "Pending Review",
    );
    const service = await sessionOf(world, world.ftrack.apiUser);
    const own = world.update("Task", task, status("Approved"));
    await service.call([own], { purpose: "write" });
    await world.settled();
    expect(await statusOf(world, "AssetVersion", version)).toBe("Revise");
  });

  it("HA-35, 39: a version's status goes to its task", async () => {
    const { shot, task } = await branchIn(world);
    const without = await publish(world, { shot, task: null });
    const { version } = await publish(world, { shot, task });
    await becomes(world, "Task", task, "Pending Review");
    await world.edit(
      world.update("AssetVersion", without.version, status("Approved")),
      world.update("AssetVersion", version, status("Approved")),
    );
    await becomes(world, "Task", task, "Approved");
  });

  it("HA-44, 45, 46, 38: a first version gets a status of its own, and so does its task", async () => {
    const { shot, task } = await branchIn(world);
    const none = await publish(world, { shot, task: null }, status("Revise"));
    const { version, asset } = await publish(
      world,
      { shot, task },
      status("In progress"),
    );
    await becomes(world, "AssetVersion", version, "Pending Review");
    await becomes(world, "Task", task, "Pending Review");
    const where = { shot, task };
    const next = await publish(world, where, status("Revise"), asset);
    await becomes(world, "Task", task, "Revise");
    await world.settled();
    for (const other of [next, none])
      expect(await statusOf(world, "AssetVersion", other.version)).toBe(
        "Revise",
      );
  });

  it("HA-13, 11, 12: the statuses of tasks go to the shot", async () => {
    const { shot, task, shotPath } = await branchIn(world);
    const other = await taskIn(shot, "FX");
    await setStatus("Task", task, "Pending Review");
    await becomes(world, "Shot", shot, "In progress");
    await setStatus("Task", task, "Approved");
    await world.settled();
    expect(await statusOf(world, "Shot", shot)).toBe("In progress");
    await setStatus("Task", other, "Omitted");
    await becomes(world, "Shot", shot, "Completed");
    await eventually("AYON follows", async () => {
      const folder = await world.folder(shotPath);
      return folder?.status === "Completed";
    });
  });

  it("HA-58, 64: the next tasks of each shot are ready", async () => {
    const shots = [await branchIn(world), await branchIn(world)];
    const next = [];
    for (const { shot } of shots) next.push(await taskIn(shot, "Lighting"));
    const last = await taskIn(shots[0]!.shot, "Compositing");
    await world.edit(
      ...shots.map((s) => world.update("Task", s.task, status("Approved"))),
    );
    for (const id of next) await becomes(world, "Task", id, "Ready to start");
    expect(await statusOf(world, "Task", last)).toBe("Not started");
  });
});

describe("thumbnails", () => {
  it("HA-66: go to the task and the shot, and to AYON", async () => {
    const { shot, task, sequence, folderId, taskPath } = await branchIn(world);
    const { version } = await publish(world, { shot, task });
    const thumbnail_id = await picture(world);
    await world.edit(world.update("AssetVersion", version, { thumbnail_id }));
    await eventually("the shot has it", async () => {
      const [row] = await world.rows("Shot", ["thumbnail_id"], [shot]);
      return row?.["thumbnail_id"] === thumbnail_id;
    });
    await world.settled();
    const found = await world.rows(
      "TypedContext",
      ["thumbnail_id"],
      [task, sequence],
    );
    const of = (id: string) => found.find((r) => r["id"] === id);
    expect(of(task)?.["thumbnail_id"]).toBe(thumbnail_id);
    expect(of(sequence)?.["thumbnail_id"]).toBeNull();
    const hex = thumbnail_id.replaceAll("-", "");
    const { folders } = await world.everything();
    expect(folders.find((f) => f.id === folderId)?.thumbnailId).toBe(hex);
    expect((await world.task(taskPath))?.thumbnailId).toBe(hex);
  });
});

/** A value of an attribute, as the web client stores it. */
function cell(configuration: string, entity: string, value: unknown) {
  return {
    action: "create" as const,
    entity_type: "CustomAttributeValue",
    entity_key: [configuration, entity],
    entity_data: {
      __entity_type__: "CustomAttributeValue",
      configuration_id: configuration,
      entity_id: entity,
      value,
    },
  };
}

async function valueOf(configuration: unknown, entity: string) {
  const rows = await world.stored(entity);
  return rows.find((r) => r["configuration_id"] === configuration)?.["value"];
}

describe("attributes", () => {
  it("FS-54, 56: of the type and of the hierarchy are equal, inherit, and come to AYON", async () => {
    const { shot, sequence, shotPath } = await branchIn(world);
    await world.edit(cell(frameStart.typed, shot, 1010));
    await eventually(
      "the hierarchical value follows",
      async () => (await valueOf(frameStart.hierarchical, shot)) === 1010,
    );
    await eventually("AYON has it", async () => {
      const folder = await world.folder(shotPath);
      return folder?.own["frameStart"] === 1010;
    });

    const heir = world.create("Shot", "heir", sequence);
    await world.edit(heir);
    await world.edit(cell(frameStart.hierarchical, sequence, 990));
    await eventually(
      "the shot below shows what it inherits",
      async () => (await valueOf(frameStart.typed, heir.id)) === 990,
    );
    expect(await valueOf(frameStart.hierarchical, heir.id)).toBeUndefined();
    expect(await valueOf(frameStart.typed, shot)).toBe(1010);
  });

  it("FS-57: a task that is moved under another shot shows what that one does", async () => {
    const [from, to] = [await branchIn(world), await branchIn(world)];
    await world.edit(
      cell(frameStart.hierarchical, from.shot, 1001),
      cell(frameStart.hierarchical, to.shot, 1050),
      cell(frameStart.ofTasks, from.task, 1001),
    );
    await world.settled();
    expect(await valueOf(frameStart.ofTasks, from.task)).toBe(1001);
    await world.edit(
      world.update("Task", from.task, {
        parent_id: to.shot,
        name: "moved",
      }),
    );
    await eventually(
      "the task shows it",
      async () => (await valueOf(frameStart.ofTasks, from.task)) === 1050,
    );
    await world.settled();
    expect(await valueOf(frameStart.hierarchical, from.task)).toBeUndefined();
    expect((await world.task(`${to.shotPath}/moved`))?.name).toBe("moved");
  });
});

describe("people", () => {
  it("a user who is added or switched off in Ftrack is in AYON", async () => {
    const user = creation("User", {
      username: "greta@studio.test",
      email: "greta@studio.test",
      first_name: "Greta",
      last_name: "Grading",
      is_active: true,
    });
    await world.edit(user);
    const greta = async () =>
      (await world.reads.users()).find((u) => u.name === "greta");
    await eventually("Greta is in AYON", async () => {
      const found = await greta();
      return found?.fullName === "Greta Grading" && found.active;
    });
    await world.edit(world.update("User", user.id, { is_active: false }));
    await eventually(
      "Greta is switched off",
      async () => (await greta())?.active === false,
    );
    expect((await world.reads.user("greta"))?.data["ftrack"]).toEqual({
      id: user.id,
      username: "greta@studio.test",
    });
  });

  it("FS-53: who gets a role on a private project gets access, and loses it with the role", async () => {
    const { ayon } = world;
    await ask(ayon.http, "POST", "/api/projects", {
      name: "secret",
      code: "secret",
      anatomy: {},
    });
    const [schema] = await world.all("ProjectSchema", ["name"]);
    const project = creation("Project", {
      name: "secret",
      full_name: "secret",
      is_private: true,
      project_schema_id: schema?.["id"],
    });
    const held = await world.all("UserSecurityRole", ["user.username"]);
    const roleOf = (username: string) =>
      held.find(
        (r) =>
          (r["user"] as { username?: string } | null)?.username === username,
      )?.["id"];
    const grant = (username: string) =>
      creation("UserSecurityRoleProject", {
        project_id: project.id,
        user_security_role_id: roleOf(username),
      });
    await world.edit(project);
    await world.edit(grant(world.ftrack.apiUser), grant("admin@studio.test"));
    await world.settled();
    const annas = grant("anna@studio.test");
    const groups = async () => {
      const users = await world.reads.users();
      return users.find((u) => u.name === "anna")?.accessGroups["secret"] ?? [];
    };
    // AYON opens a new project to everybody with groups by default.
    await ask(ayon.http, "PATCH", "/api/users/anna", {
      data: { accessGroups: { [world.name]: ["artist"] } },
    });
    expect(await groups()).toEqual([]);
    await world.edit(annas);
    await eventually(
      "Anna may see it",
      async () => (await groups()).join() === "artist",
    );
    await world.edit(world.remove("UserSecurityRoleProject", annas.id));
    await eventually(
      "Anna may not see it any more",
      async () => (await groups()).length === 0,
    );
  });
});

describe("comments", () => {
  it("HA-81, 82, 83: notes come, change and go, each once", async () => {
    const { task, taskPath } = await branchIn(world);
    const ayonTask = await world.task(taskPath);
    const [anna, ben] = await world.people(
      "anna@studio.test",
      "ben@studio.test",
    );
    const note = (user: string | undefined, content: string) =>
      creation("Note", {
        content,
        parent_id: task,
        parent_type: "Task",
        user_id: user,
        date: "2026-05-04T10:00:00",
      });
    const comments = async () =>
      (await world.reads.comments(projectName(world.name), [ayonTask!.id])).map(
        ({ author, body }) => `${author ?? ""}: ${body}`,
      );
    const first = note(anna, "ok");
    const second = note(ben, "ok");
    await world.edit(first, second);
    await eventually(
      "there are two comments",
      async () => (await comments()).length === 2,
    );
    await world.settled();
    // Ben has no account in AYON.
    expect((await comments()).toSorted()).toEqual([
      "anna: ok",
      "service: **Ben Artist**:\n\nok",
    ]);
    const notes = await world.rows(
      "Note",
      ["metadata.key", "metadata.value"],
      [first.id, second.id],
    );
    for (const { id, metadata } of notes)
      expect(metadata).toMatchObject([
        { key: "ayon_activity_id", value: String(id).replaceAll("-", "") },
      ]);
    await world.edit(world.update("Note", first.id, { content: "not yet" }));
    await eventually("the comment changes", async () =>
      (await comments()).includes("anna: not yet"),
    );
    await world.edit(world.remove("Note", second.id));
    await eventually(
      "the comment goes",
      async () => (await comments()).join() === "anna: not yet",
    );
  });

  it("HA-81: a note too long for AYON comes in parts, the last with a link to where it stands in full", async () => {
    const { task, taskPath } = await branchIn(world);
    const ayonTask = await world.task(taskPath);
    const [anna] = await world.people("anna@studio.test");
    const note = creation("Note", {
      content: "All of it again, please. ".repeat(1_000),
      parent_id: task,
      parent_type: "Task",
      user_id: anna,
      date: "2026-05-04T10:00:00",
    });
    await world.edit(note);
    let bodies: string[] = [];
    await eventually("there are ten comments", async () => {
      const found = await world.reads.comments(projectName(world.name), [
        ayonTask!.id,
      ]);
      bodies = found.map((comment) => comment.body);
      return bodies.length === 10;
    });
    for (const body of bodies) expect(body.length).toBeLessThanOrEqual(2000);
    const last = bodies.find((body) => body.startsWith("(10/10)"));
    expect(last?.split("The rest is in Ftrack: ")[1]).toBe(
      `${world.ftrack.url}/#slideEntityId=${task}&slideEntityType=task&view=tasks&itemId=projects&entityId=${world.projectId}&entityType=show`,
    );
  });
});
