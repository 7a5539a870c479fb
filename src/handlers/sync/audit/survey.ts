import { setImmediate as breathe } from "node:timers/promises";
import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { AyonStamps } from "../../../core/ports.ts";
import { chunk } from "../../../core/query.ts";
import type { ValueRow } from "../../../core/rows.ts";
import type { FtrackProjectValues, World } from "../facts.ts";
import { ayonProjectOf } from "../gather/facts.ts";
import { definitionIds, valueQueries } from "../gather/ftrack.ts";
import { projectValues } from "../gather/project-values.ts";
import {
  assignmentsOfProject,
  contextsOfProject,
  type AssignmentRow,
} from "../gather/rows.ts";
import { worldOf } from "../gather/world.ts";
import type { SyncSettings } from "../settings.ts";
import { digest, sorted } from "./digest.ts";
import { readRest, type RestRead } from "./rest.ts";

/** Queries of values sent together: bounds the memory of the answers. */
const VALUE_QUERIES = 20;

/** What both sides of a project say, in as few bytes as tell whether it has changed. */
export interface Survey {
  readonly world: World;
  /** Of all that the plan looks at besides entities: settings, definitions, users, values of the project. */
  readonly worldDigest: string;
  /** Of each context: its row, its values, who is assigned. */
  readonly ftrack: ReadonlyMap<FtrackId, string>;
  readonly ayon: AyonStamps;
  readonly rest: RestRead;
  readonly projectValues: FtrackProjectValues | null;
  readonly projectRows: readonly ValueRow[];
}

/** Whatever decides about every entity alike: when it changes, all of them are to be looked at. */
function digestOfWorld(
  world: World,
  settings: SyncSettings,
  timezone: string,
  project: Awaited<ReturnType<typeof ayonProjectOf>>,
  projectRows: readonly ValueRow[],
): string {
  const { users, schema, bindings, bookkeeping } = world;
  return digest([
    settings,
    timezone,
    [project.name, project.folderTypes, project.taskTypes, project.statuses],
    project.linkTypes.map((type) => type.name).sort(),
    [sorted(world.objectTypes), sorted(world.taskTypes)],
    [sorted(world.statuses), sorted(world.priorities)],
    [schema, sorted(world.attributes), bindings, bookkeeping],
    sorted(users.ayonOf).map(([id, user]) => [id, user.name]),
    sorted(users.ftrackUsers).map(([id, user]) => [id, user.username]),
    projectRows.map((row) => [row.configurationId, row.value]),
  ]);
}

function assignedIn(rows: readonly AssignmentRow[]): Map<FtrackId, string[]> {
  const found = new Map<FtrackId, string[]>();
  for (const { taskId, resourceId } of rows) {
    const known = found.get(taskId);
    if (known === undefined) found.set(taskId, [resourceId]);
    else known.push(resourceId);
  }
  return found;
}

function rowsByEntity(rows: readonly ValueRow[]): Map<FtrackId, ValueRow[]> {
  const found = new Map<FtrackId, ValueRow[]>();
  for (const row of rows) {
    const known = found.get(row.entityId);
    if (known === undefined) found.set(row.entityId, [row]);
    else known.push(row);
  }
  return found;
}

function byDefinition(a: ValueRow, b: ValueRow): number {
  return a.configurationId < b.configurationId ? -1 : 1;
}

/** Ftrack keeps no time of change, so all that the plan reads of a context is read, and only its digest kept. */
async function surveyFtrack(
  { ftrack, project }: HandlerContext,
  world: World,
): Promise<
  Pick<Survey, "ftrack" | "projectValues"> & {
    readonly projectRows: readonly ValueRow[];
  }
> {
  const { id: projectId } = project.ftrack;
  const definitions = definitionIds(world);
  const [rows, assignments, [values], ...ofProject] = await ftrack.query(
    contextsOfProject(projectId),
    assignmentsOfProject(projectId),
    projectValues(projectId),
    ...valueQueries([projectId], definitions),
  );
  const contexts = new Map(
    rows
      .filter((row) => row.projectId === projectId)
      .map((row) => [row.context.id, row.context]),
  );
  const assigned = assignedIn(assignments);
  const digests = new Map<FtrackId, string>();
  const size = Math.max(1, Math.floor(5000 / Math.max(1, definitions.length)));
  for (const ids of chunk([...contexts.keys()], size * VALUE_QUERIES)) {
    const found = await ftrack.query(...valueQueries(ids, definitions));
    const valuesOf = rowsByEntity(found.flat());
    await breathe();
    for (const id of ids) {
      const own = (valuesOf.get(id) ?? []).sort(byDefinition);
      digests.set(
        id,
        digest([
          contexts.get(id),
          own.map((row) => [row.configurationId, row.value]),
          (assigned.get(id) ?? []).sort(),
        ]),
      );
    }
  }
  return {
    ftrack: digests,
    projectValues: values ?? null,
    projectRows: ofProject.flat().sort(byDefinition),
  };
}

/**
 * Reads both sides of a project for what tells whether something has changed: digests of Ftrack's rows, the
 * times of AYON's. It must come before the reading that is planned from: what changes in between then counts
 * as changed the next time.
 */
export async function survey(
  ctx: HandlerContext,
  settings: SyncSettings,
): Promise<Survey> {
  ctx.reference.refresh("all");
  const world = await worldOf(ctx, settings);
  const ayonProject = await ayonProjectOf(ctx);
  const [inFtrack, ayon] = await Promise.all([
    surveyFtrack(ctx, world),
    ctx.ayon.stamps(ctx.project.ayonName, ["folders", "tasks"]),
  ]);
  const rest = await readRest(ctx, settings, world, ayonProject);
  const { timezone } = ctx.project;
  return {
    ...inFtrack,
    world,
    ayon,
    rest,
    worldDigest: digestOfWorld(
      world,
      settings,
      timezone,
      ayonProject,
      inFtrack.projectRows,
    ),
  };
}
