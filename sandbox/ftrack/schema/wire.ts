import type { Json, Value } from "../store/row.ts";
import type { Attribute } from "./attribute.ts";
import type { Catalogue, EntityType } from "./catalogue.ts";

type Out = Record<string, Value>;

/** The answer to `query_schemas`. */
export function wireSchemas(catalogue: Catalogue): readonly Json[] {
  return [...catalogue.types.values()]
    .filter((type) => type.definition.internal !== true)
    .map(wireSchema);
}

function wireSchema(type: EntityType): Json {
  const { definition } = type;
  const schema: Out = {
    id: type.id,
    type: "object",
    properties: properties(type),
    primary_key: type.key,
    required: type.required,
    immutable: [...type.immutable],
    computed: [...type.attributes]
      .filter(
        ([name, a]) =>
          (a.kind === "computed" && !name.endsWith("link")) ||
          (a.kind === "one" && a.resolve !== undefined),
      )
      .map(([name]) => name),
    default_projections: type.shows,
    system_projections: type.system.map(
      (name) => type.attributes.get(name)?.legacy ?? name,
    ),
    metadata: { group_by: true },
  };
  if (definition.classifiers !== undefined)
    schema["alias_for"] = {
      id: type.table,
      classifiers: { ...definition.classifiers },
    };
  else if (type.table !== type.id) schema["alias_for"] = type.table;
  if (definition.extends !== undefined)
    schema["$mixin"] = { $ref: definition.extends };
  return schema;
}

function properties(type: EntityType): Json {
  const found: Out = {};
  for (const [name, attribute] of type.attributes) {
    if (attribute.kind === "column" && attribute.hidden === true) continue;
    found[name] = property(attribute);
  }
  return found;
}

function property(attribute: Attribute): Json {
  const out: Out = {};
  if (attribute.legacy !== undefined) out["alias_for"] = attribute.legacy;
  switch (attribute.kind) {
    case "column":
      out["type"] = attribute.type;
      if (attribute.format !== undefined) out["format"] = attribute.format;
      else if (attribute.target !== undefined && attribute.target !== "any") {
        out["format"] = "foreign_key";
        out["description"] = `Key of ${attribute.target}`;
      }
      if (attribute.default !== undefined) out["default"] = attribute.default;
      if (attribute.choices !== undefined && attribute.silentChoices !== true)
        out["enum"] = attribute.choices;
      if (attribute.typeName === true)
        out["transform"] = { client: "{schema_id}", server: "{table_name}" };
      return out;
    case "computed":
      out["type"] = attribute.type;
      if (attribute.format !== undefined) out["format"] = attribute.format;
      return out;
    case "one":
      out["$ref"] = attribute.target;
      return out;
    case "many":
      out["type"] = attribute.mapped === true ? "mapped_array" : "array";
      out["items"] = { $ref: attribute.target };
      if (attribute.restricted === true) out["restricted_projection"] = true;
      else if (attribute.mapped === true)
        out["key_value_attributes"] = { key: "key", value: "value" };
      return out;
  }
}
