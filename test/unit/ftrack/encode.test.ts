import { Session } from "@ftrack/api";
import { describe, expect, it } from "vitest";
import { ftrackDatetime } from "../../../src/core/change.ts";
import { encodeData } from "../../../src/ftrack/encode.ts";

function encoded(
  data: Record<string, unknown>,
  timezoneSupport = true,
): Record<string, unknown> {
  const value = encodeData(data, {
    entityType: "Task",
    timezoneSupport,
    isDatetime: (name) => name === "start_date",
  });
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

const datetime = (value: string): object => ({ __type__: "datetime", value });

describe("encodeData", () => {
  it.each<[title: string, value: unknown, wire: unknown]>([
    [
      "text that looks like a time stays text",
      "2024-01-31T10:00:00",
      "2024-01-31T10:00:00",
    ],
    [
      "so does text with a zone",
      "2024-01-31T10:00:00Z",
      "2024-01-31T10:00:00Z",
    ],
    ["text", "hello", "hello"],
    ["null", null, null],
    ["number", 1.5, 1.5],
    ["boolean", false, false],
    [
      "a time",
      ftrackDatetime("2024-01-31T10:00:00Z"),
      datetime("2024-01-31T10:00:00.000Z"),
    ],
    [
      "a time with an offset",
      ftrackDatetime("2024-01-31T10:00:00+02:00"),
      datetime("2024-01-31T08:00:00.000Z"),
    ],
    [
      "a time without a zone is UTC",
      ftrackDatetime("2024-01-31T10:00:00"),
      datetime("2024-01-31T10:00:00.000Z"),
    ],
    [
      "a day",
      ftrackDatetime("2024-01-31"),
      datetime("2024-01-31T00:00:00.000Z"),
    ],
    ["a Date", new Date(0), datetime("1970-01-01T00:00:00.000Z")],
    [
      "a time inside a list",
      [{ at: ftrackDatetime("2024-01-31") }],
      [{ at: datetime("2024-01-31T00:00:00.000Z") }],
    ],
    ["text inside a list", ["2024-01-31T10:00:00"], ["2024-01-31T10:00:00"]],
    [
      "a stub",
      { __entity_type__: "Task", id: "1" },
      { __entity_type__: "Task", id: "1" },
    ],
  ])("%s", (_title, value, wire) => {
    expect(encoded({ description: value })).toEqual({
      __entity_type__: "Task",
      description: wire,
    });
  });

  it.each([
    ["2024-01-31T10:00:00", datetime("2024-01-31T10:00:00.000Z")],
    ["2024-01-31", datetime("2024-01-31T00:00:00.000Z")],
    ["soon", "soon"],
    [null, null],
  ])("a property that the schema calls date-time: %s", (text, wire) => {
    expect(encoded({ start_date: text })["start_date"]).toEqual(wire);
  });

  it("writes naive local times to a server without time zones", () => {
    const { start_date: wire } = encoded(
      { start_date: "2024-01-31T10:00:00Z" },
      false,
    );
    const local = new Date(Date.UTC(2024, 0, 31, 10));
    const pad = (n: number): string => String(n).padStart(2, "0");
    expect(wire).toEqual(
      datetime(
        `2024-01-${pad(local.getDate())}T${pad(local.getHours())}:${pad(local.getMinutes())}:00`,
      ),
    );
  });

  it("passes untouched through the official client's own encoder", () => {
    const encodeOperations = Session.prototype.encodeOperations.bind(
      Object.create(Session.prototype) as Session,
    );
    const text = "2024-01-31T10:00:00Z";
    const ours = encodeData(
      { content: text, date: ftrackDatetime(text) },
      { entityType: "Note", timezoneSupport: true, isDatetime: () => false },
    );
    const wire = JSON.parse(
      encodeOperations([
        { action: "create", entity_data: ours },
        { action: "create", entity_data: { content: text } },
      ]),
    );
    expect(wire[0].entity_data).toEqual({
      __entity_type__: "Note",
      content: text,
      date: datetime("2024-01-31T10:00:00.000Z"),
    });
    // What happens without: the reason for encoding ourselves.
    expect(wire[1].entity_data.content).toMatchObject({ __type__: "datetime" });
  });

  it("takes a key called __proto__ as data", () => {
    const data = JSON.parse('{"__proto__": {"a": 1}, "b": 2}') as Record<
      string,
      unknown
    >;
    const wire = encoded(data);
    expect(Object.keys(wire)).toContain("__proto__");
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });
});
