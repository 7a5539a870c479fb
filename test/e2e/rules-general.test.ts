/** What holds for all rules, the whole way: projects and their settings, faults, fights. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask } from "../support/ayon.ts";
import { branchIn } from "../support/branch.ts";
import { becomes, statusOf } from "../support/crew.ts";
import { creation } from "../support/edits.ts";
import { eventually } from "../support/redis.ts";
import { startWorld, type World } from "../support/world.ts";

const SETTINGS = "/api/addons/ftrack/1.0.0/settings";

const LAUNCH_ROWS = [{ name: "In progress", value: ["__any__"] }];

function nextBecomes(name: string) {
  const mapping = [{ name: "Not started", value: name }];
  return { next_task_update: { enabled: true, mapping } };
}

let shots = 0;
let world: World;
let status: (name: string) => { readonly status_id: string };

beforeAll(async () => {
  world = await startWorld({
    settings: {
      enabled: true,
      post_launch_hook: { mapping: LAUNCH_ROWS },
      service_event_handlers: nextBecomes("Ready to start"),
    },
  });
  status = (name) => ({ status_id: world.ids.status(name) });
});
afterAll(async () => {
  await world.stop();
});

/** A shot with a task to be done and the next one. */
async function lineIn(parent: string, next: string) {
  const shot = world.create("Shot", `sh${String(++shots)}`, parent);
  const first = world.create("Task", "anim", shot.id, {
    type_id: world.ids.type("Animation"),
  });
  const second = world.create("Task", "next", shot.id, {
    type_id: world.ids.type(next),
  });
  await world.edit(shot, first, second);
  return { first: first.id, second: second.id };
}

/** A project in Ftrack and, unless told otherwise, in AYON, with settings of its own. */
async function projectNamed(
  name: string,
  options: {
    readonly settings?: object;
    readonly isOnlyInFtrack?: boolean;
    readonly isHidden?: boolean;
  },
) {
  const [schema] = await world.all("ProjectSchema", ["name"]);
  const project = creation("Project", {
    name,
    full_name: name,
    project_schema_id: schema?.["id"],
  });
  await world.edit(project);
  const line = await lineIn(project.id, "Lighting");
  if (options.isHidden === true) {
    const held = await world.all("UserSecurityRole", ["user.username"]);
    const admins = held.find(
      (r) =>
        (r["user"] as { username?: string }).username === "admin@studio.test",
    );
    await world.edit(
      creation("UserSecurityRoleProject", {
        project_id: project.id,
        user_security_role_id: admins?.["id"],
      }),
      world.update("Project", project.id, { is_private: true }),
    );
  }
  const { http } = world.ayon;
  if (options.isOnlyInFtrack !== true)
    await ask(http, "POST", "/api/projects", { name, code: name, anatomy: {} });
  if (options.settings !== undefined)
    await ask(http, "POST", `${SETTINGS}/${name}`, options.settings);
  return { id: project.id, ...line };
}

/** What the service has told administrators in AYON. */
async function toldInAyon(): Promise<readonly string[]> {
  const answer = (await ask(world.ayon.http, "POST", "/graphql", {
    query:
      '{ events(last: 100, topics: ["log.error"]) { edges { node { description } } } }',
  })) as {
    data: { events: { edges: { node: { description: string } }[] } };
  };
  return answer.data.events.edges.map((e) => e.node.description);
}

it("HA-1, HA-2, HA-3, HA-4, HA-7: of five projects in one event only those change where the rule is on", async () => {
  const own = await lineIn(world.projectId, "Lighting");
  const closed = {
    ruleOff: await projectNamed("rule_off", {
      settings: {
        service_event_handlers: { next_task_update: { enabled: false } },
      },
    }),
    addonOff: await projectNamed("addon_off", { settings: { enabled: false } }),
    ftrackOnly: await projectNamed("ftrack_only", { isOnlyInFtrack: true }),
    hidden: await projectNamed("hidden", { isHidden: true }),
  };
  await world.settled();
  const lines = [own, ...Object.values(closed)];
  await world.edit(
    ...lines.map(({ first }) =>
      world.update("Task", first, status("Approved")),
    ),
  );
  await becomes(world, "Task", own.second, "Ready to start");
  const reasonsOf = async (projectId: string) => {
    const found = await world.outcomes.query({ projectId }, 10);
    return found
      .filter((o) => ["status-next-task", "dispatch"].includes(o.handler))
      .map((o) => `${o.handler} ${o.kind} ${o.reason ?? ""}`);
  };
  const reasons = {
    ruleOff: "status-next-task skipped switched-off",
    addonOff: "dispatch skipped switched-off",
    ftrackOnly: "dispatch skipped not-linked",
    hidden: "dispatch skipped entity-gone",
  };
  for (const [name, reason] of Object.entries(reasons)) {
    const project = closed[name as keyof typeof closed];
    await eventually(`${name}: ${reason}`, async () => {
      const found = await reasonsOf(project.id);
      return found.includes(reason);
    });
    expect(await statusOf(world, "Task", project.second)).toBe("Not started");
  }
  // Nobody is told: none of this is an error.
  expect(world.log.lines.filter((l) => l.level === "error")).toEqual([]);
});

