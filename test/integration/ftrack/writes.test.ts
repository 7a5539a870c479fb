import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ftrackDatetime, type ChangeResult } from "../../../src/core/change.ts";
import { FencedError } from "../../../src/core/errors.ts";
import { and, is, select } from "../../../src/core/query.ts";
import {
  writeFtrack,
  type FtrackWrite,
  type WriteOptions,
} from "../../../src/ftrack/writes/writes.ts";
import { hierarchicalId } from "../../../sandbox/ftrack/seed/attributes.ts";
import { idOf } from "../../../sandbox/ftrack/seed/ids.ts";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../../sandbox/ftrack/index.ts";
import { connectTo, type Connection } from "../../support/ftrack.ts";
import { remove, shotIn, update, value } from "../../support/ftrack-changes.ts";

let sandbox: FtrackSandbox;
let to: Connection;
let project: string;
let shot: string;

beforeAll(async () => {
  sandbox = await startFtrackSandbox({ seed: "demo+ayon" });
  to = connectTo(sandbox);
});
afterAll(() => sandbox.stop());
beforeEach(async () => {
  project = await to.project();
  const create = shotIn(project, { name: "base" });
  shot = create.id;
  expect(await write([create])).toEqual(["applied"]);
});

async function results(
  changes: readonly FtrackWrite[],
  options?: WriteOptions,
): Promise<readonly ChangeResult[]> {
  const all = await writeFtrack(to.session, to.log, changes, options);
  expect(all.map((r) => r.changeId)).toEqual(changes.map((c) => c.id));
  return all;
}

async function write(changes: readonly FtrackWrite[]): Promise<string[]> {
  return (await results(changes)).map((r) => r.status);
}

async function storedValue(configuration: string): Promise<unknown> {
  const [[row]] = await to.reads.query(
    select({
      type: "CustomAttributeValue",
      fields: ["value"],
      row: z.object({ value: z.unknown() }),
      where: and(is("configuration_id", configuration), is("entity_id", shot)),
      orderBy: "entity_id",
    }),
  );
  return row?.value;
}

describe("one transaction", () => {
  it("creates, updates, sets values and deletes in order", async () => {
    const made = shotIn(project);
    const start = hierarchicalId("frameStart");
    expect(
      await write([
        made,
        update("Shot", made.id, { description: "new" }),
        value(start, made.id, { value: 24, rowExists: false }),
        update("Shot", shot, { name: "renamed" }),
        remove("Shot", made.id),
      ]),
    ).toEqual(Array(5).fill("applied"));
    expect(await to.row("Shot", made.id)).toBeNull();
    expect(await to.row("Shot", shot, "name")).toMatchObject({
      name: "renamed",
    });
  });

  it("writes more than fit one transaction", async () => {
    const shots = Array.from({ length: 230 }, () => shotIn(project));
    expect(new Set(await write(shots))).toEqual(new Set(["applied"]));
    expect(await to.row("Shot", shots[229]!.id)).not.toBeNull();
  });

  it("writes nothing for nothing", async () => {
    expect(await write([])).toEqual([]);
  });
});

