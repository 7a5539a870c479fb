import { z } from "zod";
import type { Work, WorkEnd } from "../../../core/action.ts";
import { bindings, configurationFor } from "../../../core/attribute-mapping.ts";
import { castTo, isSameStored } from "../../../core/attribute-pairs.ts";
import {
  ftrackDatetime,
  type AyonUser,
  type Change,
  type FtrackValue,
  type Subject,
} from "../../../core/change.ts";
import { fullSyncOf } from "../../../core/full-sync.ts";
import { projectName, type ProjectName } from "../../../core/ids.ts";
import { throwTransient } from "../../../core/results.ts";
import { idField, valuesOf } from "../../../core/rows.ts";
import { customAttributes } from "../../../settings/addon/custom-attributes.ts";
import { changesOnly, rehearsal } from "../common.ts";
import { ensureMandatory } from "../create-attributes/index.ts";
import { membersOf, projectNow, type ProjectNow } from "./gather.ts";
import { obstacleOf } from "./names.ts";

/**
 * The synchronisation begins after this pause. Switching auto-sync on asks for one too; while this one waits,
 * that adds none.
 */
const SYNC_DELAY_MS = 5_000;

export const prepareData = z.object({
  projectId: idField,
  /** Null: the project exists already. */
  preset: z.string().nullable(),
  autoSync: z.boolean(),
  attributes: z.record(z.string(), z.json()),
});
export type PrepareData = z.infer<typeof prepareData>;

function failed(message: string): WorkEnd {
  return { success: false, message };
}

/** Every part finds done what an earlier start has done. */
export async function prepare(data: PrepareData, work: Work): Promise<WorkEnd> {
  const { reference } = work;
  const project = await projectNow(work, data.projectId);
  if (project === null) return failed("The project is gone from Ftrack.");
  const name = projectName(project.fullName);
  const raw = await work.setting(null, "custom_attributes");

  work.progress(0, 5, "custom attributes");
  const ensured = await ensureMandatory(work, raw);
  if (!ensured.success) return ensured;

  work.progress(1, 5, "AYON project");
  const subject: Subject = {
    ftrackId: project.id,
    path: project.fullName,
    type: "Project",
  };
  const known = await work.ayon.projects();
  const obstacle = obstacleOf({ name, code: project.code }, known);
  if (obstacle !== null) return failed(obstacle);
  const isNew = !known.some((p) => p.name === name);
  const preset = data.preset ?? "__primary__";
  const anatomy = isNew ? await work.studio.anatomy(preset) : null;
  if (isNew && anatomy === null)
    return failed(`AYON has no anatomy preset “${preset}” any more.`);
  const made: readonly Change[] = [
    ...(anatomy === null
      ? []
      : [
          {
            kind: "ayon.project.create" as const,
            id: "create",
            subject,
            project: name,
            code: project.code,
            anatomy,
          },
        ]),
    {
      kind: "ayon.project.update",
      id: "attributes",
      subject,
      project: name,
      ...(isNew ? { needs: ["create"] } : {}),
      patch: {
        attrib: {
          ...data.attributes,
          ftrackId: project.id,
          ftrackPath: project.fullName,
        },
      },
    },
  ];
  const problem = await written(made, work, project);
  if (problem !== null) return failed(problem);
  reference.refresh("ayon-project");

  work.progress(2, 5, "access of users");
  if (isNew && project.isPrivate) {
    const closing = await withoutStrangers(work, project, name);
    const trouble = await written(closing, work, project);
    if (trouble !== null) return failed(trouble);
  }

  work.progress(3, 5, "attributes in Ftrack");
  const mirrored = await mirror(work, project, data.attributes, raw);
  const refused = await written(mirrored.changes, work, project);
  if (refused !== null) return failed(refused);

  work.progress(4, 5, "synchronisation");
  const sync = {
    ...fullSyncOf(project, work.user?.id ?? null),
    delayMs: SYNC_DELAY_MS,
  };
  const started = await written([sync], work, project);
  if (started !== null) return failed(started);
  const flag = await autoSyncFlag(work, project, data.autoSync);
  const unset = await written(flag, work, project);
  if (unset !== null) return failed(unset);
  const left = mirrored.left.map((line) => ` ${line}`).join("");
  return {
    success: true,
    message: `“${name}” is ${isNew ? "created" : "brought up to date"} in AYON and will be synchronised.${left}`,
  };
}

