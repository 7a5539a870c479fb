import type { EntityType } from "../store/rows.ts";
import type { FieldSpec, ModelSpec } from "../validation/field.ts";
import { BODY_ID } from "../validation/patterns.ts";
import type { AttributeLibrary } from "./attributes.ts";
import { KINDS } from "./kinds.ts";

const title = (type: string): string =>
  `${type.charAt(0).toUpperCase()}${type.slice(1)}`;

function commonFields(
  type: EntityType,
  attributes: AttributeLibrary,
): FieldSpec[] {
  return [
    { name: "status", kind: "string" },
    { name: "tags", kind: "list_of_strings" },
    { name: "createdBy", kind: "string" },
    { name: "updatedBy", kind: "string" },
    {
      name: "attrib",
      kind: { model: attributes.model(type) },
      nullable: false,
    },
    { name: "data", kind: "dict" },
    { name: "active", kind: "boolean" },
  ];
}

/** What a create may carry. */
export function postModel(
  type: EntityType,
  attributes: AttributeLibrary,
): ModelSpec {
  return {
    name: `${title(type)}PostModel`,
    fields: [
      { name: "id", kind: "string", nullable: false, regex: BODY_ID },
      ...KINDS[type].fields,
      ...commonFields(type, attributes),
    ],
  };
}

/** What an update may carry: every field may be left out, or be null. */
export function patchModel(
  type: EntityType,
  attributes: AttributeLibrary,
): ModelSpec {
  return {
    name: `${title(type)}PatchModel`,
    fields: [
      ...KINDS[type].fields.map((field) => ({ ...field, required: false })),
      ...commonFields(type, attributes),
    ],
  };
}
