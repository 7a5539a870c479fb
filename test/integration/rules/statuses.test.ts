/** What the rules about statuses read from a real server's rows, and how many requests it takes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  firstVersion,
  launchStatus,
  nextTask,
  taskToParent,
  taskToVersion,
  versionToTask,
} from "../../../src/handlers/statuses/index.ts";
import {
  PROJECT_SCHEMA,
  states,
  statuses,
} from "../../../sandbox/ftrack/seed/ids.ts";
import { update } from "../../support/edits.ts";
import {
  anEvent,
  taskStatus,
  versionStatus,
  type EventOptions,
} from "../../support/events.ts";
import {
  startStatusRig,
  type StatusName,
  type StatusRig,
} from "../../support/status-rig.ts";

let rig: StatusRig;
beforeAll(async () => {
  rig = await startStatusRig();
});
afterAll(() => rig.sandbox.stop());
beforeEach(() => {
  rig.reset();
});

function became(
  task: string,
  shot: string,
  status: StatusName,
  options?: EventOptions,
) {
  const item = taskStatus(task, statuses["On Hold"], statuses[status], {
    parentId: shot,
  });
  return anEvent([item], options);
}

describe("from task to parent", () => {
  it("HA-11, 13: all tasks of the parent count, as they are now; one request", async () => {
    const [shot, other] = [await rig.shotIn(), await rig.shotIn()];
    const task = await rig.taskIn(shot, "Pending Review");
    const done = await rig.taskIn(other, "Approved");
    await rig.taskIn(other, "Omitted");
    const events = [
      became(task, shot, "Approved"),
      became(done, other, "Approved"),
    ];
    expect(await rig.run(taskToParent, events)).toEqual({
      writes: { [shot]: "In progress", [other]: "Completed" },
      skips: {},
    });
    expect(rig.requests()).toBe(1);
  });

  it("HA-10: an empty list of types reads nothing", async () => {
    const event = became("task", "shot", "Approved");
    const settings = { parent_object_types: [] };
    const { skips } = await rig.run(taskToParent, [event], settings);
    expect(skips).toEqual({ shot: "type-not-listed" });
    expect(rig.requests()).toBe(0);
  });
});

describe("from task to version", () => {
  it("HA-25, 26, 32: the latest versions, after the filter; one request", async () => {
    const shot = await rig.shotIn();
    const task = await rig.taskIn(shot, "Pending Review");
    const [, second] = await rig.versionsOf(shot, task, 2);
    const [, alsoSecond] = await rig.versionsOf(shot, task, 2);
    const geo = (await rig.versionsOf(shot, task, 3, { short: "geo" })).at(-1);
    const event = became(task, shot, "Pending Review");
    const { writes } = await rig.run(taskToVersion, [event], {
      asset_types_filter_type: "deny_list",
      asset_types: ["GEO"],
    });
    expect(writes).toEqual({
      [String(second)]: "Pending Review",
      [String(alsoSecond)]: "Pending Review",
    });
    expect(rig.requests()).toBe(1);
    const all = await rig.run(taskToVersion, [event]);
    expect(Object.keys(all.writes)).toEqual([geo]);
  });

  it("HA-22: what the service itself changed reads nothing", async () => {
    const event = became("task", "shot", "Approved", {
      user: { username: rig.sandbox.apiUser },
    });
    const { skips } = await rig.run(taskToVersion, [event]);
    expect(skips).toEqual({ task: "own-write" });
    expect(rig.requests()).toBe(0);
  });
});

describe("from version to task", () => {
  it("HA-35, 39: the task of each version, by its own workflow; one request", async () => {
    const shot = await rig.shotIn();
    const task = await rig.taskIn(shot, "In progress");
    const roto = await rig.taskIn(shot, "In progress", "Rotoscoping");
    const now = { status: "Approved" } as const;
    const [version = ""] = await rig.versionsOf(shot, task, 1, now);
    const [ofRoto = ""] = await rig.versionsOf(shot, roto, 1, now);
    const [without = ""] = await rig.versionsOf(shot, null, 1, now);
    const approved = statuses.Approved;
    const event = anEvent(
      [version, ofRoto, without].map((id) =>
        versionStatus(id, statuses["In progress"], approved),
      ),
    );
    expect(await rig.run(versionToTask, [event])).toEqual({
      writes: { [task]: "Approved" },
      skips: { [roto]: "status-not-available", [without]: "no-task" },
    });
    expect(rig.requests()).toBe(1);
  });

  it("HA-43: the echo of the rule above reads nothing; an edit of the service's user does", async () => {
    const shot = await rig.shotIn();
    const task = await rig.taskIn(shot, "In progress");
    const [version = ftrackId("")] = await rig.versionsOf(shot, task, 1, {
      status: "Approved",
    });
    const status = statuses.Approved;
    const event = anEvent(
      [versionStatus(version, statuses["In progress"], status)],
      { user: { username: rig.sandbox.apiUser } },
    );
    const write = { entityId: version, key: "status_id", value: status, at: 1 };
    rig.reset([{ ...write, by: "status-task-to-version" }]);
    const { skips } = await rig.run(versionToTask, [event]);
    expect(skips).toEqual({ [version]: "own-write" });
    expect(rig.requests()).toBe(0);
    const byAnna = anEvent([
      versionStatus(version, statuses["In progress"], status),
    ]);
    const answer = await rig.run(versionToTask, [byAnna]);
    expect(answer.writes).toEqual({ [task]: "Approved" });
    rig.reset([{ ...write, by: "status-first-version" }]);
    const { writes } = await rig.run(versionToTask, [event]);
    expect(writes).toEqual({ [task]: "Approved" });
  });
});

describe("first versions", () => {
  const created = (id: string, task: string) =>
    anEvent([
      versionStatus(id, null, statuses["In progress"], {
        changes: {
          statusid: { old: null, new: statuses["In progress"] },
          version: { old: null, new: "1" },
          taskid: { old: null, new: task },
        },
      }),
    ]);

  it("HA-44, 47: by task, task type or asset type; one request", async () => {
    const shot = await rig.shotIn();
    const task = await rig.taskIn(shot, "In progress", "Compositing");
    const [version = ""] = await rig.versionsOf(shot, task, 1);
    const event = created(version, task);
    const rows = (key: string, name: string) => ({
      enabled: true,
      mapping: [{ key, name, status: "Pending Review" }],
    });
    for (const [key, name] of [
      ["task_type", "compositing"],
      ["asset_type", "RENDER"],
    ] as const) {
      rig.reset();
      const { writes } = await rig.run(firstVersion, [event], rows(key, name));
      expect(writes).toEqual({ [version]: "Pending Review" });
      expect(rig.requests()).toBe(1);
    }
    const { skips } = await rig.run(
      firstVersion,
      [event],
      rows("task_type", "Lighting"),
    );
    expect(skips).toEqual({ [version]: "no-mapping-row" });
  });

  it("HA-49: without anything set reads nothing", async () => {
    await rig.run(firstVersion, [created("v", "t")], { enabled: true });
    expect(rig.requests()).toBe(0);
  });
});

describe("the next task", () => {
  const settings = {
    mapping: [{ name: "Not started", value: "Ready to start" }],
  };

  it("HA-58, 64: of each parent, by the order of types; one request", async () => {
    const shots = [await rig.shotIn(), await rig.shotIn()];
    const done = [];
    const next = [];
    for (const shot of shots) {
      done.push(await rig.taskIn(shot, "Approved", "Animation"));
      next.push(await rig.taskIn(shot, "Not started", "Lighting"));
      await rig.taskIn(shot, "Not started", "Compositing");
    }
    const events = done.map((id, i) => became(id, shots[i]!, "Approved"));
    const { writes } = await rig.run(nextTask, events, settings);
    expect(writes).toEqual(
      Object.fromEntries(next.map((id) => [id, "Ready to start"])),
    );
    expect(rig.requests()).toBe(1);
  });

  it("HA-61: what is not done reads nothing, and what it has just moved is left alone", async () => {
    const shot = await rig.shotIn();
    const done = await rig.taskIn(shot, "Approved");
    const event = became(done, shot, "In progress");
    await rig.run(nextTask, [event], settings);
    expect(rig.requests()).toBe(0);
    const moved = await rig.taskIn(shot, "Ready to start", "Lighting");
    rig.reset([
      {
        entityId: moved,
        key: "status_id",
        value: statuses["Ready to start"],
        by: "status-next-task",
        at: 1,
      },
    ]);
    const mapping = [{ name: "Ready to start", value: "In progress" }];
    const again = became(done, shot, "Approved");
    const { writes, skips } = await rig.run(nextTask, [again], { mapping });
    expect(writes).toEqual({});
    expect(skips[moved]).toBe("already-set");
  });
});

describe("started actions", () => {
  const started = (...ids: readonly string[]) =>
    anEvent([], {
      topic: "ftrack.action.launch",
      data: {
        actionIdentifier: "ayon_app.maya",
        selection: ids.map((entityId) => ({ entityId, entityType: "task" })),
      },
    });

  it("HA-50, 57: the tasks of what was selected; one request", async () => {
    const shot = await rig.shotIn();
    const task = await rig.taskIn(shot, "Not started");
    const { writes, skips } = await rig.run(launchStatus, [
      started(task, shot),
    ]);
    expect(writes).toEqual({ [task]: "In progress" });
    expect(skips).toEqual({ [shot]: "not-relevant" });
    expect(rig.requests()).toBe(1);
  });

  it("what does not count, or was moved just now, is left alone", async () => {
    const settings = { action_identifiers: ["other.*"] };
    await rig.run(launchStatus, [started("task")], settings);
    expect(rig.requests()).toBe(0);
    const task = await rig.taskIn(await rig.shotIn(), "Not started");
    rig.reset([
      {
        entityId: task,
        key: "status_id",
        value: statuses["Not started"],
        by: "status-launch",
        at: 1,
      },
    ]);
    const { skips } = await rig.run(launchStatus, [started(task)]);
    expect(skips).toEqual({ [task]: "already-set" });
  });
});

it("a status that is new on the server is asked for", async () => {
  const shot = await rig.shotIn();
  const task = await rig.taskIn(shot, "In progress");
  const [version = ""] = await rig.versionsOf(shot, task, 1);
  const fresh = await rig.make("Status", {
    name: "Fresh",
    state: { id: states.DONE },
  });
  const schema = await rig.to.row(
    "ProjectSchema",
    PROJECT_SCHEMA,
    "task_workflow_schema_id",
  );
  await rig.to.session.call(
    [
      {
        action: "create",
        entity_type: "WorkflowSchemaStatus",
        entity_data: {
          __entity_type__: "WorkflowSchemaStatus",
          workflow_schema_id: schema?.["task_workflow_schema_id"],
          status_id: fresh,
        },
      },
    ],
    { purpose: "write" },
  );
  const edit = update("AssetVersion", version, { status_id: fresh });
  await rig.to.session.call([edit], { purpose: "write" });
  const event = anEvent([
    versionStatus(version, statuses["In progress"], fresh),
  ]);
  expect(await rig.run(versionToTask, [event])).toEqual({
    writes: { [task]: fresh },
    skips: {},
  });
});
