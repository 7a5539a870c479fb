import { describe, expect, it } from "vitest";
import { plainRows } from "../../../src/ftrack/plain.ts";

const done = { __entity_type__: "Status", id: "s1" };

describe("plainRows", () => {
  it("fills the stubs of an answer that tells each entity once", () => {
    const rows = plainRows([
      { __entity_type__: "Task", id: "1", status: { ...done, name: "Done" } },
      { __entity_type__: "Task", id: "2", status: done },
    ]);
    expect(rows).toMatchObject([
      { status: { name: "Done" } },
      { status: { name: "Done" } },
    ]);
  });

  it("fills a stub that comes before the entity", () => {
    const rows = plainRows([
      { __entity_type__: "Task", id: "1", status: done },
      { __entity_type__: "Task", id: "2", status: { ...done, name: "Done" } },
    ]);
    expect(rows).toMatchObject([
      { status: { name: "Done" } },
      { status: { name: "Done" } },
    ]);
  });

  it("keeps different types with one id apart", () => {
    const rows = plainRows([
      { __entity_type__: "Task", id: "x", name: "task" },
      { __entity_type__: "Note", id: "x", content: "note" },
    ]);
    expect(rows).toEqual([
      { __entity_type__: "Task", id: "x", name: "task" },
      { __entity_type__: "Note", id: "x", content: "note" },
    ]);
  });

  it.each<[title: string, value: unknown, plain: unknown]>([
    [
      "date of newer servers",
      { __type__: "date", value: "2024-01-31" },
      "2024-01-31",
    ],
    [
      "date-time left as it came",
      { __type__: "datetime", value: "2024-01-31T10:00:00" },
      "2024-01-31T10:00:00",
    ],
    ["date object", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["date object without a date", new Date(Number.NaN), null],
    ["list", [1, { a: 1 }], [1, { a: 1 }]],
    ["null", null, null],
  ])("%s", (_title, value, plain) => {
    expect(plainRows([{ v: value }])).toEqual([{ v: plain }]);
  });
});
