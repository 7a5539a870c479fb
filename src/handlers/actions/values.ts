/** What actions about many values of custom attributes have in common. */
import type { Work, WorkEnd } from "../../core/action.ts";
import type { ChangeResult, FtrackValue } from "../../core/change.ts";
import { ftrackDatetime } from "../../core/change.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { FtrackReads } from "../../core/ports.ts";
import { chunk } from "../../core/query.ts";
import type { AttributeConfiguration } from "../../core/reference.ts";
import { valuesOf, type ValueRow } from "../../core/rows.ts";
import { writeInParts } from "./parts.ts";

/** Cells one query may ask for. */
const CELLS = 5_000;

/** Stored values of many entities; a row may hold null. */
export async function readValues(
  ftrack: FtrackReads,
  entityIds: readonly FtrackId[],
  configurationIds: readonly FtrackId[],
): Promise<readonly ValueRow[]> {
  if (entityIds.length === 0 || configurationIds.length === 0) return [];
  const size = Math.max(1, Math.floor(CELLS / configurationIds.length));
  const rows: ValueRow[] = [];
  for (const part of chunk(entityIds, size))
    rows.push(...(await ftrack.query(valuesOf(part, configurationIds)))[0]);
  return rows;
}

/** A value row as a write. @param value - undefined takes the row away */
export function valueChange(
  definition: AttributeConfiguration,
  entity: { readonly id: FtrackId; readonly name: string },
  rowExists: boolean,
  value: unknown,
): FtrackValue {
  const isDate = definition.type === "date" && typeof value === "string";
  return {
    kind: "ftrack.value",
    id: `${definition.id} ${entity.id}`,
    subject: { ftrackId: entity.id, path: entity.name, type: "Context" },
    configurationId: definition.id,
    key: definition.key,
    entityId: entity.id,
    rowExists,
    value: isDate ? ftrackDatetime(value) : (value ?? null),
    ...(value === undefined ? { unset: true as const } : {}),
  };
}

/**
 * Writes rows part by part, each in the project's turn.
 *
 * @param projectId - null: rows of several projects
 */
export async function writeValues(
  work: Work,
  projectId: FtrackId | null,
  changes: readonly FtrackValue[],
): Promise<readonly ChangeResult[]> {
  return writeInParts(work, projectId, changes, "values");
}

/** Those of one project, and those of all. */
export function definitionsFor(
  configurations: readonly AttributeConfiguration[],
  projectId: FtrackId | null,
): readonly AttributeConfiguration[] {
  return configurations.filter(
    (c) =>
      c.isHierarchical && (c.projectId === null || c.projectId === projectId),
  );
}

export function endWith(
  told: { readonly success: boolean; readonly message: string },
  file?: WorkEnd["file"],
): WorkEnd {
  const { success, message } = told;
  return { success, message, ...(file === undefined ? {} : { file }) };
}
