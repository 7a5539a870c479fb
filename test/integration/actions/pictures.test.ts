/** What supervisors do with pictures and reviews: thumbnails up and down, the order of a session. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attached,
  context,
  jobAfter,
  person,
  project,
  version,
  type Person,
  type SeenJob,
} from "../../support/clicking.ts";
import { picture } from "../../support/crew.ts";
import { creation } from "../../support/edits.ts";
import { rows } from "../../support/official-client.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

const TO_PARENT = "ayon.thumb.to.parent.server";
const TO_CHILDREN = "ayon.thumb.to.children.server";
const SORT = "ayon.client.review.sort.server";

let world: World;
let admin: Person;
let anna: Person;

beforeAll(async () => {
  // The rule for thumbnails of versions would do half of the work.
  world = await startWorld({
    settings: {
      service_event_handlers: { thumbnail_updates: { enabled: false } },
    },
  });
  [admin, anna] = await Promise.all([
    person(world.ftrack, "admin@studio.test"),
    person(world.ftrack, "anna@studio.test"),
  ]);
}, 60_000);

afterAll(async () => {
  for (const someone of [admin, anna]) someone.leave();
  await world.stop();
});

type Selection = Parameters<Person["click"]>[1];

function done(
  who: Person,
  identifier: string,
  title: string,
  selection: Selection,
): Promise<SeenJob> {
  return jobAfter(world, title, () => who.click(identifier, selection));
}

async function thumbnailOf(type: string, id: string): Promise<unknown> {
  const [row] = await world.rows(type, ["thumbnail_id"], [id]);
  return row?.["thumbnail_id"];
}

/** A sequence with two shots, a task in the first, and a version of that. */
async function branch(name: string) {
  const sequence = world.create("Sequence", name, world.projectId);
  const shot = world.create("Shot", `${name}_1`, sequence.id);
  const other = world.create("Shot", `${name}_2`, sequence.id);
  const task = world.create("Task", "anim", shot.id, {
    type_id: world.ids.type("Animation"),
  });
  const asset = creation("Asset", { name, context_id: shot.id });
  const made = creation("AssetVersion", {
    asset_id: asset.id,
    task_id: task.id,
  });
  await world.edit(sequence, shot, other, task, asset, made);
  return { sequence, shot, other, task, asset, version: made };
}

describe("Thumbnail to Parent", () => {
  const run = (...selection: Selection) =>
    done(anna, TO_PARENT, "Thumbnail to Parent", selection);

  test("HA-71 goes from versions to tasks and from shots to what is above, for everybody; AYON follows", async () => {
    const { sequence, shot, task, version: made } = await branch("up");
    await world.settled();
    const [one, two] = [await picture(world), await picture(world)];
    await world.edit(
      world.update("AssetVersion", made.id, { thumbnail_id: one }),
      world.update("Shot", shot.id, { thumbnail_id: two }),
    );
    const job = await run(version(made.id), context(shot.id));
    expect(job).toMatchObject({
      status: "done",
      description: "Thumbnail to Parent: 2 thumbnails set.",
      username: "anna@studio.test",
    });
    expect(await thumbnailOf("Task", task.id)).toBe(one);
    expect(await thumbnailOf("Sequence", sequence.id)).toBe(two);
    const hex = (id: string) => id.replaceAll("-", "");
    await eventually("AYON follows", async () => {
      const folder = await world.folder("/up");
      const own = await world.task("/up/up_1/anim");
      return folder?.thumbnailId === hex(two) && own?.thumbnailId === hex(one);
    });
    expect((await run(version(made.id))).description).toBe(
      "Thumbnail to Parent: 0 thumbnails set. 1 entity had it already.",
    );
  });

  test("reaches what the asset lies in where a version has no task, and the project from the top", async () => {
    const { sequence, shot, asset } = await branch("top");
    const loose = creation("AssetVersion", { asset_id: asset.id });
    const one = await picture(world);
    const two = await picture(world);
    await world.edit(loose);
    await world.edit(
      world.update("AssetVersion", loose.id, { thumbnail_id: one }),
      world.update("Sequence", sequence.id, { thumbnail_id: two }),
    );
    await run(version(loose.id), context(sequence.id));
    expect(await thumbnailOf("Shot", shot.id)).toBe(one);
    expect(await thumbnailOf("Project", world.projectId)).toBe(two);
  });

  test("names what has no thumbnail, and sets the others", async () => {
    const { shot, other, sequence } = await branch("gap");
    const one = await picture(world);
    await world.edit(world.update("Shot", other.id, { thumbnail_id: one }));
    const job = await run(
      context(shot.id),
      context(other.id),
      context(randomUUID()),
    );
    expect(job.status).toBe("failed");
    expect(job.description).toContain("1 thumbnail set.");
    expect(job.description).toContain("show/gap/gap_1 has no thumbnail.");
    expect((await attached(world, job.id))["problems.txt"]).toBe(
      [
        "show/gap/gap_1 has no thumbnail.",
        "Gone, or not open to this service: 1 selected entity.",
        "",
      ].join("\n"),
    );
    expect(await thumbnailOf("Sequence", sequence.id)).toBe(one);
  });
});

