import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  and,
  any,
  has,
  inList,
  is,
  isNot,
  or,
  quote,
  select,
} from "../../src/core/query.ts";

describe("quote", () => {
  it.each([
    ["plain", '"plain"'],
    ['with "quotes"', '"with \\"quotes\\""'],
    ["ends in backslash\\", '"ends in backslash\\\\"'],
    ["it's", '"it\'s"'],
    ["100%", '"100%"'],
    ["line\nbreak", '"line\nbreak"'],
  ])("%s", (value, literal) => {
    expect(quote(value)).toBe(literal);
  });
});

describe("select", () => {
  it("orders by id, so that pages do not shift", () => {
    const q = select({
      type: "Task",
      fields: ["id", "status.name"],
      row: z.object({ id: z.string() }),
      where: and(
        is("project_id", "p"),
        or(isNot("type_id", null), has("parent", is("name", 'a"b'))),
      ),
    });
    expect(q.expression).toBe(
      'select id, status.name from Task where project_id is "p" and ((type_id is_not none) or (parent has (name is "a\\"b"))) order by id',
    );
  });

  it("writes each id of a list once", () => {
    expect(inList("id", ["a", "b", "a"]).text).toBe('id in ("a", "b")');
    expect(any("ancestors", inList("id", ["a"])).text).toBe(
      'ancestors any (id in ("a"))',
    );
  });

  it("refuses what would not be a query", () => {
    expect(() => inList("id", [])).toThrow(TypeError);
    expect(() => is('name is "x" or id', "y")).toThrow(TypeError);
    expect(() =>
      select({ type: "Task where", fields: ["id"], row: z.unknown() }),
    ).toThrow(TypeError);
  });
});
