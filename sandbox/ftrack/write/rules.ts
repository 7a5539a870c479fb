import { duplicateError, validationError } from "../api/errors.ts";
import type { EntityType } from "../schema/catalogue.ts";
import { contextsAbove } from "../schema/walk.ts";
import { keyOf, type Row } from "../store/row.ts";
import type { WriteContext } from "./context.ts";
import {
  offeredStatuses,
  offeredTypes,
  offeredVersionStatuses,
} from "./workflow.ts";

/** Which types a project offers is for the strict mode; folders and sequences have none at all. */
const MAY_LACK = new Set(["status_id", "type_id", "priority_id"]);

/** Refuses a row that would break a rule of its type. `before` is what it replaces. */
export function checkRow(
  row: Row,
  before: Row | undefined,
  type: EntityType,
  context: WriteContext,
): void {
  checkRequired(row, type);
  checkUnique(row, before, type, context);
  if (type.base === "Context") {
    checkPlace(row, before, context);
    checkName(row, before, context);
  }
  if (context.behaviour.strictMembership) checkOffered(row, before, context);
}

function checkRequired(row: Row, type: EntityType): void {
  for (const name of type.required) {
    const attribute = type.attributes.get(name);
    if (attribute?.kind !== "column" || MAY_LACK.has(name)) continue;
    if ((row[name] ?? null) === null)
      throw validationError(`${type.id} needs ${name}.`);
  }
}

function checkUnique(
  row: Row,
  before: Row | undefined,
  type: EntityType,
  { store }: WriteContext,
): void {
  for (const columns of type.definition.unique ?? []) {
    const [first] = columns;
    if (first === undefined || keyOf(row, first) === "") continue;
    if (before !== undefined && columns.every((c) => before[c] === row[c]))
      continue;
    for (const other of store.find(type.base, first, keyOf(row, first))) {
      if (other === before || other === row || other.$type !== row.$type)
        continue;
      if (columns.every((c) => (other[c] ?? null) === (row[c] ?? null)))
        throw duplicateError(
          `Duplicate ${type.id}: ${columns.map((c) => `${c} ${keyOf(row, c)}`).join(", ")}`,
        );
    }
  }
}

/** A context hangs below one that may have children, and never below itself. */
function checkPlace(
  row: Row,
  before: Row | undefined,
  { store }: WriteContext,
): void {
  if (row.$type === "Project" || before?.["parent_id"] === row["parent_id"])
    return;
  const parent = store.get("Context", keyOf(row, "parent_id"));
  if (parent === undefined)
    throw validationError(`${row.$type} needs a parent.`);
  const objectType = store.get("ObjectType", keyOf(parent, "object_type_id"));
  if (objectType?.["is_leaf"] === true)
    throw validationError(`${parent.$type} cannot have children.`);
  if (
    [parent, ...contextsAbove(parent, store)].some((c) => c["id"] === row["id"])
  )
    throw validationError("A context cannot be moved below itself.");
}

function checkName(
  row: Row,
  before: Row | undefined,
  { store, behaviour }: WriteContext,
): void {
  const same =
    before?.["name"] === row["name"] &&
    before?.["parent_id"] === row["parent_id"];
  if (row.$type === "Project" || same || !behaviour.uniqueNames) return;
  for (const other of store.find(
    "Context",
    "parent_id",
    keyOf(row, "parent_id"),
  ))
    if (
      other["id"] !== row["id"] &&
      other["name"] === row["name"] &&
      other["object_type_id"] === row["object_type_id"]
    )
      throw validationError(
        `There is already a ${row.$type} named ${keyOf(row, "name")} here.`,
      );
}

function checkOffered(
  row: Row,
  before: Row | undefined,
  { store }: WriteContext,
): void {
  const project = store.get("Context", keyOf(row, "project_id"));
  if (project === undefined || project === row) return;
  const objectType = store.get("ObjectType", keyOf(row, "object_type_id"));
  const check = (column: string, offered: readonly Row[]): void => {
    const id = keyOf(row, column);
    if (id === "" || before?.[column] === id || offered.length === 0) return;
    if (!offered.some((o) => o["id"] === id))
      throw validationError(
        `The project does not offer this ${column} for ${row.$type}.`,
      );
  };
  if (row.$type === "AssetVersion")
    check("status_id", offeredVersionStatuses(project, store));
  if (objectType === undefined) return;
  check("type_id", offeredTypes(project, objectType, store));
  check(
    "status_id",
    offeredStatuses(project, objectType, keyOf(row, "type_id"), store),
  );
}
