import type { Request } from "../api/session.ts";
import { keyOf, type Row } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import type { Item } from "./items.ts";
import { projectIn } from "./parents.ts";

/** Rows that say something about the entity they hang on are logged under that entity. */
const aboutParent = new Set([
  "Appointment",
  "TypedContextLink",
  "AssetVersionLink",
  "ListObject",
  "Metadata",
  "Component",
  "ComponentLocation",
  "Timelog",
  "Timer",
  "Manager",
  "StatusChange",
]);

const inserts = {
  add: "insert",
  update: "update",
  move: "update",
  remove: "delete",
} as const;

/**
 * Writes one `Event` row per entity, with ascending ids.
 *
 * Unverified: the words in `action` and what `data` holds; `insert` is insert, update or delete.
 */
export function logItems(
  items: readonly Item[],
  { identity }: Request,
  store: Store,
  now: Date,
  nowText: string,
): void {
  let id = Number(store.latest("Event")?.["id"] ?? 0);
  for (const item of items) {
    const subject = subjectOf(item);
    store.put("Event", {
      $type: "Event",
      id: ++id,
      action: actionOf(item),
      insert: inserts[item.action],
      data: JSON.stringify(dataOf(item)),
      created_at: nowText,
      parent_id: subject.id,
      parent_type: subject.type,
      project_id: projectIn(item.parents, item.row, store) || null,
      user_id: identity.userId,
      recorded: now.getTime(),
    });
  }
}

function subjectOf(item: Item): { readonly id: string; readonly type: string } {
  const [self, parent] = item.parents;
  const subject = aboutParent.has(item.base) ? (parent ?? self) : self;
  return {
    id: subject?.entityId ?? item.entityId,
    type: subject?.entityType ?? item.entityType,
  };
}

function actionOf(item: Item): string {
  if (item.action === "update" && "statusid" in item.changes)
    return `change.status.${item.entity_type.toLowerCase()}`;
  return `${inserts[item.action]}.${item.entityType}`;
}

function dataOf(item: Item): Readonly<Record<string, unknown>> {
  const status = item.changes["statusid"];
  return {
    id: item.entityId,
    entity_type: item.entity_type,
    name: nameOf(item.row),
    parent_id: item.parents[0]?.parentId ?? null,
    keys: Object.keys(item.changes),
    ...(item.action === "update" && status !== undefined
      ? { from: status.old, to: status.new }
      : {}),
  };
}

function nameOf(row: Row): string | null {
  return keyOf(row, "name") || null;
}
