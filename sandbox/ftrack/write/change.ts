import type { EntityType } from "../schema/catalogue.ts";
import type { Row, Value } from "../store/row.ts";
import { afterUpdate, follow } from "./consequences.ts";
import type { WriteContext } from "./context.ts";
import { castDefault, type Draft } from "./derive.ts";
import { checkRow } from "./rules.ts";

/** Replaces a row by one with other values, with all that follows from it. */
export function changeRow(
  before: Row,
  columns: ReadonlyMap<string, Value>,
  type: EntityType,
  context: WriteContext,
): Row {
  const draft: Draft = { ...before };
  for (const [name, value] of columns) draft[name] = value;
  if (draft.$type === "CustomAttributeConfiguration") {
    // The default of another type is no default of this one.
    if (draft["type_id"] !== before["type_id"] && !columns.has("default"))
      draft["default"] = null;
    draft["default"] = castDefault(draft);
  }
  follow(before, draft, context);
  const changed = Object.keys(draft).some(
    (name) => (before[name] ?? null) !== draft[name],
  );
  if (!changed) return before;
  checkRow(draft, before, type, context);
  context.store.put(type.base, draft);
  afterUpdate(before, draft, context);
  return draft;
}
