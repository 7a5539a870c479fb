/** Who may see a private project, as somebody gives and takes roles in Ftrack. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../../support/ayon.ts";
import { creation } from "../../support/edits.ts";
import { eventually } from "../../support/redis.ts";
import { startWorld, type World } from "../../support/world.ts";

/** User → groups by default. */
const TEAM = { anna: ["artist"], ben: ["supervisor"], chen: ["freelancer"] };
const NAMES = Object.keys(TEAM);

let world: World;

beforeAll(async () => {
  world = await startWorld({ projectName: "open" });
}, 60_000);

afterAll(() => world.stop());

test("FS-53 one event that adds three users, two of them new in AYON, to a private project gives each the groups of their own; one that removes them takes these", async () => {
  const { http } = world.ayon;
  const known = new Set((await world.reads.users()).map(({ name }) => name));
  for (const [name, defaultAccessGroups] of Object.entries(TEAM))
    await ask(
      ...([http, known.has(name) ? "PATCH" : "PUT"] as const),
      `/api/users/${name}`,
      {
        attrib: { email: `${name}@studio.test` },
        data: { defaultAccessGroups },
      },
    );
  await ask(http, "POST", "/api/projects", {
    ...{ name: "secret", code: "secret", anatomy: {} },
  });
  // AYON opens a new project to everybody with groups by default.
  for (const name of NAMES)
    await ask(http, "PATCH", `/api/users/${name}`, {
      data: { accessGroups: { secret: [], open: ["artist"] } },
    });
  const [schema] = await world.all("ProjectSchema", []);
  const secret = creation("Project", {
    ...{ name: "secret", full_name: "secret", is_private: true },
    project_schema_id: schema?.["id"],
  });
  await world.edit(secret);
  const held = await world.all("UserSecurityRole", ["user.username"]);
  const grant = (username: string) => {
    const role = held.find(
      ({ user }) =>
        (user as { username?: string } | null)?.username === username,
    );
    return creation("UserSecurityRoleProject", {
      project_id: secret.id,
      user_security_role_id: role?.["id"],
    });
  };
  await world.edit(grant(world.ftrack.apiUser), grant("admin@studio.test"));
  await world.settled();
  const groups = async (project: string) => {
    const users = await world.reads.users();
    return Object.fromEntries(
      NAMES.map((name) => [
        name,
        users.find((user) => user.name === name)?.accessGroups[project] ?? [],
      ]),
    );
  };
  const none = { anna: [], ben: [], chen: [] };
  expect(await groups("secret")).toEqual(none);

  const grants = NAMES.map((name) => grant(`${name}@studio.test`));
  await world.edit(...grants);
  await eventually("all three may see it", async () => {
    const now = Object.values(await groups("secret"));
    return now.every((own) => own.length > 0);
  });
  expect(await groups("secret")).toEqual(TEAM);

  await world.edit(
    ...grants.map(({ id }) => world.remove("UserSecurityRoleProject", id)),
  );
  await eventually("none of them may", async () => {
    const now = Object.values(await groups("secret"));
    return now.every((own) => own.length === 0);
  });
  expect(Object.values(await groups("open")).flat()).toEqual(
    NAMES.map(() => "artist"),
  );
});