describe("Thumbnail to Children", () => {
  const run = (...selection: Selection) =>
    done(anna, TO_CHILDREN, "Thumbnail to Children", selection);

  test("goes to folders and tasks directly below, in AYON too, and no further", async () => {
    const { sequence, shot, other, task } = await branch("down");
    await world.settled();
    const one = await picture(world);
    await world.edit(
      world.update("Sequence", sequence.id, { thumbnail_id: one }),
    );
    const job = await run(context(sequence.id));
    expect(job).toMatchObject({ status: "done" });
    expect(job.description).toContain("2 thumbnails set.");
    for (const { id } of [shot, other])
      expect(await thumbnailOf("Shot", id)).toBe(one);
    expect(await thumbnailOf("Task", task.id)).toBeNull();
    await eventually("AYON follows", async () => {
      const folder = await world.folder("/down/down_2");
      return folder?.thumbnailId === one.replaceAll("-", "");
    });
    expect((await run(context(other.id))).description).toContain(
      "show/down/down_2 has no children.",
    );
  });

  test("is offered on folders, and neither way on a project", async () => {
    const { shot, task, version: made } = await branch("menu");
    const offered = async (...selection: Selection) =>
      [...(await anna.menu(...selection)).keys()].filter((identifier) =>
        [TO_PARENT, TO_CHILDREN].includes(identifier),
      );
    expect(await offered(context(shot.id))).toEqual([TO_PARENT, TO_CHILDREN]);
    expect(await offered(context(task.id))).toEqual([TO_PARENT]);
    expect(await offered(version(made.id))).toEqual([TO_PARENT]);
    const answer = await anna.click(TO_PARENT, [project(world.projectId)]);
    expect(answer.success).toBe(false);
  });
});

describe("Sort Review", () => {
  const review = (id: string) => ({
    entityId: id,
    entityType: "reviewsession",
  });

  async function session(name: string, objects: readonly [string, number][]) {
    const { task, shot } = await branch(name);
    const made = creation("ReviewSession", {
      name,
      project_id: world.projectId,
    });
    await world.edit(made);
    for (const [object, order] of objects) {
      const asset = creation("Asset", { name: object, context_id: shot.id });
      const shown = creation("AssetVersion", {
        asset_id: asset.id,
        task_id: task.id,
      });
      await world.edit(
        asset,
        shown,
        creation("ReviewSessionObject", {
          name: object,
          version: "Version 1",
          version_id: shown.id,
          review_session_id: made.id,
          sort_order: order,
        }),
      );
    }
    return made.id;
  }

  async function namesIn(id: string): Promise<unknown[]> {
    const found = await rows(
      world.ftrack,
      `select name, sort_order from ReviewSessionObject where review_session_id is "${id}" order by sort_order`,
    );
    return found.map((row) => row["name"]);
  }

  test("HA-80 sorts the sessions that are selected, and moves nothing the second time", async () => {
    const first = await session("monday", [
      ["sh100", 1],
      ["sh20", 2],
      ["sh3", 3],
    ]);
    const second = await session("tuesday", [
      ["b", 0],
      ["a", 0],
    ]);
    const run = () =>
      done(admin, SORT, "Sort Review", [review(first), review(second)]);
    expect(await run()).toMatchObject({
      status: "done",
      description:
        "Sort Review: “monday”: 2 versions of 3 moved. “tuesday”: 1 version of 2 moved.",
    });
    expect(await namesIn(first)).toEqual(["sh3", "sh20", "sh100"]);
    expect(await namesIn(second)).toEqual(["a", "b"]);
    expect((await run()).description).toBe(
      "Sort Review: “monday”: nothing to move. “tuesday”: nothing to move.",
    );
  });

  test("HA-70 is not for artists", async () => {
    const id = await session("closed", [["a", 0]]);
    const answer = await anna.click(SORT, [review(id)]);
    expect(answer.success).toBe(false);
    expect(answer.message).toContain("Project Manager");
  });
});
