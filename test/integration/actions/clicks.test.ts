import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  defineAction,
  message,
  step,
  type Action,
} from "../../../src/core/action.ts";
import { label, textField, textIn } from "../../../src/core/form.ts";
import { actions } from "../../../src/handlers/actions/registry.ts";
import {
  context,
  person,
  project,
  setStudio,
  textOf,
  untouched,
  version,
  type Person,
} from "../../support/clicking.ts";
import { eventually } from "../../support/redis.ts";
import type { Loose } from "../../support/official-client.ts";
import { creation } from "../../support/edits.ts";
import { startWorld, type World } from "../../support/world.ts";

/** Uses of a probe action: what it was sent. */
const probed: string[] = [];
/** Clicks that its start has handled. */
const opened: string[] = [];

const settings = z.looseObject({
  enabled: z.boolean().default(true),
  role_list: z.array(z.string()).default([]),
});

const probe: Action = defineAction({
  identifier: "test.probe",
  label: "Probe",
  description: "A form of two steps, under the settings of Multiple Notes.",
  shown: "anything",
  settingsKey: "service_event_handlers.multiple_notes",
  settings,
  offers: () => true,
  start: ({ clickId }) => {
    opened.push(clickId);
    return {
      kind: "form",
      title: "First",
      items: [label("one"), textField("name", "Name")],
      next: { step: "second", state: { price: 1 } },
    };
  },
  steps: {
    second: step(z.object({ price: z.number() }), (_ctx, values, state) => ({
      kind: "form",
      title: "Second",
      items: [label(`${textIn(values, "name")} costs ${state.price}`)],
      next: {
        step: "third",
        state: `${textIn(values, "name")} ${state.price}`,
      },
    })),
    third: step(z.string(), (_ctx, _values, state) => {
      probed.push(state);
      return message(true, state);
    }),
  },
});

const faulty: Action = defineAction({
  identifier: "test.faulty",
  label: "Faulty",
  variant: "- Thing",
  description: "Throws.",
  shown: "anything",
  settingsKey: "service_event_handlers.missing_permissions",
  settings,
  offers: () => true,
  start: () => {
    throw new Error("the wheel came off");
  },
});

let world: World;
let admin: Person;
let manager: Person;
let anna: Person;
let shot: string;
let versions: string[];

beforeAll(async () => {
  world = await startWorld({
    actions: [...actions, probe, faulty],
    settings: {
      event_server: { public_url: "https://ayon.test" },
      service_event_handlers: { multiple_notes: { role_list: [] } },
      user_handlers: { job_killer: { role_list: ["ADMINISTRATOR", "Chief"] } },
    },
  });
  const made = world.create("Shot", "sh010", world.projectId);
  shot = made.id;
  const asset = creation("Asset", { name: "comp", context_id: shot });
  const two = [1, 2].map((number) =>
    creation("AssetVersion", { asset_id: asset.id, version: number }),
  );
  versions = two.map(({ id }) => id);
  await world.edit(made, asset, ...two);
  [admin, manager, anna] = await Promise.all([
    person(world.ftrack, "admin@studio.test"),
    person(world.ftrack, "manager@studio.test"),
    person(world.ftrack, "anna@studio.test"),
  ]);
}, 60_000);

afterAll(async () => {
  for (const someone of [admin, manager, anna]) someone.leave();
  await world.stop();
});

describe("the menu", () => {
  test("HA-70 lists what one of the user's roles may, in any case of letters", async () => {
    const [ofAdmin, ofAnna] = await Promise.all([
      admin.menu(context(shot)),
      anna.menu(context(shot)),
    ]);
    expect([...ofAdmin.keys()]).toContain("ayon.job.killer.server");
    expect([...ofAnna.keys()]).not.toContain("ayon.job.killer.server");
  });

  test("HA-71 lists what has no roles for everybody", async () => {
    const menu = await anna.menu(context(shot));
    const open = [...actions, probe, faulty].filter(
      (action) => action.access(undefined).roles.length === 0,
    );
    expect([...menu.keys()]).toContain("test.probe");
    expect(open.map((a) => a.identifier)).toEqual(
      expect.arrayContaining([...menu.keys()]),
    );
  });

  test("HA-73 groups admin actions by label, and their variants differ", async () => {
    const menu = await admin.menu(project(world.projectId));
    const group = [...menu.values()].filter((i) => i.label === "AYON Admin");
    const variants = group.map((item) => item.variant);
    expect(variants).toContain("- Job Killer");
    expect(new Set(variants).size).toBe(variants.length);
    const all = actions.map((a) => `${a.label} ${a.variant ?? ""}`);
    expect(new Set(all).size).toBe(all.length);
  });

  test("shows an icon that lies in the public files of the addon", async () => {
    const item = (await anna.menu(context(shot))).get("test.probe");
    expect(item.icon).toBe(
      "https://ayon.test/addons/ftrack/1.0.0/public/icons/AYONAdmin.svg",
    );
  });

  test("HA-76 FS-60 has only Missing permissions where nothing can be read, which names the user of the service", async () => {
    const gone = "8b5be9b0-4c01-4b1f-9c6a-111111111111";
    const menu = await anna.menu(context(gone));
    expect([...menu.keys()]).toEqual([
      "ayon.server.missing.perm.private.project",
    ]);
    const form = await anna.click("ayon.server.missing.perm.private.project", [
      context(gone),
    ]);
    expect(textOf(form)).toContain("api@studio.test");
  });
});

