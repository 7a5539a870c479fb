import { beforeEach, describe, expect, it } from "vitest";
import { useAyonSandbox, type Loose } from "../../../support/ayon-sandbox.ts";
import { eventCalls } from "../../../support/ayon-wire.ts";

const ayon = useAyonSandbox({
  seed: "demo",
  projects: [{ name: "demo", code: "dm" }],
});
beforeEach(() => {
  ayon.sandbox.control.reset();
});

const { dispatch } = eventCalls(ayon);

describe("queries of events", () => {
  it("AY-35 queries newest first, in snake case, without nulls, by path and operator", async () => {
    for (const n of [1, 2, 3])
      await dispatch({ hash: `q${n}`, payload: { n, deep: { s: `v${n}` } } });
    const query = async (conditions: object[], more: object = {}) =>
      (
        await ayon.post("/api/query", {
          entity: "event",
          filter: {
            conditions: [
              { key: "topic", operator: "eq", value: "ftrack.leech" },
              ...conditions,
            ],
          },
          ...more,
        })
      ).body;
    const hashes = async (...conditions: object[]) =>
      (await query(conditions)).map((e: Loose) => e.hash);
    expect(await hashes()).toEqual(["q3", "q2", "q1"]);
    expect(
      await hashes({ key: "payload/n", operator: "in", value: [1, 3] }),
    ).toEqual(["q3", "q1"]);
    expect(
      await hashes({ key: "payload.deep.s", operator: "like", value: "V%" }),
    ).toHaveLength(3);
    expect(
      await hashes({ key: "payload/n", operator: "gte", value: 2 }),
    ).toEqual(["q3", "q2"]);
    expect(
      await hashes({ key: "payload/none", operator: "ne", value: 2 }),
    ).toEqual([]);
    expect(await hashes({ key: "sender", operator: "isnull" })).toHaveLength(3);
    expect(
      await hashes({
        operator: "or",
        conditions: [
          { key: "hash", value: "q1" },
          { key: "hash", value: "q2" },
        ],
      }),
    ).toEqual(["q2", "q1"]);
    const page = await query([], { limit: 1, offset: 1 });
    expect(page).toMatchObject([{ hash: "q2", sender_type: "api" }]);
    for (const key of ["sender", "depends_on", "project"])
      expect(page[0]).not.toHaveProperty(key);
    const unknown = await ayon.post("/api/query", {
      entity: "event",
      filter: { conditions: [{ key: "bogus", value: 1 }] },
    });
    expect(unknown).toMatchObject({
      status: 500,
      body: {
        detail:
          "asyncpg.exceptions.UndefinedColumnError: column events.bogus does not exist",
      },
    });
    expect(
      (await ayon.post("/api/query", { entity: "folder" })).body.detail,
    ).toBe("Only events are supported for now");
  });

  it.each<[string, object, (string | number)[], string]>([
    [
      "an operator nobody knows",
      { key: "topic", operator: "is", value: 1 },
      ["conditions", 0, "operator"],
      "unexpected value; permitted: 'eq', 'like', 'lt', 'gt', 'lte', 'gte', 'ne', 'isnull', 'notnull', 'in', " +
        "'notin', 'includes', 'excludes', 'includesall', 'excludesall', 'includesany', 'excludesany'",
    ],
    [
      "no value",
      { key: "topic", operator: "not-in", value: null },
      ["conditions", 0, "__root__"],
      "Value must be a list",
    ],
    [
      "null for a value",
      { conditions: [{ key: "topic", value: null }] },
      ["conditions", 0, "conditions", 0, "__root__"],
      "Value cannot be null",
    ],
  ])("AY-35 refuses a filter with %s", async (_what, condition, at, msg) => {
    const filter = { conditions: [condition] };
    for (const [path, body] of [
      ["/api/query", { entity: "event" }],
      ["/api/enroll", { sourceTopic: "a.b", targetTopic: "c.d" }],
    ] as const)
      expect(await ayon.post(path, { ...body, filter })).toMatchObject({
        status: 400,
        body: { errors: [{ loc: ["body", "filter", ...at], msg }] },
      });
  });

  it("AY-35 chokes on an empty list, as SQL does", async () => {
    const conditions = [{ key: "topic", operator: "in", value: [] }];
    const reply = await ayon.post("/api/query", {
      entity: "event",
      filter: { conditions },
    });
    expect(reply).toMatchObject({ status: 500 });
    expect(reply.body.detail).toContain("cannot determine type of empty array");
  });
});
