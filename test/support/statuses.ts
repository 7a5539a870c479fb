import { ftrackId } from "../../src/core/ids.ts";
import type { FtrackStatus, ProjectSchema } from "../../src/core/reference.ts";

const STATES: Readonly<Record<string, string>> = {
  "In Progress": "IN_PROGRESS",
  Retake: "IN_PROGRESS",
  "Pending Review": "IN_PROGRESS",
  Approved: "DONE",
  Completed: "DONE",
  Done: "DONE",
  "On Hold": "BLOCKED",
};
const STATE_NAMES: Readonly<Record<string, string>> = {
  IN_PROGRESS: "In Progress",
  DONE: "Done",
  BLOCKED: "Blocked",
};

/** Statuses of the given names; the id is the name in lower case. */
export function statusesOf(...names: readonly string[]): FtrackStatus[] {
  return names.map((name, sort) => {
    const state = STATES[name] ?? "NOT_STARTED";
    return {
      id: statusId(name),
      name,
      sort,
      color: null,
      state,
      stateName: STATE_NAMES[state] ?? "Not Started",
    };
  });
}

export function statusId(name: string): FtrackStatus["id"] {
  return ftrackId(name.toLowerCase());
}

/** A schema that offers the given statuses, by name, for each kind. */
export function aSchema(
  offers: {
    readonly tasks?: readonly string[];
    readonly versions?: readonly string[];
    readonly overrides?: Readonly<Record<string, readonly string[]>>;
    readonly objects?: Readonly<Record<string, readonly string[]>>;
  } = {},
): ProjectSchema {
  const table = (
    rows: Readonly<Record<string, readonly string[]>> = {},
  ): ReadonlyMap<FtrackStatus["id"], FtrackStatus["id"][]> =>
    new Map(
      Object.entries(rows).map(([id, names]) => [
        ftrackId(id),
        names.map(statusId),
      ]),
    );
  return {
    id: ftrackId("schema"),
    objectTypes: [],
    taskTypes: [],
    taskStatuses: (offers.tasks ?? []).map(statusId),
    taskStatusOverrides: table(offers.overrides),
    versionStatuses: (offers.versions ?? []).map(statusId),
    objectStatuses: table(offers.objects),
    objectTypesOf: new Map(),
  };
}