describe("a launch", () => {
  test("HA-72 is refused to whoever would not see the action, and does nothing", async () => {
    const answer = await anna.click("ayon.job.killer.server", [context(shot)]);
    expect(answer.success).toBe(false);
    expect(answer.message).toContain("ADMINISTRATOR, Chief");
    expect(answer.items).toBeUndefined();
  });

  test("is refused where the action is not for what is selected", async () => {
    const answer = await anna.click("ayon.multiple.notes.server", [
      context(shot),
    ]);
    expect(answer).toEqual({
      success: false,
      message: "This action is not for what is selected.",
    });
  });

  test("HA-75 of an action that throws is answered with words, and the service goes on", async () => {
    const answer = await anna.click("test.faulty", [context(shot)]);
    expect(answer.success).toBe(false);
    expect(answer.message).toMatch(/^Faulty - Thing failed:.*came off/);
    expect((await anna.menu(context(shot))).has("test.probe")).toBe(true);
  });
});

describe("a form", () => {
  const on = () => [context(shot)];
  async function first(): Promise<Loose> {
    return anna.click("test.probe", on());
  }

  test("HA-74 leads from step to step with its state, and the end is reached once", async () => {
    probed.length = 0;
    const second = await anna.send("test.probe", on(), await first(), {
      name: "hat",
    });
    expect(textOf(second)).toContain("hat costs 1");
    expect(await anna.send("test.probe", on(), second)).toEqual({
      success: true,
      message: "hat 1",
    });
    expect(probed).toEqual(["hat 1"]);
  });

  const forgeries: readonly [string, (token: string) => string][] = [
    [
      "a changed payload",
      (t) => t.replace(/^./, (c) => (c === "e" ? "f" : "e")),
    ],
    ["a changed signature", (t) => t.slice(0, -3) + "AAA"],
    ["no signature", (t) => t.split(".")[0] ?? ""],
    ["nothing", () => ""],
  ];
  test.each(forgeries)("is refused with %s", async (_words, forge) => {
    const form = await first();
    const values = untouched(form);
    const answer = await anna.send("test.probe", on(), form, {
      ayon_ftrack_state: forge(values["ayon_ftrack_state"]),
    });
    expect(answer.success).toBe(false);
    expect(answer.message).toContain("not from this service");
  });

  test.each([
    ["another user", () => manager, "test.probe", () => context(shot)],
    [
      "another selection",
      () => anna,
      "test.probe",
      () => project(world.projectId),
    ],
    [
      "another action",
      () => anna,
      "ayon.multiple.notes.server",
      () => version(versions[0]!),
    ],
  ] as const)(
    "is refused when sent by or for %s",
    async (_words, who, identifier, what) => {
      const form = await first();
      const answer = await who().send(identifier, [what()], form);
      expect(answer.success).toBe(false);
      expect(answer.message).toContain("not from this service");
    },
  );

  test("HA-72 is refused when the role is gone by the time it is sent", async () => {
    const form = await first();
    const roles = (role_list: readonly string[]) =>
      setStudio(world, {
        service_event_handlers: { multiple_notes: { role_list } },
      });
    await roles(["Chief"]);
    await eventually("the role counts", async () => {
      return !(await anna.menu(context(shot))).has("test.probe");
    });
    const answer = await anna.send("test.probe", on(), form, { name: "hat" });
    expect(answer).toMatchObject({ success: false });
    expect(answer.message).toContain("Chief");
    await roles([]);
  });
});

test("a click that is handled before the event hub can be reached is handled once, and answered then", async () => {
  await world.stopProcessor();
  opened.length = 0;
  await world.ftrack.control.faults({ upgrade: { delayMs: 2500 } });
  try {
    const answer = anna.click("test.probe", [context(shot)]);
    await world.startProcessor();
    await eventually("it is handled", () => opened.length === 1);
    const ofService = (await world.ftrack.control.connections()).filter(
      ({ user }) => user === world.ftrack.apiUser,
    );
    // That of the leecher.
    expect(ofService).toHaveLength(1);
    expect(await answer).toMatchObject({ title: "First" });
    expect(opened).toHaveLength(1);
  } finally {
    await world.ftrack.control.clearFaults();
  }
});
