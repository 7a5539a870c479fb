/** What reviewers use: clones of review sessions, and one note on many versions. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  context,
  attached,
  endOf,
  jobAfter,
  jobsOf,
  person,
  project,
  untouched,
  version,
  type Person,
} from "../../support/clicking.ts";
import { creation } from "../../support/edits.ts";
import { row, rows, type Loose } from "../../support/official-client.ts";
import { startWorld, type World } from "../../support/world.ts";

const CLONE = "ayon.clone-review-session";
const NOTES = "ayon.multiple.notes.server";

let world: World;
let admin: Person;
let anna: Person;
let shot: string;
let versions: string[];

beforeAll(async () => {
  world = await startWorld();
  const made = world.create("Shot", "sh010", world.projectId);
  shot = made.id;
  const asset = creation("Asset", { name: "comp", context_id: shot });
  const three = [1, 2, 3].map((number) =>
    creation("AssetVersion", { asset_id: asset.id, version: number }),
  );
  versions = three.map(({ id }) => id);
  await world.edit(made, asset, ...three);
  [admin, anna] = await Promise.all([
    person(world.ftrack, "admin@studio.test"),
    person(world.ftrack, "anna@studio.test"),
  ]);
  await admin.menu(project(world.projectId));
}, 60_000);

afterEach(() => world.ftrack.control.clearFaults());

afterAll(async () => {
  for (const someone of [admin, anna]) someone.leave();
  await world.stop();
});

/** A review session with two versions, in the order 2, 1, and two people. */
async function review(name: string): Promise<string> {
  const session = creation("ReviewSession", {
    ...{ name, project_id: world.projectId, description: "Friday" },
  });
  const inside = { review_session_id: session.id };
  await world.edit(
    session,
    ...[1, 0].map((index, order) =>
      creation("ReviewSessionObject", {
        ...{ ...inside, name: `comp ${index}`, description: `take ${index}` },
        ...{ version: `Version ${index}`, version_id: versions[index] },
        sort_order: order,
      }),
    ),
    creation("ReviewSessionInvitee", {
      ...{ ...inside, name: "Client", email: "client@out.test" },
    }),
    creation("ReviewSessionInvitee", { ...inside, name: "Guest", email: "" }),
  );
  return session.id;
}

async function refuseWritesWith(holding: string): Promise<void> {
  await world.ftrack.control.faults({
    refuse: { holding, exception: "PermissionError", content: "Not today." },
  });
}

function picked(id: string) {
  return { entityId: id, entityType: "reviewsession" };
}

async function sessionsNamed(name: string): Promise<readonly Loose[]> {
  return rows(
    world.ftrack,
    `select id, name, description, project_id, created_by.username from ReviewSession where name is "${name}"`,
  );
}

/** What lies in a session, without what differs between two of them. */
async function contentOf(id: string): Promise<Loose> {
  const [objects, invitees] = await Promise.all([
    rows(
      world.ftrack,
      `select name, description, version, version_id, sort_order from ReviewSessionObject where review_session_id is "${id}" order by sort_order`,
    ),
    rows(
      world.ftrack,
      `select name, email from ReviewSessionInvitee where review_session_id is "${id}" order by name`,
    ),
  ]);
  const pick = (from: Loose, ...keys: string[]): Loose =>
    Object.fromEntries(keys.map((key) => [key, from[key]]));
  return {
    objects: objects.map((o) =>
      pick(o, "name", "description", "version", "version_id", "sort_order"),
    ),
    invitees: invitees.map((i) => pick(i, "name", "email")),
  };
}