describe("a refused operation harms only itself", () => {
  const bad = (): FtrackWrite => update("Shot", shot, { nonsense: 1 });

  it.each([
    ["first", [bad, "ok", "ok"]],
    ["last", ["ok", "ok", bad]],
    [
      "in the middle of many",
      [...Array<"ok">(40).fill("ok"), bad, ...Array<"ok">(50).fill("ok")],
    ],
    ["two of them", ["ok", bad, "ok", "ok", bad, "ok"]],
    ["alone", [bad]],
    ["all", [bad, bad, bad]],
  ] as const)("%s", async (_title, plan) => {
    const changes = plan.map((step) =>
      step === "ok" ? shotIn(project) : step(),
    );
    expect(await write(changes)).toEqual(
      plan.map((step) => (step === "ok" ? "applied" : "failed")),
    );
  });

  it("says what was refused, and that trying again is no use", async () => {
    const [result] = await results([bad()]);
    expect(result).toMatchObject({
      status: "failed",
      error: { transient: false, message: expect.stringContaining("nonsense") },
    });
  });

  it("an unknown type, next to a repeated create", async () => {
    const known = shotIn(project);
    await write([known]);
    expect(
      await write([
        known,
        { ...shotIn(project), entityType: "NoSuchType" },
        shotIn(project),
      ]),
    ).toEqual(["unchanged", "failed", "applied"]);
  });

  it("a name that is taken is a failure, not a repetition", async () => {
    const [result] = await results([shotIn(project, { name: "base" })]);
    expect(result?.status).toBe("failed");
  });

  it("what needs it is blocked; what does not is written", async () => {
    const parent = shotIn(project, { name: "base" });
    const child = shotIn(parent.id, {}, { needs: [parent.id] });
    const grandchild = shotIn(child.id, {}, { needs: [child.id] });
    const other = shotIn(project);
    expect(await write([parent, child, other, grandchild])).toEqual([
      "failed",
      "blocked",
      "applied",
      "blocked",
    ]);
  });

  it("data that is no JSON fails alone", async () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = [1n];
    expect(
      await write([
        shotIn(project),
        update("Shot", shot, circular),
        shotIn(project),
      ]),
    ).toEqual(["applied", "failed", "applied"]);
  });

  it("an update of what does not exist is told so", async () => {
    const [result] = await results([
      update("Shot", randomUUID(), { name: "x" }),
    ]);
    expect(result?.error?.code).toBe("E_FTRACK_NOT_FOUND");
  });
});

describe("repeating is safe", () => {
  it("a create whose id exists and a delete of what is gone are unchanged; new ones next to them are written", async () => {
    const shots = Array.from({ length: 5 }, () => shotIn(project));
    await write(shots.slice(0, 3));
    expect(await write(shots)).toEqual([
      "unchanged",
      "unchanged",
      "unchanged",
      "applied",
      "applied",
    ]);
    const gone = remove("Shot", shots[0]!.id);
    expect(await write([gone])).toEqual(["applied"]);
    expect(await write([gone, remove("Shot", shots[1]!.id)])).toEqual([
      "unchanged",
      "applied",
    ]);
  });

  it.each([
    ["create where the row exists", { before: 24, rowExists: false }],
    ["update where there is no row", { before: null, rowExists: true }],
    ["create where there is none", { before: null, rowExists: false }],
    ["update where there is one", { before: 24, rowExists: true }],
  ])(
    "a value row takes the verb that fits: %s",
    async (_title, { before, rowExists }) => {
      const start = hierarchicalId("frameStart");
      if (before !== null)
        await write([value(start, shot, { value: before, rowExists: false })]);
      expect(
        await write([value(start, shot, { value: 30, rowExists })]),
      ).toEqual(["applied"]);
      expect(await storedValue(start)).toBe(30);
    },
  );

  it("unset deletes the row; without one it is unchanged", async () => {
    const start = hierarchicalId("frameStart");
    const unset = value(start, shot, {
      value: null,
      rowExists: true,
      unset: true,
    });
    expect(await write([unset])).toEqual(["unchanged"]);
    await write([value(start, shot, { value: 24, rowExists: false })]);
    expect(await write([unset])).toEqual(["applied"]);
    expect(await storedValue(start)).toBeUndefined();
  });

  it("many values with the wrong verb cost two writes, not one each", async () => {
    const start = hierarchicalId("frameStart");
    const shots = Array.from({ length: 50 }, () => shotIn(project));
    await write(shots);
    let writes = 0;
    const all = await results(
      shots.map((s) => value(start, s.id, { value: 24, rowExists: true })),
      {
        beforeWrite: () => {
          writes += 1;
          return Promise.resolve();
        },
      },
    );
    expect(new Set(all.map((r) => r.status))).toEqual(new Set(["applied"]));
    expect(writes).toBe(2);
  });
});

