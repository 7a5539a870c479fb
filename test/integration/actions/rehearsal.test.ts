/** A service that only rehearses: what people click is decided and told, and nothing is written. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  context,
  endOf,
  jobsOf,
  person,
  project,
  untouched,
  version,
  type Person,
  type Picked,
} from "../../support/clicking.ts";
import { picture } from "../../support/crew.ts";
import { creation } from "../../support/edits.ts";
import { row, type Loose } from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

/** A job and the files that hang on it. */
const OF_JOBS = / (Job|JobComponent|FileComponent|ComponentLocation)$/;
const NOTHING = /Nothing was written: the service only rehearses/;
const PREVIEW = "ayon.preview.sync";
const DELETE = "delete.ayon.entities";
const PREPARE = "ayon.prepare.project.server";

let world: World;
let admin: Person;
let sequence: string;
let shot: string;
let take: string;
let review: string;
let other: string;
/** Of a plan that was made while the service still wrote. */
let plan: Loose;

beforeAll(async () => {
  const list = {
    ...{ name_template: "all", category: "Dailies", cycle_enabled: false },
    filters: [{ statuses: [], custom_attributes: [] }],
  };
  world = await startWorld({
    settings: {
      service_event_handlers: {
        create_daily_lists: { enabled: true, lists: [list] },
        thumbnail_updates: { enabled: false },
      },
    },
  });
  world.ayon.sandbox.control.putAddon({
    name: "core",
    version: "1.0.0",
    settings: {
      project_folder_structure: JSON.stringify({ "assets[ftrack]": {} }),
    },
  });
  admin = await person(world.ftrack, "admin@studio.test");
  const made = world.create("Sequence", "sq", world.projectId);
  const below = world.create("Shot", "sh", made.id, {
    thumbnail_id: await picture(world),
  });
  const asset = creation("Asset", { name: "comp", context_id: below.id });
  const first = creation("AssetVersion", { asset_id: asset.id, version: 1 });
  const session = creation("ReviewSession", {
    ...{ name: "Dailies", project_id: world.projectId },
  });
  const objects = ["b", "a"].map((name, sort_order) =>
    creation("ReviewSessionObject", {
      ...{ name, sort_order, version_id: first.id },
      review_session_id: session.id,
    }),
  );
  const schema = await row(world.ftrack, "select id from ProjectSchema");
  const fresh = creation("Project", {
    ...{ name: "fresh", full_name: "fresh" },
    project_schema_id: schema["id"],
  });
  await world.edit(made, below, asset, first, session, ...objects, fresh);
  await world.settled();
  const folder = await world.folder("/sq/sh");
  await world.publish(folder!.id, "comp");
  [sequence, shot, take] = [made.id, below.id, first.id];
  [review, other] = [session.id, fresh.id];
  // Something that a plan finds to do.
  await world.edit(await world.setValue(shot, "frameStart", 8));
  await world.settled();
  await world.ayonPatch("folders", folder!.id, { attrib: { frameStart: 7 } });
  await admin.click(PREVIEW, [project(world.projectId)]);
  await eventually("the plan", () => admin.shown.some(isForm));
  plan = admin.shown.find(isForm);
  await world.settled();
  await world.stopProcessor();
  await world.startProcessor({ AYON_FTRACK_DRY_RUN: "true" });
}, 90_000);

beforeEach(() => world.resetRequests());

afterAll(async () => {
  admin.leave();
  await world.stop();
});

function isForm(shown: Loose): boolean {
  return shown.type === "widget" && shown.actionIdentifier === PREVIEW;
}

/** What the service has written to Ftrack, beside the jobs that say how its work went. */
async function written(): Promise<string[]> {
  const { recent } = await world.ftrack.control.requests();
  return recent
    .filter(({ user }) => user === world.ftrack.apiUser)
    .flatMap(({ operations }) => operations)
    .filter((text) => /^(create|update|delete) /.test(text))
    .filter((text) => !OF_JOBS.test(text));
}

type Values = Record<string, Loose>;

/** Goes through all forms of an action, the last one included; the answer to that. */
async function through(
  action: string,
  on: readonly Picked[],
  ...values: readonly Values[]
): Promise<Loose> {
  let answer = await admin.click(action, on);
  for (const filled of values) {
    expect(answer.items, JSON.stringify(answer)).toBeDefined();
    answer = await admin.send(action, on, answer, filled);
  }
  return answer;
}

