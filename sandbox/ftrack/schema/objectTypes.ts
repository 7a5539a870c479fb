import { keyOf, type Row } from "../store/row.ts";
import { foreign, text } from "./attribute.ts";
import { define, type Definition } from "./definition.ts";

const NO_PRIORITY = "9661b320-3a0c-11e2-81c1-0800200c9a66";
const MILESTONE = "01decdd1-51cb-11e3-9d5b-20c9d0831e59";

/** Name of the schema of an object type: `Asset Build` → `AssetBuild`. */
export function typedContextId(name: string): string {
  return name.replaceAll(/\s+/g, "");
}

/** The schema of one object type: the server has one per row, so that a new row is a new type. */
export function typedContext(objectType: Row): Definition {
  const id = keyOf(objectType, "id");
  const fixed = ["object_type_id", "object_type"];
  if (objectType["is_typeable"] !== true) fixed.push("type_id", "type");
  if (objectType["is_statusable"] !== true) fixed.push("status_id", "status");
  if (objectType["is_schedulable"] !== true)
    fixed.push("bid", "start_date", "end_date");
  else if (id === MILESTONE) fixed.push("start_date");
  return define(typedContextId(keyOf(objectType, "name")), {
    extends: "TypedContext",
    table: "Task",
    classifiers: { object_typeid: id },
    attributes: {
      object_type_id: foreign("ObjectType", {
        legacy: "object_typeid",
        default: id,
        onDelete: "keep",
      }),
      priority_id: foreign("Priority", {
        legacy: "priorityid",
        default: NO_PRIORITY,
      }),
      name: text({ default: "" }),
    },
    immutable: fixed,
  });
}
