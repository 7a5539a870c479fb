import type {
  FtrackCreate,
  FtrackDelete,
  FtrackUpdate,
  FtrackValue,
} from "../../core/change.ts";
import { encodeData } from "../encode.ts";
import type { FtrackSession, Operation } from "../session.ts";

/** The changes that become API operations. Messages go through the hub: see `messages.ts`. */
export type FtrackWrite =
  FtrackCreate | FtrackUpdate | FtrackDelete | FtrackValue;

/** The sparse table of custom attribute values; the typed views of it take no create. */
const VALUES = "CustomAttributeValue";
const VALUE_KEY = ["configuration_id", "entity_id"] as const;

export interface Item {
  readonly change: FtrackWrite;
  readonly entityType: string;
  readonly verb: "create" | "update" | "delete";
  /** Names of the primary key, and this entity's values of them; null when the data holds no key. */
  readonly key: {
    readonly names: readonly string[];
    readonly values: readonly string[];
  } | null;
  readonly operation: Operation;
  /** The server was asked whether the entity exists, so asking again tells nothing new. */
  readonly isProbed: boolean;
}

/**
 * A change as an operation.
 *
 * @throws RangeError, TypeError for data that cannot be written as JSON.
 */
export async function toItem(
  change: FtrackWrite,
  session: FtrackSession,
): Promise<Item> {
  if (change.kind === "ftrack.value") {
    const verb =
      change.unset === true ? "delete" : change.rowExists ? "update" : "create";
    return valueItem(change, verb, session, false);
  }
  const { entityType } = change;
  const schema = await session.schema(entityType);
  const names = schema?.primaryKey ?? ["id"];
  const data = change.kind === "ftrack.delete" ? {} : change.data;
  const values =
    change.kind === "ftrack.create"
      ? names.map((name) => data[name])
      : change.kind === "ftrack.update"
        ? [change.entityId]
        : change.key;
  const isKey = (list: readonly unknown[]): list is readonly string[] =>
    list.length === names.length &&
    list.every((v) => typeof v === "string" && v !== "");
  const encoded = encodeData(data, {
    entityType,
    timezoneSupport: session.server?.timezoneSupport ?? true,
    isDatetime: (property) => schema?.datetimes.has(property) === true,
  });
  const verb = verbOf(change);
  return {
    change,
    entityType,
    verb,
    key: isKey(values) ? { names, values } : null,
    operation: checked({
      action: verb,
      entity_type: entityType,
      ...(verb === "create" ? {} : { entity_key: values }),
      ...(verb === "delete" ? {} : { entity_data: encoded }),
    }),
    isProbed: false,
  };
}

/** The same value row with the verb the server wants for it. */
export function valueItem(
  change: FtrackValue,
  verb: Item["verb"],
  session: FtrackSession,
  isProbed: boolean,
): Item {
  const values = [change.configurationId, change.entityId];
  const [configurationName, entityName] = VALUE_KEY;
  const data = {
    ...(verb === "create"
      ? {
          [configurationName]: change.configurationId,
          [entityName]: change.entityId,
        }
      : {}),
    value: change.value,
  };
  const encoded = encodeData(data, {
    entityType: VALUES,
    timezoneSupport: session.server?.timezoneSupport ?? true,
    isDatetime: () => false,
  });
  return {
    change,
    entityType: VALUES,
    verb,
    key: { names: VALUE_KEY, values },
    operation: checked({
      action: verb,
      entity_type: VALUES,
      ...(verb === "create" ? {} : { entity_key: values }),
      ...(verb === "delete" ? {} : { entity_data: encoded }),
    }),
    isProbed,
  };
}

function verbOf(change: Exclude<FtrackWrite, FtrackValue>): Item["verb"] {
  switch (change.kind) {
    case "ftrack.create":
      return "create";
    case "ftrack.update":
      return "update";
    case "ftrack.delete":
      return "delete";
  }
}

/** Data that is no JSON fails here, alone, and not later with the whole batch. */
function checked(operation: Operation): Operation {
  JSON.stringify(operation);
  return operation;
}
