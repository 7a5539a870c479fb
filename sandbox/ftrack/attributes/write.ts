import {
  duplicateError,
  notFoundError,
  permissionError,
  validationError,
} from "../api/errors.ts";
import { mayWriteValue } from "../permissions/identity.ts";
import type { EntityType } from "../schema/catalogue.ts";
import { joinKey, keyOf, type Row } from "../store/row.ts";
import { isObject, type RawObject } from "../store/values.ts";
import { locate, type WriteContext } from "../write/context.ts";
import { applicable, denseRow } from "./applicable.ts";
import { typeOfConfiguration } from "./types.ts";
import { castValue } from "./values.ts";

const TABLE = "CustomAttributeValue";

/** Creates a stored value. The real table refuses a second row for the same owner and attribute. */
export function createValue(raw: RawObject, context: WriteContext): Row {
  const configuration = idIn(raw, "configuration");
  const entity = idIn(raw, "entity");
  const known = context.store.get(TABLE, joinKey([configuration, entity]));
  if (known !== undefined && !context.behaviour.tolerantAttributeValues)
    throw duplicateError(
      `Duplicate entry: ${TABLE} ${configuration}, ${entity}`,
    );
  return put(configuration, entity, raw, context);
}

/** Changes a stored value. The real table refuses it when there is none. */
export function updateValue(
  key: readonly string[],
  raw: RawObject,
  context: WriteContext,
): Row {
  const [configuration = "", entity = ""] = key;
  const known = context.store.get(TABLE, joinKey(key));
  if (known === undefined && !context.behaviour.tolerantAttributeValues)
    throw notFoundError(`There is no ${TABLE} ${key.join(", ")}.`);
  return put(configuration, entity, raw, context);
}

/** Sets a value through a dense view, stored or not. */
export function updateDense(
  view: EntityType,
  key: readonly string[],
  raw: RawObject,
  context: WriteContext,
): Row {
  const [configurationId = "", entity = ""] = key;
  const owner = locate(context, entity)?.row;
  const column = view.attributes.get("entity_id");
  const owners =
    column?.kind === "column" && column.target !== undefined
      ? context.catalogue.types.get(column.target)
      : undefined;
  const configuration =
    owner === undefined
      ? undefined
      : applicable(owner, context.store).find(
          (c) => c["id"] === configurationId,
        );
  if (
    owner === undefined ||
    configuration === undefined ||
    owners?.concrete.has(owner.$type) !== true
  )
    throw notFoundError(`There is no ${view.id} ${key.join(", ")}.`);
  if ("value" in raw) put(configurationId, entity, raw, context);
  return denseRow(view.id, owner, configuration, context.store);
}

function put(
  configurationId: string,
  entity: string,
  raw: RawObject,
  context: WriteContext,
): Row {
  const { store, identity } = context;
  const configuration = store.get("CustomConfigurationBase", configurationId);
  if (configuration?.$type !== "CustomAttributeConfiguration")
    throw validationError(`There is no custom attribute ${configurationId}.`);
  if (locate(context, entity) === undefined)
    throw validationError(`There is no entity ${entity}.`);
  if (!mayWriteValue(configurationId, identity, store))
    throw permissionError("Your roles do not let you set this attribute.");
  if (typeOfConfiguration(configuration) === "expression")
    throw validationError(
      `Custom attribute ${keyOf(configuration, "key")} is computed.`,
    );
  const row: Row = {
    $type: TABLE,
    configuration_id: configurationId,
    entity_id: entity,
    value: castValue(configuration, raw["value"]),
  };
  store.put(TABLE, row);
  return row;
}

/** `<name>_id`, or the id in a reference `<name>`. */
function idIn(raw: RawObject, name: string): string {
  const id = raw[`${name}_id`];
  if (typeof id === "string") return id;
  const stub = raw[name];
  if (isObject(stub) && typeof stub["id"] === "string") return stub["id"];
  throw validationError(`${TABLE} needs ${name}_id.`);
}