/** Writes; why not all of it is there now, or null. */
async function written(
  changes: readonly Change[],
  work: Work,
  project: ProjectNow,
): Promise<string | null> {
  if (changes.length === 0) return null;
  const results = await work.inTurn(project.id, (apply) =>
    apply(changesOnly(changes)),
  );
  throwTransient(results);
  const [first] = results.flatMap(({ error }) => error ?? []);
  return first?.message ?? rehearsal(results);
}

/** AYON lets everybody with default groups into a new project; a private one is only for its members. */
async function withoutStrangers(
  work: Work,
  project: ProjectNow,
  name: ProjectName,
): Promise<readonly AyonUser[]> {
  work.reference.refresh("users");
  const [members, people, users] = await Promise.all([
    membersOf(work, project.id),
    work.reference.users(),
    work.ayon.users(),
  ]);
  return users.flatMap((user): AyonUser[] => {
    if (user.isAdmin || user.isManager || user.isService || user.isGuest)
      return [];
    const owner = people.ftrackOf.get(user.name);
    if (owner !== undefined && members.has(owner.id)) return [];
    if ((user.accessGroups[name] ?? []).length === 0) return [];
    return [
      {
        kind: "ayon.user",
        id: `access ${user.name}`,
        subject: {
          ftrackId: owner?.id ?? null,
          path: user.name,
          type: "User",
        },
        op: "update",
        user: user.name,
        data: { data: { accessGroups: { ...user.accessGroups, [name]: [] } } },
      },
    ];
  });
}

/** The values as those of the Ftrack project, where the mapping has an attribute for them. */
async function mirror(
  work: Work,
  project: ProjectNow,
  attributes: PrepareData["attributes"],
  raw: unknown,
): Promise<{
  readonly changes: readonly FtrackValue[];
  readonly left: readonly string[];
}> {
  const [configurations, ayonAttributes] = await Promise.all([
    work.reference.configurations(),
    work.ayon.attributes(),
  ]);
  const { attributes_mapping: mapping } = customAttributes.parse(raw);
  const bound = bindings(
    mapping,
    configurations,
    ayonAttributes,
    project.id,
  ).flatMap((binding) => {
    const configuration = configurationFor(binding, "show", null);
    const value = attributes[binding.attribute.name] ?? null;
    return configuration === null || value === null
      ? []
      : [{ configuration, value }];
  });
  if (bound.length === 0) return { changes: [], left: [] };
  const [rows] = await work.ftrack.query(
    valuesOf(
      [project.id],
      bound.map(({ configuration }) => configuration.id),
    ),
  );
  const stored = new Map(rows.map((row) => [row.configurationId, row]));
  const left: string[] = [];
  const changes = bound.flatMap(({ configuration, value }): FtrackValue[] => {
    const row = stored.get(configuration.id);
    const cast = castTo(value, configuration);
    if (!cast.ok) {
      left.push(
        `${configuration.key} in Ftrack stays: the value ${cast.reason}.`,
      );
      return [];
    }
    if (row !== undefined && isSameStored(row.value, cast.value, configuration))
      return [];
    const isDate = configuration.type === "date";
    return [
      {
        kind: "ftrack.value",
        id: configuration.id,
        subject: {
          ftrackId: project.id,
          path: project.fullName,
          type: "Project",
        },
        configurationId: configuration.id,
        key: configuration.key,
        entityId: project.id,
        rowExists: row !== undefined,
        value:
          isDate && typeof cast.value === "string"
            ? ftrackDatetime(cast.value)
            : cast.value,
      },
    ];
  });
  return { changes, left };
}

async function autoSyncFlag(
  work: Work,
  project: ProjectNow,
  value: boolean,
): Promise<readonly FtrackValue[]> {
  const definition = (await work.reference.configurations()).find(
    (c) => c.key === "auto_sync_enabled" && c.entityType === "show",
  );
  if (definition === undefined) return [];
  const [[row]] = await work.ftrack.query(
    valuesOf([project.id], [definition.id]),
  );
  const now = row === undefined ? definition.default : row.value;
  if ((now === true) === value) return [];
  return [
    {
      kind: "ftrack.value",
      id: "auto-sync",
      subject: {
        ftrackId: project.id,
        path: project.fullName,
        type: "Project",
      },
      configurationId: definition.id,
      key: definition.key,
      entityId: project.id,
      rowExists: row !== undefined,
      value,
    },
  ];
}
