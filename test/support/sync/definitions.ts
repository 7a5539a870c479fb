/** Definitions of attributes in a world's Ftrack, and values under them: by definition, where a key alone is not enough. */
import type { Operation } from "../../../src/ftrack/session.ts";
import { creation, type Creation } from "../edits.ts";
import type { World } from "../world.ts";

type Row = Readonly<Record<string, unknown>>;

/** A hierarchical attribute, unless `more` says otherwise. */
export async function definition(
  world: World,
  key: string,
  type: "text" | "number",
  more: Row = {},
): Promise<Creation> {
  const types = await world.all("CustomAttributeType", ["name"]);
  return creation("CustomAttributeConfiguration", {
    ...{ key, label: key, entity_type: "show", is_hierarchical: true },
    config: JSON.stringify(type === "number" ? { isdecimal: true } : {}),
    type_id: types.find((row) => row["name"] === type)?.["id"],
    ...more,
  });
}

/** Stores a value, null included, whether or not one is there. */
export async function stored(
  world: World,
  configuration: string,
  entity: string,
  value: unknown,
): Promise<Operation> {
  const rows = await world.stored(entity);
  const isThere = rows.some((r) => r["configuration_id"] === configuration);
  return {
    action: isThere ? "update" : "create",
    entity_type: "CustomAttributeValue",
    entity_key: [configuration, entity],
    entity_data: {
      __entity_type__: "CustomAttributeValue",
      ...{ configuration_id: configuration, entity_id: entity, value },
    },
  };
}
