import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FtrackSandbox,
  startFtrackSandbox,
} from "../../../sandbox/ftrack/index.ts";
import { connectTo } from "../../support/ftrack.ts";
import { askAddon, hasPython } from "../../support/python.ts";

let ftrack: FtrackSandbox;

beforeAll(async () => {
  ftrack = await startFtrackSandbox();
});
afterAll(async () => {
  await ftrack.stop();
});

describe.runIf(hasPython())("the end point ftrackProjects", () => {
  const ask = (changes: object = {}) =>
    askAddon("projects", {
      server: `${ftrack.url}/`,
      user: ftrack.apiUser,
      key: ftrack.apiKey,
      ...changes,
    });

  it("lists the projects of Ftrack", async () => {
    const connection = connectTo(ftrack);
    const ids = [
      await connection.project("b show"),
      await connection.project("a show"),
    ];
    const { projects } = (await ask()) as {
      projects: readonly Record<string, unknown>[];
    };
    expect(projects.map(({ id }) => id)).toEqual(ids.sort());
    for (const shown of projects)
      expect(shown).toEqual({
        id: expect.any(String) as unknown,
        name: expect.stringMatching(/^[ab] show$/) as unknown,
        code: expect.any(String) as unknown,
        active: true,
      });
  });

  it.each([
    ["a wrong key", { key: "no" }, "BadRequestException", /^Ftrack refuses: /],
    ["no user", { user: "" }, "BadRequestException", /^Set ftrack_server/],
    [
      "no server there",
      { server: "http://127.0.0.1:1" },
      "ServiceUnavailableException",
      /does not answer as expected/,
    ],
    ["nobody's business", { manager: false }, "ForbiddenException", /managers/],
  ])("answers with an error for %s", async (_title, changes, kind, message) => {
    const answer = (await ask(changes)) as Record<string, string>;
    expect(Object.keys(answer)).toEqual([kind]);
    expect(answer[kind]).toMatch(message);
    expect(answer[kind]).not.toContain(ftrack.apiKey);
  });
});