describe("Clone Review Session", () => {
  test("copies the session, its versions in their order and its people, once, and leaves the first alone", async () => {
    const id = await review("Dailies");
    const before = await contentOf(id);
    const answer = await admin.click(CLONE, [picked(id)]);
    expect(answer).toEqual({
      success: true,
      message: "“Dailies” is being cloned.",
    });
    const job = await endOf(world, "Clone Review Session");
    expect(job).toMatchObject({ status: "done", username: admin.username });
    expect(job.description).toContain("2 versions and 2 invitees");
    const clones = await sessionsNamed("Clone of Dailies");
    expect(clones).toHaveLength(1);
    expect(clones[0]).toMatchObject({
      description: "Friday",
      project_id: world.projectId,
    });
    expect(clones[0]["created_by"].username).toBe(admin.username);
    const content = await contentOf(clones[0]["id"]);
    expect(content).toEqual(before);
    expect(content.objects.map((o: Loose) => o.version_id)).toEqual([
      versions[1],
      versions[0],
    ]);
    expect(await contentOf(id)).toEqual(before);
  });

  test("HA-72 is not for artists", async () => {
    const id = await review("Secret");
    // To an artist nothing is offered here, and an empty menu is no answer.
    expect((await admin.menu(picked(id))).has(CLONE)).toBe(true);
    expect(await anna.click(CLONE, [picked(id)])).toMatchObject({
      success: false,
    });
    await world.settled();
    expect(await sessionsNamed("Clone of Secret")).toEqual([]);
  });

  test("of which Ftrack refuses a part fails, is not whole, and names what is missing", async () => {
    const id = await review("Half");
    const content = await contentOf(id);
    await refuseWritesWith("client@out.test");
    const job = await jobAfter(world, "Clone Review Session", () =>
      admin.click(CLONE, [picked(id)]),
    );
    expect(job.status).toBe("failed");
    expect(job.description).toMatch(
      /“Clone of Half” is there, but not whole\. Client: .*Not today/,
    );
    expect((await attached(world, job.id))["problems.txt"]).toMatch(
      /^Client: .*Not today.*\n$/,
    );
    expect(await admin.told(/Clone of Half.*not whole/)).toMatchObject({
      success: false,
    });
    const [clone] = await sessionsNamed("Clone of Half");
    expect(await contentOf(clone["id"])).toEqual({
      objects: content.objects,
      invitees: [{ name: "Guest", email: "" }],
    });
  });

  test("that Ftrack refuses fails, and leaves nothing behind", async () => {
    const id = await review("None");
    await refuseWritesWith('"entity_type":"ReviewSession"');
    const before = await world.all("ReviewSessionObject", []);
    const job = await jobAfter(world, "Clone Review Session", () =>
      admin.click(CLONE, [picked(id)]),
    );
    expect(job.status).toBe("failed");
    expect(job.description).toMatch(/“None” was not cloned: .*Not today/);
    expect(await sessionsNamed("Clone of None")).toEqual([]);
    expect(await world.all("ReviewSessionObject", [])).toHaveLength(
      before.length,
    );
  });

  test("of a session that is gone when the click is handled is refused", async () => {
    const id = await review("Gone");
    const before = await jobsOf(world, "Clone Review Session");
    await world.stopProcessor();
    const answer = admin.click(CLONE, [picked(id)]);
    await world.edit(world.remove("ReviewSession", id));
    await world.startProcessor();
    expect((await answer).success).toBe(false);
    expect(await jobsOf(world, "Clone Review Session")).toHaveLength(
      before.length,
    );
    expect(await sessionsNamed("Clone of Gone")).toEqual([]);
  });
});

describe("Multiple Notes", () => {
  const on = (...ids: readonly string[]) => ids.map(version);

  async function notesOf(ids: readonly string[]): Promise<readonly Loose[]> {
    const list = ids.map((id) => `"${id}"`).join(", ");
    return rows(
      world.ftrack,
      `select content, parent_id, parent_type, category_id, user_id from Note where parent_id in (${list})`,
    );
  }

  test("writes one note on each version, in the name of who clicked and of the category", async () => {
    const form = await anna.click(NOTES, on(...versions));
    const [category] = await rows(world.ftrack, "select id from NoteCategory");
    const sent = { note: " Looks *good* ", category: category!["id"] };
    expect(await anna.send(NOTES, on(...versions), form, sent)).toEqual({
      success: true,
      message: "3 notes written.",
    });
    const found = await notesOf(versions);
    expect(found.map((note) => note["parent_id"]).toSorted()).toEqual(
      versions.toSorted(),
    );
    const author = await row(
      world.ftrack,
      `select id from User where username is "${anna.username}"`,
    );
    for (const note of found)
      expect(note).toMatchObject({
        content: "Looks *good*",
        category_id: category!["id"],
        user_id: author["id"],
      });
    // Sent in twice, it writes nothing more.
    expect(await anna.send(NOTES, on(...versions), form, sent)).toMatchObject({
      success: false,
    });
    expect(await notesOf(versions)).toHaveLength(3);
  });

  test("writes nothing for a blank note, and takes no category that it did not offer", async () => {
    const one = on(versions[0]!);
    const before = await notesOf(versions);
    const blank = await anna.click(NOTES, one);
    expect(await anna.send(NOTES, one, blank, { note: "  " })).toEqual({
      success: true,
      message: "The note was empty; nothing was written.",
    });
    expect(await notesOf(versions)).toHaveLength(before.length);
    const form = await anna.click(NOTES, one);
    expect(untouched(form)).toMatchObject({ category: "none" });
    await anna.send(NOTES, one, form, { note: "odd", category: shot });
    const odd = (await notesOf(versions)).find((n) => n["content"] === "odd");
    expect(odd).toMatchObject({ category_id: null });
  });

  test("writes on what is left when a version is gone by the time the form is sent", async () => {
    const two = on(versions[1]!, versions[2]!);
    const form = await anna.click(NOTES, two);
    await world.edit(world.remove("AssetVersion", versions[2]!));
    expect(await anna.send(NOTES, two, form, { note: "late" })).toEqual({
      success: true,
      message: "1 note written.",
    });
    const late = (await notesOf(versions)).filter(
      (n) => n["content"] === "late",
    );
    expect(late.map((n) => n["parent_id"])).toEqual([versions[1]]);
  });

  test("is for versions only", async () => {
    expect((await anna.menu(context(shot))).has(NOTES)).toBe(false);
  });
});