interface Case {
  readonly words: string;
  /** Title of the job that says so; null where the click itself is told. */
  readonly title: string | null;
  click(): Promise<Loose>;
}

const onShot = () => [context(shot)];
const onSequence = () => [context(sequence)];
const onProject = () => [project(world.projectId)];
const onReview = () => [{ entityId: review, entityType: "reviewsession" }];

function deleting(entity_type: string, action_type: string): Case {
  const names = entity_type === "folders" ? [] : [{ product_names: ["comp"] }];
  return {
    words: `Delete Folders/Products: ${action_type} ${entity_type}`,
    title: "Delete Folders/Products",
    click: () =>
      through(DELETE, onSequence(), { entity_type, action_type }, ...names, {
        confirm: action_type,
      }),
  };
}

const cases: readonly Case[] = [
  {
    words: "Thumbnail to Parent",
    title: "Thumbnail to Parent",
    click: () => through("ayon.thumb.to.parent.server", onShot()),
  },
  {
    words: "Thumbnail to Children",
    title: "Thumbnail to Children",
    async click() {
      const below = world.create("Shot", "below", shot);
      await world.edit(below);
      return through("ayon.thumb.to.children.server", onShot());
    },
  },
  {
    words: "Sort Review",
    title: "Sort Review",
    click: () => through("ayon.client.review.sort.server", onReview()),
  },
  {
    words: "Clone Review Session",
    title: "Clone Review Session",
    click: () => through("ayon.clone-review-session", onReview()),
  },
  {
    words: "Batch Task Create",
    title: "Batch Task Create",
    click: () =>
      through(
        "ayon.batch-tasks.server",
        onShot(),
        { types: [world.ids.type("Animation")] },
        {},
      ),
  },
  {
    words: "Create Project Structure",
    title: "Create Project Structure",
    click: () =>
      through("ayon.create.project.structure.server", onProject(), {}),
  },
  deleting("folders", "archive"),
  deleting("folders", "delete"),
  deleting("products-below", "archive"),
  deleting("products-below", "delete"),
  {
    words: "Create Daily Lists",
    title: "Create Daily Lists",
    click: () => through("create.daily.lists", onProject(), {}),
  },
  {
    words: "Create/Update Custom Attributes",
    title: "Create/Update Custom Attributes",
    click: () =>
      through("ayon.create.update.attributes.server", onProject(), {}),
  },
  {
    words: "Prepare Project for AYON",
    title: "Prepare Project for AYON",
    click: () => through(PREPARE, [project(other)], {}, {}),
  },
  {
    words: "Sync users to AYON",
    title: "Sync users to AYON",
    click: () => through("sync.users.from.ftrack.to.ayon", onProject(), {}, {}),
  },
  {
    words: "Multiple Notes",
    title: null,
    click: () =>
      through("ayon.multiple.notes.server", [version(take)], { note: "hello" }),
  },
  {
    words: "Sync to AYON",
    title: null,
    click: () => through("sync.from.ftrack.to.ayon", onProject()),
  },
  {
    words: "Preview sync to AYON, applied",
    title: null,
    click: () =>
      admin.click(plan.actionIdentifier, plan.selection, {
        ...untouched(plan),
        then: "apply",
      }),
  },
];

test.each(cases)("$words writes nothing, and says so", async (one) => {
  const before = await jobsOf(world, one.title ?? "");
  const answer = await one.click();
  if (one.title === null) expect(answer.message).toMatch(NOTHING);
  else {
    expect(answer, JSON.stringify(answer)).toMatchObject({ success: true });
    const { description } = await endOf(world, one.title, before);
    expect(description).toMatch(NOTHING);
  }
  expect(await written()).toEqual([]);
  const { ayonWrites } = await world.requests();
  expect(ayonWrites).toBe(0);
  if (one.title === null)
    expect(await jobsOf(world, "")).toHaveLength(before.length);
});

test("and neither side has changed in the end", async () => {
  expect(await world.folder("/sq/sh")).toMatchObject({
    own: { frameStart: 7 },
  });
  expect(await world.reads.project("fresh")).toBeNull();
  expect(await world.rows("ReviewSession", [], [review])).toHaveLength(1);
  expect(await world.all("ReviewSession", [])).toHaveLength(1);
  expect(await world.all("AssetVersionList", [])).toEqual([]);
});