describe("expected values", () => {
  it("a value that changed meanwhile is a conflict; the others are written", async () => {
    const other = shotIn(project, { name: "other", description: "then" });
    await write([other]);
    expect(
      await results([
        update(
          "Shot",
          shot,
          { description: "a" },
          { expects: { name: "base" } },
        ),
        update(
          "Shot",
          other.id,
          { description: "b" },
          { expects: { description: "now" } },
        ),
        update(
          "Shot",
          randomUUID(),
          { description: "c" },
          { expects: { name: "x" } },
        ),
        update(
          "Shot",
          shot,
          { description: "d" },
          { expects: { nonsense: 1 } },
        ),
      ]),
    ).toMatchObject([
      { status: "applied" },
      {
        status: "conflict",
        error: { message: expect.stringContaining("then") },
      },
      {
        status: "conflict",
        error: { message: expect.stringContaining("gone") },
      },
      { status: "failed" },
    ]);
    expect(await to.row("Shot", shot, "description")).toMatchObject({
      description: "a",
    });
    expect(await to.row("Shot", other.id, "description")).toMatchObject({
      description: "then",
    });
  });
});

describe("texts and times", () => {
  it.each(["2024-01-31T10:00:00", "2024-01-31T10:00:00.000Z", "2024-01-31"])(
    "text that looks like a time stays text: %s",
    async (text) => {
      const path = idOf("ayon attribute", "ayon_path");
      expect(
        await write([
          update("Shot", shot, { description: text }),
          value(path, shot, { value: text, rowExists: false }),
        ]),
      ).toEqual(["applied", "applied"]);
      expect(await to.row("Shot", shot, "description")).toMatchObject({
        description: text,
      });
      expect(await storedValue(path)).toBe(text);
    },
  );

  it("an attribute of type date takes a time made as one", async () => {
    const delivery = hierarchicalId("delivery");
    const time = ftrackDatetime("2024-01-31T10:00:00Z");
    expect(
      await write([value(delivery, shot, { value: time, rowExists: false })]),
    ).toEqual(["applied"]);
    expect(await storedValue(delivery)).toMatch(/^2024-01-31/);
  });

  it.each([
    ["2024-01-31T22:30:00+02:00", "2024-01-31T20:30:00.000Z"],
    ["2024-01-31T22:30:00", "2024-01-31T22:30:00.000Z"],
    ["2024-01-31", "2024-01-31T00:00:00.000Z"],
  ])(
    "a property that holds a time takes ISO text: %s",
    async (text, stored) => {
      const task = {
        ...shotIn(shot, { start_date: text }),
        entityType: "Task",
      };
      expect(await write([task])).toEqual(["applied"]);
      expect(await to.row("Task", task.id, "start_date")).toMatchObject({
        start_date: stored,
      });
      await write([
        update("Task", task.id, {
          start_date: ftrackDatetime("2025-05-05T05:05:05Z"),
        }),
      ]);
      expect(await to.row("Task", task.id, "start_date")).toMatchObject({
        start_date: "2025-05-05T05:05:05.000Z",
      });
    },
  );

  it("brings quotes, unicode, backslashes and braces through unharmed", async () => {
    const text =
      'a "quoted" \\ back\\\\slash, {"__type__":"datetime"}, 猫 🐈 \n%';
    await write([update("Shot", shot, { description: text })]);
    expect(await to.row("Shot", shot, "description")).toMatchObject({
      description: text,
    });
  });
});

describe("ownership", () => {
  it("is asked right before each request that writes, and its loss ends everything", async () => {
    const shots = Array.from({ length: 150 }, () => shotIn(project));
    let asked = 0;
    const lost = new FencedError("lost", { code: "E_FENCED" });
    await expect(
      results(shots, {
        beforeWrite: () => {
          asked += 1;
          return asked === 2 ? Promise.reject(lost) : Promise.resolve();
        },
      }),
    ).rejects.toBe(lost);
    expect(await to.row("Shot", shots[0]!.id)).not.toBeNull();
    expect(await to.row("Shot", shots[149]!.id)).toBeNull();
  });

  it("an aborted signal leaves the rest as failed, to be tried again", async () => {
    const all = await results([shotIn(project)], {
      signal: AbortSignal.abort(),
    });
    expect(all).toMatchObject([
      {
        status: "failed",
        error: { code: "E_FTRACK_ABORTED", transient: true },
      },
    ]);
  });
});
