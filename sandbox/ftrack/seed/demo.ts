import { hierarchicalId } from "./attributes.ts";
import type { objectTypes } from "./ids.ts";
import { idOf, PROJECT_SCHEMA, statuses, types } from "./ids.ts";
import { artists, userId } from "./people.ts";
import type { Make } from "./writer.ts";

/** The demo show: 2 episodes, 6 sequences, 60 shots, 6 assets, 300 tasks, published versions, assignments. */
export const DEMO_SHOW = idOf("demo", "show");

const EPISODES = 2;
const SEQUENCES_PER_EPISODE = 3;
const SHOTS_PER_SEQUENCE = 10;
const shotTasks = ["Layout", "Animation", "Lighting", "Compositing"] as const;
const assetTasks = ["Modeling", "Rigging", "Lookdev"] as const;
const assets = [
  ["hero", "Character"],
  ["villain", "Character"],
  ["dog", "Character"],
  ["sword", "Prop"],
  ["castle", "Environment"],
  ["forest", "Environment"],
] as const;
const statusNames = Object.keys(statuses) as (keyof typeof statuses)[];

/** Values spread evenly and always alike. */
function pick<T>(list: readonly T[], n: number): T {
  const item = list[n % list.length];
  if (item === undefined) throw new Error("Empty list");
  return item;
}

export function sowDemo(make: Make): void {
  make("Project", {
    id: DEMO_SHOW,
    name: "demo",
    full_name: "demo_show",
    root: "demo",
    color: "#2f6f4f",
    start_date: "2026-01-05T00:00:00",
    end_date: "2026-12-18T00:00:00",
    disk_id: idOf("disk"),
    project_schema_id: PROJECT_SCHEMA,
  });
  setValues(make, DEMO_SHOW, {
    frameStart: 1001,
    frameEnd: 1100,
    handleStart: 8,
    handleEnd: 8,
    resolutionWidth: 1920,
    resolutionHeight: 1080,
  });
  sowAssets(make);
  let shot = 0;
  for (let e = 1; e <= EPISODES; e++) {
    const episode = context(
      make,
      "Episode",
      `ep${String(e).padStart(2, "0")}`,
      DEMO_SHOW,
    );
    for (let s = 1; s <= SEQUENCES_PER_EPISODE; s++) {
      const sequence = context(
        make,
        "Sequence",
        `sq${String(s * 10).padStart(3, "0")}`,
        episode,
      );
      if (s === 1)
        setValues(make, sequence, {
          resolutionWidth: 3840,
          resolutionHeight: 2160,
        });
      for (let n = 1; n <= SHOTS_PER_SEQUENCE; n++)
        sowShot(make, sequence, `sh${String(n * 10).padStart(4, "0")}`, shot++);
    }
  }
  sowLists(make);
}

function context(
  make: Make,
  type: keyof typeof objectTypes,
  name: string,
  parent: string,
  data: Readonly<Record<string, string | number>> = {},
): string {
  return make(type, {
    id: idOf(parent, type, name),
    name,
    parent_id: parent,
    ...data,
  });
}

function setValues(
  make: Make,
  entity: string,
  values: Readonly<Record<string, number>>,
): void {
  for (const [key, value] of Object.entries(values))
    make("CustomAttributeValue", {
      configuration_id: hierarchicalId(key),
      entity_id: entity,
      value,
    });
}

function sowAssets(make: Make): void {
  const folder = context(make, "Folder", "assets", DEMO_SHOW);
  assets.forEach(([name, type], n) => {
    const build = context(make, "AssetBuild", name, folder, {
      type_id: types[type],
    });
    const tasks = assetTasks.map((task, t) =>
      sowTask(make, build, task, n + t),
    );
    sowVersions(make, build, "model", "Geometry", tasks[0] ?? "", 2, n);
  });
}

function sowShot(make: Make, sequence: string, name: string, n: number): void {
  const shot = context(make, "Shot", name, sequence, {
    description: `Shot ${String(n + 1)} of the demo`,
  });
  setValues(make, shot, { frameEnd: 1040 + (n % 5) * 12 });
  // Five tasks on every second shot and four on the others, with those of the assets, make 300 in all.
  const extra = n < 42 ? (["FX"] as const) : [];
  const tasks = [...shotTasks, ...extra].map((task, t) =>
    sowTask(make, shot, task, n + t),
  );
  if (n % 3 === 0)
    sowVersions(make, shot, "comp", "Comp", tasks[3] ?? "", 1 + (n % 2), n);
}

function sowTask(
  make: Make,
  parent: string,
  type: keyof typeof types,
  n: number,
): string {
  const task = context(make, "Task", type.toLowerCase(), parent, {
    type_id: types[type],
    status_id: statuses[pick(statusNames.slice(0, 4), n)],
    bid: 28800 * (1 + (n % 3)),
    start_date: `2026-02-${String(1 + (n % 28)).padStart(2, "0")}T00:00:00`,
    end_date: `2026-03-${String(1 + (n % 28)).padStart(2, "0")}T00:00:00`,
  });
  make("Appointment", {
    id: idOf(task, "assignment"),
    context_id: task,
    resource_id: userId(`${pick(artists, n)}@studio.test`),
    type: "assignment",
  });
  return task;
}

function sowVersions(
  make: Make,
  parent: string,
  name: string,
  type: string,
  task: string,
  count: number,
  n: number,
): void {
  const asset = make("Asset", {
    id: idOf(parent, "asset", name),
    name,
    context_id: parent,
    type_id: idOf("asset type", type),
  });
  for (let version = 1; version <= count; version++)
    make("AssetVersion", {
      id: idOf(asset, version),
      asset_id: asset,
      task_id: task,
      user_id: userId(`${pick(artists, n)}@studio.test`),
      status_id: statuses[version < count ? "Revise" : "Pending Review"],
      comment: `Version ${String(version)}`,
    });
}

function sowLists(make: Make): void {
  const list = make("TypedContextList", {
    id: idOf("demo", "list"),
    name: "Hero shots",
    project_id: DEMO_SHOW,
    category_id: idOf("list category", "Default"),
  });
  const sequence = idOf(
    idOf(DEMO_SHOW, "Episode", "ep01"),
    "Sequence",
    "sq010",
  );
  for (const name of ["sh0010", "sh0020", "sh0030"])
    make("ListObject", {
      id: idOf(list, name),
      list_id: list,
      entity_id: idOf(sequence, "Shot", name),
    });
}