it("HA-8: a refused write is told, and the next one is made", async () => {
  // The processor remembers what the workflow offers, and this takes the status away behind its back.
  const refused = await lineIn(world.projectId, "Editing");
  const written = await lineIn((await branchIn(world)).sequence, "Lighting");
  const [schema] = await world.all("ProjectSchema", ["name"]);
  const [roto] = await world.all("ProjectSchemaOverride", [
    "workflow_schema_id",
  ]);
  await world.settled();
  await world.ftrack.control.behaviour({ strictMembership: true });
  await world.edit(
    creation("ProjectSchemaOverride", {
      project_schema_id: schema?.["id"],
      type_id: world.ids.type("Editing"),
      workflow_schema_id: roto?.["workflow_schema_id"],
    }),
  );
  await world.edit(
    world.update("Task", refused.first, status("Approved")),
    world.update("Task", written.first, status("Approved")),
  );
  await becomes(world, "Task", written.second, "Ready to start");
  await eventually("the refusal is told", async () => {
    const found = await world.outcomes.query({ projectId: world.projectId });
    return found.some(
      (o) =>
        o.handler === "status-next-task" &&
        o.kind === "failed" &&
        o.entityId === refused.second,
    );
  });
  expect(await statusOf(world, "Task", refused.second)).toBe("Not started");
  await world.ftrack.control.behaviour({ strictMembership: false });
});

it("HA-9: changed settings count at once, without a restart", async () => {
  const line = await lineIn((await branchIn(world)).sequence, "Lighting");
  await ask(world.ayon.http, "POST", `${SETTINGS}/${world.name}`, {
    service_event_handlers: nextBecomes("On Hold"),
  });
  await eventually("the new settings count", async () => {
    await world.edit(
      world.update("Task", line.first, status("Revise")),
      world.update("Task", line.second, status("Not started")),
    );
    await world.edit(world.update("Task", line.first, status("Approved")));
    await world.settled();
    return (await statusOf(world, "Task", line.second)) === "On Hold";
  });
});

it("HA-53: a launch row that never counts is shown to administrators, in AYON and in the log", async () => {
  await ask(world.ayon.http, "POST", `${SETTINGS}/${world.name}`, {
    post_launch_hook: {
      mapping: [...LAUNCH_ROWS, { name: "__ignore__", value: ["On Hold"] }],
    },
  });
  const { task } = await branchIn(world);
  await eventually("it is told", async () => {
    await world.edit(world.update("Task", task, { description: "x" }));
    await world.settled();
    const told = await toldInAyon();
    return told.some((d) => d.includes("never counts"));
  });
  expect(world.log.lines.map((l) => l.message)).toContain("Idle setting");
});

it("freezes a field that somebody else's automation takes back again and again, and says whose", async () => {
  const { shot, task, name: sequence } = await branchIn(world);
  const names = ["In progress", "Pending Review"];
  for (let turn = 0; turn < 4; turn++) {
    const name = names[turn % 2] ?? "";
    await world.edit(world.update("Task", task, status(name)));
    if (turn === 3) break;
    await becomes(world, "Shot", shot, "In progress");
    await world.edit(world.update("Shot", shot, status("Not started")));
  }
  const says =
    '"Sync status from Task to Parent" and admin@studio.test change the status back and forth (In progress).';
  await eventually("the fight is told", async () =>
    (await toldInAyon()).some((d) => d.includes(`${sequence}/sh-010: ${says}`)),
  );
  await world.settled();
  const told = await world.outcomes.query({ projectId: world.projectId });
  expect(
    told.find((o) => o.entityId === shot && o.kind === "failed"),
  ).toMatchObject({
    reason: "automations-fight",
    entityPath: `show/${sequence}/sh-010`,
    detail: expect.stringContaining("(In progress)") as string,
  });
  expect(world.log.lines).toContainEqual(
    expect.objectContaining({ level: "error", message: "automations fight" }),
  );
  expect(await statusOf(world, "Shot", shot)).toBe("Not started");
});
