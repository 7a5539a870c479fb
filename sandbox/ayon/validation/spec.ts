export type FieldKind =
  | "string"
  | "integer"
  | "float"
  | "boolean"
  | "datetime"
  | "dict"
  | "any"
  | "list_of_any"
  | "list_of_strings"
  | "list_of_integers";

export interface FieldSpec {
  /** Name on the wire. The snake_case spelling is accepted too. */
  readonly name: string;
  readonly kind: FieldKind | { readonly model: ModelSpec } | ListOfModels;
  readonly required?: boolean;
  /** False: an explicit null is refused. */
  readonly nullable?: boolean;
  readonly regex?: RegExp;
  readonly permitted?: readonly string[];
  readonly gt?: number | null;
  readonly ge?: number | null;
  readonly lt?: number | null;
  readonly le?: number | null;
  readonly minLength?: number | null;
  readonly maxLength?: number | null;
  readonly minItems?: number | null;
  readonly maxItems?: number | null;
}

interface ListOfModels {
  readonly listOf: ModelSpec;
}

/** A group of fields; keys it does not know are dropped in silence, unless `keepUnknown`. */
export interface ModelSpec {
  readonly name: string;
  readonly fields: readonly FieldSpec[];
  readonly keepUnknown?: boolean;
}
