import { buildSchema, type GraphQLSchema } from "graphql";
import type {
  AttributeLibrary,
  AttributeScope,
} from "../entities/attributes.ts";
import type { FieldKind } from "../validation/spec.ts";
import { ENTITY_TYPES_SDL } from "./sdl-entities.ts";
import { STUDIO_TYPES_SDL } from "./sdl-studio.ts";

const ATTRIB_TYPES: readonly (readonly [
  scope: AttributeScope,
  type: string,
])[] = [
  ["project", "ProjectAttribType"],
  ["user", "UserAttribType"],
  ["folder", "FolderAttribType"],
  ["task", "TaskAttribType"],
  ["product", "ProductAttribType"],
  ["version", "VersionAttribType"],
  ["representation", "RepresentationAttribType"],
  ["workfile", "WorkfileAttribType"],
];

const SCALARS: Readonly<Record<FieldKind, string>> = {
  string: "String",
  integer: "Int",
  float: "Float",
  boolean: "Boolean",
  datetime: "DateTime",
  dict: "JSON",
  any: "JSON",
  list_of_any: "JSON",
  list_of_strings: "[String!]",
  list_of_integers: "[Int!]",
};

/** The schema of a server that started with these attributes: each is a field of its entity's `attrib`. */
export function createSchema(attributes: AttributeLibrary): GraphQLSchema {
  const types = ATTRIB_TYPES.map(([scope, name]) => {
    const fields = attributes
      .model(scope)
      .fields.map(
        ({ name: key, kind }) =>
          `  ${key}: ${typeof kind === "string" ? SCALARS[kind] : "JSON"}`,
      );
    // A type needs a field; without attributes this one stands in.
    return `type ${name} {\n${fields.length > 0 ? fields.join("\n") : "  _: String"}\n}`;
  });
  return buildSchema([STUDIO_TYPES_SDL, ENTITY_TYPES_SDL, ...types].join("\n"));
}
