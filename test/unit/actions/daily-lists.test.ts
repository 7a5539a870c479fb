import { describe, expect, test } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  fitting,
  type ListSettings,
  type Version,
} from "../../../src/handlers/actions/daily-lists/filter.ts";
import { nameOf } from "../../../src/handlers/actions/daily-lists/name.ts";
import {
  choresOf,
  lastDue,
  startSchedule,
} from "../../../src/processor/actions/schedule.ts";
import { actions } from "../../../src/handlers/actions/registry.ts";
import { scopedSettings } from "../../../src/settings/scoped.ts";
import { memoryLog } from "../../support/memory-log.ts";

describe("names of daily lists", () => {
  const at = new Date("2026-03-04T23:30:00Z");
  test.each([
    ["{yy}{mm}{dd}", "UTC", "260304"],
    ["{yy}{mm}{dd}", "Europe/Prague", "260305"],
    ["{yyyy}-{m}-{d} {ddd}", "UTC", "2026-3-4 Wed"],
    ["{dddd} {mmmm} {HH}:{MM}", "UTC", "Wednesday March 23:30"],
    ["{nope} {__proto__}", "UTC", "{nope} {__proto__}"],
  ])("%s in %s is %s", (template, timezone, name) => {
    expect(nameOf(template, at, timezone)).toBe(name);
  });
});

describe("filters of daily lists", () => {
  const version = (id: string, status: string): Version => ({
    id: ftrackId(id),
    status,
    above: ["project", "shot"],
  });
  const facts = {
    versions: [version("a", "Approved"), version("b", "Retake")],
    statuses: ["Approved", "Retake", "Ready"],
    configurations: [],
    valueOf: () => undefined,
  };
  const filter = (
    statuses: string[],
    attribute?: string,
  ): ListSettings["filters"][number] => ({
    statuses,
    custom_attributes:
      attribute === undefined
        ? []
        : [
            {
              ...{ attr_name: attribute, attr_type: "bool_value" },
              ...{ bool_value: true, str_value: "", int_value: 0 },
              ...{ float_value: 0, enum_value: [] },
            },
          ],
  });
  const ids = (...filters: ListSettings["filters"]): string[] =>
    fitting({ filters }, facts).map((v) => v.id);

  test("HA-79 each list looks at all versions; filters of one list add up", () => {
    expect(ids(filter(["approved"]))).toEqual(["a"]);
    expect(ids(filter(["Retake"]))).toEqual(["b"]);
    expect(ids(filter(["approved"]), filter(["RETAKE"]))).toEqual(["a", "b"]);
  });

  test("an empty filter takes all; an unknown status or attribute none", () => {
    expect(ids(filter([]))).toEqual(["a", "b"]);
    expect(ids()).toEqual([]);
    expect(ids(filter(["Nope"]))).toEqual([]);
    expect(ids(filter(["Approved"], "nope"))).toEqual([]);
  });
});

describe("the daily schedule", () => {
  const weekdays = { hour: 7, minute: 30, second: 0, days: [1, 2, 3, 4, 5] };
  test.each([
    [
      "an hour later",
      "2026-03-04T08:30:00Z",
      "UTC",
      "2026-03-04T07:30:00.000Z",
    ],
    [
      "early, of the day before",
      "2026-03-04T07:00:00Z",
      "UTC",
      "2026-03-03T07:30:00.000Z",
    ],
    [
      "in the studio's zone",
      "2026-03-04T08:30:00Z",
      "Europe/Prague",
      "2026-03-04T06:30:00.000Z",
    ],
    ["on Sunday, too long ago", "2026-03-08T12:00:00Z", "UTC", null],
  ])("%s", (_words, now, timezone, due) => {
    const found = lastDue(weekdays, timezone, new Date(now));
    expect(found?.toISOString() ?? null).toBe(due);
  });

  test("starts one job for any number of processors, and makes up for a downtime over the hour", async () => {
    const studio = scopedSettings("ftrack", null, {
      service_event_handlers: {
        create_daily_lists: {
          enabled: true,
          cycle_hour_start: "07:30:00",
          cycle_days: ["wednesday"],
        },
      },
    });
    const added = new Map<string, unknown>();
    const submit = (job: { id?: string; data: unknown }) => {
      const id = job.id ?? "";
      const isNew = !added.has(id);
      added.set(id, job.data);
      return Promise.resolve({ id, isNew });
    };
    const now = () => Date.parse("2026-03-04T09:00:00Z");
    const processors = [1, 2, 3].map(() =>
      startSchedule({
        ...{
          chores: choresOf(actions),
          now,
          log: memoryLog(),
          jobs: { submit },
        },
        settings: { studio: () => Promise.resolve(studio) },
        mayStart: () => true,
      }),
    );
    await Promise.all(processors.map((one) => one.close()));
    expect([...added]).toEqual([
      [
        "create-daily-lists-2026-03-04T07:30:00.000Z",
        {
          ...{ action: "create.daily.lists", user: null, ftrackJobId: null },
          data: {
            ...{ projectId: null, lists: null },
            at: "2026-03-04T07:30:00.000Z",
          },
        },
      ],
    ]);
  });
});
