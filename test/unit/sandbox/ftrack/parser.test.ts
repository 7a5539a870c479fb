import { describe, expect, it } from "vitest";
import { QuerySyntaxError } from "../../../../sandbox/ftrack/query/lexer.ts";
import { parseQuery } from "../../../../sandbox/ftrack/query/parser.ts";

const steps = (...names: string[]): { name: string }[] =>
  names.map((name) => ({ name }));
const quoted = (text: string): object => ({ text, quoted: true });
const bare = (text: string): object => ({ text, quoted: false });
const is = (name: string, value: object): object => ({
  kind: "compare",
  path: steps(name),
  comparison: "is",
  value,
});

describe("a query", () => {
  it("with all its parts, in any order", () => {
    const parts = {
      items: [
        { kind: "path", path: steps("name") },
        { kind: "path", path: steps("parent", "id") },
      ],
      type: "Task",
      where: is("name", quoted("a")),
      groupBy: [],
      orderBy: [
        { path: steps("name"), descending: true },
        { path: steps("id"), descending: false },
      ],
      offset: 5,
      limit: 10,
    };
    const head = 'select name, parent.id from Task where name is "a"';
    const order = "order by name descending, id";
    for (const tail of [
      `${order} offset 5 limit 10`,
      `${order} limit 10 offset 5`,
      `limit 10 ${order} offset 5`,
    ])
      expect(parseQuery(`${head} ${tail}`)).toEqual(parts);
  });

  it("without select has no items", () => {
    expect(parseQuery("Task").items).toBeUndefined();
    expect(parseQuery("Task limit 1")).toMatchObject({
      type: "Task",
      limit: 1,
    });
  });

  it("with relations named like keywords", () => {
    expect(
      parseQuery("select from, to.name from TypedContextLink").items,
    ).toEqual([
      { kind: "path", path: steps("from") },
      { kind: "path", path: steps("to", "name") },
    ]);
  });

  it("with casts and aggregates", () => {
    expect(
      parseQuery(
        "select parent[Shot].parent[Sequence].name, count(id) from Task group by type.id",
      ).items,
    ).toEqual([
      {
        kind: "path",
        path: [
          { name: "parent", cast: "Shot" },
          { name: "parent", cast: "Sequence" },
          { name: "name" },
        ],
      },
      { kind: "aggregate", name: "count", path: steps("id") },
    ]);
  });
});

describe("a condition", () => {
  it.each<[string, object]>([
    ['name is "a"', is("name", quoted("a"))],
    ["name is 'a \"b\"'", is("name", quoted('a "b"'))],
    ['name is "a\\"b\\\\"', is("name", quoted('a"b\\'))],
    ['name is "line\nbreak"', is("name", quoted("line\nbreak"))],
    ["name is none", is("name", bare("none"))],
    ['name is "none"', is("name", quoted("none"))],
    [
      "id is 00a574b0-1c44-11e2-a9da-f23c91df25eb",
      is("id", bare("00a574b0-1c44-11e2-a9da-f23c91df25eb")),
    ],
    ["bid = -1.5", is("bid", bare("-1.5"))],
    ["NAME IS 5", is("NAME", bare("5"))],
    [
      'a is "x"and b is "y"',
      { kind: "and", terms: [is("a", quoted("x")), is("b", quoted("y"))] },
    ],
    [
      "a is 1 and b is 2 or c is 3",
      {
        kind: "or",
        terms: [
          { kind: "and", terms: [is("a", bare("1")), is("b", bare("2"))] },
          is("c", bare("3")),
        ],
      },
    ],
    [
      "a is 1 and (b is 2 or c is 3)",
      {
        kind: "and",
        terms: [
          is("a", bare("1")),
          { kind: "or", terms: [is("b", bare("2")), is("c", bare("3"))] },
        ],
      },
    ],
    ["not a is 1", { kind: "not", term: is("a", bare("1")) }],
    ["not (a is 1)", { kind: "not", term: is("a", bare("1")) }],
    [
      "notes any ()",
      { kind: "some", relation: "any", path: steps("notes"), inner: undefined },
    ],
    [
      "parent has (id is 1)",
      {
        kind: "some",
        relation: "has",
        path: steps("parent"),
        inner: is("id", bare("1")),
      },
    ],
    [
      "id in (a,'b', \"c\")",
      {
        kind: "in",
        path: steps("id"),
        negated: false,
        values: [bare("a"), quoted("b"), quoted("c")],
      },
    ],
    [
      "id not_in (1)",
      { kind: "in", path: steps("id"), negated: true, values: [bare("1")] },
    ],
    [
      "id in (select id from X)",
      {
        kind: "in",
        path: steps("id"),
        negated: false,
        values: expect.objectContaining({ type: "X" }) as object,
      },
    ],
    [
      "parent[Shot].name is x",
      {
        kind: "compare",
        path: [{ name: "parent", cast: "Shot" }, { name: "name" }],
        comparison: "is",
        value: bare("x"),
      },
    ],
  ])("%s", (text, expression) => {
    expect(parseQuery(`Task where ${text}`).where).toEqual(expression);
  });

  it.each([
    ["is", "is"],
    ["=", "is"],
    ["is_not", "is_not"],
    ["!=", "is_not"],
    ["like", "like"],
    ["not_like", "not_like"],
    [">", ">"],
    ["after", ">"],
    ["greater_than", ">"],
    ["<", "<"],
    ["before", "<"],
    ["less_than", "<"],
    [">=", ">="],
    ["<=", "<="],
  ])("operator %s", (operator, comparison) => {
    expect(parseQuery(`Task where a ${operator} 1`).where).toMatchObject({
      comparison,
    });
    expect(parseQuery(`Task where a ${operator}"1"`).where).toMatchObject({
      comparison,
    });
  });
});

describe("what is not a query", () => {
  it.each([
    "",
    "select",
    "select name",
    "select from Task",
    "select name, from Task",
    "select name from Task where",
    "select name from Task where name",
    "select name from Task where name is",
    "select name from Task where name is (x)",
    "select name from Task where id in ()",
    "select name from Task where (name is x",
    "select name from Task where name is x)",
    "select name from Task where name is x y",
    "select name from Task where name is 'x",
    "select name from Task where name none x",
    "select name from Task where 1a is x",
    "select name from Task where a..b is x",
    "select name from Task where a[Shot is x",
    "select name from Task limit x",
    "select name from Task limit -1",
    "select name from Task limit 1 limit 2",
    "select name from Task order name",
    "select name from Task; delete",
    "select name from Task where a # b",
    "select name from Task where a constructor b",
    "select name from Task order by name constructor",
  ])("%s", (text) => {
    expect(() => parseQuery(text)).toThrow(QuerySyntaxError);
  });
});
