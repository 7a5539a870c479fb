import { describe, expect, test } from "vitest";
import { ftrackId, type FtrackId } from "../../../src/core/ids.ts";
import {
  hintFor,
  tasksIn,
  type Choices,
} from "../../../src/handlers/actions/batch-tasks/form.ts";
import {
  planTasks,
  type ExistingTask,
  type Parent,
  type TaskFacts,
  type WantedTask,
} from "../../../src/handlers/actions/batch-tasks/plan.ts";

const id = ftrackId;
const SHOW = id("show");

function parent(name: string, more: Partial<Parent> = {}): Parent {
  return {
    id: id(name),
    path: `show/${name}`,
    projectId: SHOW,
    mayHaveChildren: true,
    ...more,
  };
}

function wanted(name: string, more: Partial<WantedTask> = {}): WantedTask {
  return { name, typeId: id("anim"), statusId: null, assignees: [], ...more };
}

function task(name: string, under: string, typeId = "anim"): ExistingTask {
  return {
    id: id(`${under}-${name}`),
    parentId: id(under),
    name,
    typeId: id(typeId),
  };
}

function facts(more: Partial<TaskFacts>): TaskFacts {
  const { parents = [parent("sh1"), parent("sh2")] } = more;
  return {
    jobId: "job",
    projectId: SHOW,
    objectTypeId: id("task"),
    wanted: [wanted("anim")],
    selected: parents.map((p) => ({ id: p.id, path: p.path })),
    parents,
    tasks: [],
    typeName: (type) => `type ${String(type)}`,
    ...more,
  };
}

const cases: readonly {
  readonly name: string;
  readonly facts: TaskFacts;
  readonly made: readonly string[];
  readonly kept?: number;
  readonly problems?: readonly string[];
}[] = [
  {
    name: "makes each task below each entity",
    facts: facts({ wanted: [wanted("anim"), wanted("fx")] }),
    made: ["show/sh1/anim", "show/sh1/fx", "show/sh2/anim", "show/sh2/fx"],
  },
  {
    name: "keeps what is there, in any case of letters",
    facts: facts({ tasks: [task("ANIM", "sh1")] }),
    made: ["show/sh2/anim"],
    kept: 1,
  },
  {
    name: "names a task of another type in the way",
    facts: facts({ tasks: [task("anim", "sh1", "fx")] }),
    made: ["show/sh2/anim"],
    problems: ["show/sh1/anim is there, of the type type fx."],
  },
  {
    name: "names entities that are gone, or cannot have tasks, and goes on",
    facts: facts({
      parents: [
        parent("milestone", { mayHaveChildren: false }),
        parent("elsewhere", { projectId: id("other") }),
        parent("sh1"),
      ],
      selected: [
        { id: id("gone"), path: "show/gone" },
        { id: id("milestone"), path: "show/milestone" },
        { id: id("elsewhere"), path: "other/elsewhere" },
        { id: id("sh1"), path: "show/sh1" },
      ],
    }),
    made: ["show/sh1/anim"],
    problems: [
      "show/gone is gone.",
      "show/milestone cannot have tasks.",
      "show/elsewhere is in another project.",
    ],
  },
];

describe("tasks below many entities", () => {
  test.each(cases)(
    "$name",
    ({ facts: given, made, kept = 0, problems = [] }) => {
      const plan = planTasks(given);
      expect(plan.changes.map((c) => c.subject.path)).toEqual(made);
      expect(plan.kept).toBe(kept);
      expect(plan.problems).toEqual(problems);
    },
  );

  test("assigns what it makes, and a second start of the job names the same rows", () => {
    const given = facts({
      parents: [parent("sh1")],
      wanted: [
        wanted("anim", { statusId: id("ready"), assignees: [id("anna")] }),
      ],
    });
    const plan = planTasks(given);
    const [made, assigned] = plan.changes;
    expect(made?.data).toMatchObject({
      name: "anim",
      parent_id: "sh1",
      project_id: "show",
      type_id: "anim",
      status_id: "ready",
    });
    expect(assigned).toMatchObject({
      entityType: "Appointment",
      needs: [made?.id],
      data: { context_id: made?.id, resource_id: "anna", type: "assignment" },
    });
    const there = { ...task("anim", "sh1"), id: made?.id as FtrackId };
    expect(planTasks({ ...given, tasks: [there] })).toEqual(plan);
    const other = planTasks({ ...given, jobId: "another", tasks: [there] });
    expect(other).toMatchObject({ changes: [], kept: 1 });
  });
});

describe("what the form says", () => {
  const anim = { id: id("anim"), name: "Animation", sort: 1 };
  const ready = {
    ...{ id: id("ready"), name: "Ready", sort: 1, color: null },
    ...{ state: "NOT_STARTED", stateName: "Not started" },
  };
  const anna = {
    ...{ id: id("anna"), username: "anna", email: null, isActive: true },
    ...{ firstName: "Anna", lastName: "A" },
  };
  const choices: Choices = {
    types: [anim],
    statusesOf: () => [ready],
    users: [anna],
  };

  test.each([
    ["", ["animation"]],
    ["block, polish ;block2\n", ["block", "polish", "block2"]],
    [" , ", ["animation"]],
  ])("names in %j are %j", (names, expected) => {
    const tasks = tasksIn({ names_anim: names }, [anim], choices);
    expect(tasks.map((t) => t.name)).toEqual(expected);
  });

  test("statuses and people that were not offered do not count", () => {
    const [task] = tasksIn(
      { status_anim: "made-up", assignees_anim: ["anna", "made-up"] },
      [anim],
      choices,
    );
    expect(task).toMatchObject({ statusId: null, assignees: ["anna"] });
    const [other] = tasksIn({ status_anim: "ready" }, [anim], choices);
    expect(other?.statusId).toBe("ready");
  });

  test.each([
    [["anim", "ANIM"], /“ANIM” stands here twice/],
    [["a/b"], /“a\/b” holds a slash/],
    [["anim", "fx"], null],
  ])("%j has the hint %j", (names, expected) => {
    const hint = hintFor(names.map((name) => wanted(name)));
    if (expected === null) expect(hint).toBeNull();
    else expect(hint).toMatch(expected);
  });
});
