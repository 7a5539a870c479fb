import { asNumber, asString, type JsonObject } from "../json.ts";
import type { Database } from "../store/database.ts";
import type { AttributeRow } from "../store/rows.ts";
import type { FieldSpec, ModelSpec } from "../validation/field.ts";
import type { FieldKind } from "../validation/spec.ts";

export type AttributeScope =
  | "project"
  | "user"
  | "folder"
  | "task"
  | "product"
  | "version"
  | "representation"
  | "workfile"
  | "list";

/**
 * The attributes a running server works with. The real one builds its models when it starts, so an attribute
 * made later is dropped from writes without a word until a restart.
 */
export interface AttributeLibrary {
  /** Definitions as they were at the last start, in order of position. */
  readonly rows: readonly AttributeRow[];
  model(scope: AttributeScope): ModelSpec;
  inherits(name: string): boolean;
  has(scope: AttributeScope, name: string): boolean;
  kind(name: string): FieldKind | null;
  /** Values a new project stores as its own. */
  readonly projectDefaults: JsonObject;
}

export function loadAttributes(db: Database): AttributeLibrary {
  const rows = listAttributes(db);
  const models = new Map<AttributeScope, ModelSpec>();
  const notInherited = new Set(
    rows.filter((r) => r.data["inherit"] === false).map((r) => r.id),
  );
  const names = new Set(rows.map((r) => r.id));
  const projectDefaults = Object.fromEntries(
    rows
      .filter((r) => r.scope.includes("project"))
      .map((r) => [r.id, r.data["default"]] as const)
      .filter(([, value]) => value !== null && value !== undefined),
  );
  return {
    rows,
    projectDefaults,
    inherits: (name) => names.has(name) && !notInherited.has(name),
    has: (scope, name) =>
      rows.some((r) => r.id === name && r.scope.includes(scope)),
    kind: (name) => {
      const type = rows.find((r) => r.id === name)?.data.type;
      return type === undefined ? null : (KINDS[type] ?? "any");
    },
    model(scope) {
      let model = models.get(scope);
      if (model === undefined) {
        model = {
          name: `${scope.charAt(0).toUpperCase()}${scope.slice(1)}AttribModel`,
          fields: rows
            .filter((r) => r.scope.includes(scope))
            .map((r) => attributeField(r)),
        };
        models.set(scope, model);
      }
      return model;
    },
  };
}

export function listAttributes(db: Database): AttributeRow[] {
  return db.studio.attributes
    .all()
    .sort((a, b) => a.position - b.position || a.order - b.order);
}

const KINDS: Readonly<Record<string, FieldKind>> = {
  string: "string",
  integer: "integer",
  float: "float",
  boolean: "boolean",
  datetime: "datetime",
  list_of_strings: "list_of_strings",
  list_of_integers: "list_of_integers",
  list_of_any: "list_of_any",
  list_of_submodels: "list_of_any",
  dict: "dict",
};

function attributeField(row: AttributeRow): FieldSpec {
  const { data } = row;
  const regex = asString(data["regex"]);
  return {
    name: row.id,
    kind: KINDS[data.type] ?? "any",
    gt: asNumber(data["gt"]),
    ge: asNumber(data["ge"]),
    lt: asNumber(data["lt"]),
    le: asNumber(data["le"]),
    minLength: asNumber(data["minLength"]),
    maxLength: asNumber(data["maxLength"]),
    minItems: asNumber(data["minItems"]),
    maxItems: asNumber(data["maxItems"]),
    ...(regex === null || regex === "" ? {} : { regex: new RegExp(regex) }),
  };
}
