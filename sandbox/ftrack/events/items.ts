import { eventText } from "../attributes/values.ts";
import type { Catalogue, EntityType } from "../schema/catalogue.ts";
import { keyOf, type Row, type Value } from "../store/row.ts";
import type { Write } from "../store/store.ts";
import { entityIdOf, parentsOf, type LookUp, type Parent } from "./parents.ts";

export type Action = "add" | "update" | "remove" | "move";
export interface Change {
  readonly old: Value;
  readonly new: Value;
}

/** One entity of an `ftrack.update`. */
export interface Item {
  readonly base: string;
  readonly row: Row;
  readonly action: Action;
  readonly entityId: string;
  readonly entityType: string;
  readonly entity_type: string;
  readonly objectTypeId: string | null;
  readonly parents: readonly Parent[];
  /** By legacy column name, or key of a custom attribute. */
  readonly changes: Readonly<Record<string, Change>>;
}

/** Tables whose changes are told. The set-up of the studio is not among them. */
const told = new Set([
  "Context",
  "Asset",
  "AssetVersion",
  "AssetVersionLink",
  "Component",
  "ComponentLocation",
  "Note",
  "Appointment",
  "TypedContextLink",
  "List",
  "ListObject",
  "Job",
  "Timelog",
  "Timer",
  "Manager",
  "Metadata",
  "CalendarEvent",
  "ReviewSession",
  "ReviewSessionObject",
  "ReviewSessionInvitee",
  "ReviewSessionObjectStatus",
  "Resource",
  "Membership",
  "UserSecurityRole",
  "UserSecurityRoleProject",
]);

/** The entities an event tells of these changes, custom attributes with their owners. */
export function itemsOf(
  changes: readonly Write[],
  lookUp: LookUp,
  catalogue: Catalogue,
  secondary: boolean,
): readonly Item[] {
  const items = new Map<string, Item>();
  const values: Write[] = [];
  for (const write of changes) {
    if (write.base === "CustomAttributeValue") values.push(write);
    if (!told.has(write.base) && !(secondary && write.base === "StatusChange"))
      continue;
    const item = rowItem(write, lookUp, catalogue);
    if (item !== undefined) items.set(`${write.base} ${write.key}`, item);
  }
  // With an attribute go its values, and nobody is told.
  const gone = new Set(
    changes
      .filter(
        (w) => w.base === "CustomConfigurationBase" && w.after === undefined,
      )
      .map((w) => w.key),
  );
  for (const write of values)
    if (!gone.has(configurationOf(write)))
      addValue(write, items, lookUp, catalogue);
  return [...items.values()];
}

function rowItem(
  write: Write,
  lookUp: LookUp,
  catalogue: Catalogue,
): Item | undefined {
  const { before, after } = write;
  const row = after ?? before;
  const type = row === undefined ? undefined : catalogue.types.get(row.$type);
  if (row === undefined || type === undefined) return undefined;
  const changed: Record<string, Change> = {};
  for (const [legacy, column] of legacyColumns(type)) {
    const from = before?.[column] ?? null;
    const to = after?.[column] ?? null;
    if (before !== undefined && after !== undefined && from === to) continue;
    changed[legacy] = { old: from, new: to };
  }
  if (before === undefined && type.table === "Task") {
    changed["isopen"] = { old: null, new: true };
    changed["isrequirecomment"] = { old: null, new: false };
  }
  if (Object.keys(changed).length === 0) return undefined;
  const moved =
    write.base === "Context" && before?.["parent_id"] !== after?.["parent_id"];
  const action: Action =
    before === undefined
      ? "add"
      : after === undefined
        ? "remove"
        : moved
          ? "move"
          : "update";
  return item(write.base, row, type, action, changed, lookUp, catalogue);
}

function item(
  base: string,
  row: Row,
  type: EntityType,
  action: Action,
  changes: Readonly<Record<string, Change>>,
  lookUp: LookUp,
  catalogue: Catalogue,
): Item {
  return {
    base,
    row,
    action,
    entityId: entityIdOf(row, type.key),
    entityType: type.table.toLowerCase(),
    entity_type: type.id,
    objectTypeId: keyOf(row, "object_type_id") || null,
    parents: parentsOf(base, row, lookUp, catalogue),
    changes,
  };
}

/** The id goes by several names in old tables. */
const idNames: Readonly<Record<string, readonly string[]>> = {
  Task: ["id", "taskid"],
  Show: ["id", "showid"],
  User: ["id", "userid"],
};
/** Columns no event shows. */
const silent = new Set([
  "created_at",
  "created_by_id",
  "secret",
  "is_all_open_projects",
]);

function legacyColumns(
  type: EntityType,
): readonly (readonly [legacy: string, column: string])[] {
  return type.columns.flatMap(([name, column]) => {
    if (silent.has(name)) return [];
    const names = name === "id" ? idNames[type.table] : undefined;
    if (names !== undefined) return names.map((n) => [n, name] as const);
    if (
      type.id === "Project" &&
      (name === "project_id" || name === "parent_id")
    )
      return [];
    return [[column.legacy ?? name, name] as const];
  });
}

function configurationOf({ before, after }: Write): string {
  const row = after ?? before;
  return row === undefined ? "" : keyOf(row, "configuration_id");
}

const owners = [
  "Context",
  "AssetVersion",
  "Asset",
  "List",
  "Resource",
  "ListObject",
];

/**
 * A changed custom attribute is told under its key, with its owner. An owner that was just created is told
 * again, as updated; one that was removed takes its values along untold.
 */
function addValue(
  write: Write,
  items: Map<string, Item>,
  lookUp: LookUp,
  catalogue: Catalogue,
): void {
  const row = write.after ?? write.before;
  if (row === undefined) return;
  const configuration = lookUp(
    "CustomConfigurationBase",
    configurationOf(write),
  );
  const entity = keyOf(row, "entity_id");
  const base = owners.find((b) => lookUp(b, entity) !== undefined);
  const owner = base === undefined ? undefined : lookUp(base, entity);
  const type =
    owner === undefined ? undefined : catalogue.types.get(owner.$type);
  if (
    configuration === undefined ||
    base === undefined ||
    owner === undefined ||
    type === undefined
  )
    return;
  const unset = configuration["is_hierarchical"] === true ? null : "";
  const text = (value: Row | undefined): string | null =>
    value === undefined
      ? unset
      : eventText(configuration, value["value"] ?? null);
  const change: Change = { old: text(write.before), new: text(write.after) };
  if (change.old === change.new) return;
  const key = `${base} ${entity}`;
  const known = items.get(key);
  if (known?.action === "remove") return;
  const place = known?.action === "add" ? `${key} values` : key;
  const target =
    items.get(place) ??
    item(base, owner, type, "update", {}, lookUp, catalogue);
  items.set(place, {
    ...target,
    changes: { ...target.changes, [keyOf(configuration, "key")]: change },
  });
}
