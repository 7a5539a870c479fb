import type { Reader, Row, Value } from "../store/row.ts";

/** JSON type of a plain attribute, as the schema names it. */
export type ScalarType =
  "string" | "number" | "integer" | "boolean" | "variable" | "object";

/** What becomes of a row when the row its foreign key names is deleted. */
export type OnDelete = "cascade" | "clear" | "keep";

interface Named {
  /** Column or relation name of the database, as `alias_for` and the events show it. */
  readonly legacy?: string;
}

export interface Column extends Named {
  readonly kind: "column";
  readonly type: ScalarType;
  readonly format?: "date-time" | "json";
  readonly default?: string | number | boolean;
  /** The values it may have. */
  readonly choices?: readonly string[];
  /** The schema does not tell the choices. */
  readonly silentChoices?: true;
  /** Type whose key is stored here; "any" for a key of whatever type. */
  readonly target?: string;
  readonly onDelete?: OnDelete;
  /** Kept by the server but absent from the schema. */
  readonly hidden?: boolean;
  /** Name of a type here, of a table in the database. */
  readonly typeName?: boolean;
}

/** A value the server works out when asked for it. */
export interface Computed extends Named {
  readonly kind: "computed";
  readonly type: ScalarType;
  readonly value: (row: Row, reader: Reader) => Value;
  readonly format?: "date-time";
}

export interface ToOne extends Named {
  readonly kind: "one";
  readonly target: string;
  /** Column that holds the key; absent when `resolve` finds the row. */
  readonly via?: string;
  readonly resolve?: (row: Row, reader: Reader) => Row | undefined;
}

/** Where the members of a to-many relation come from. */
export type Members =
  | {
      readonly by: "inverse";
      readonly column: string;
      readonly where?: readonly [column: string, value: string];
    }
  | {
      readonly by: "link";
      readonly entity: string;
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly by: "resolver";
      readonly resolve: (row: Row, reader: Reader) => readonly Row[];
      /** From a member back to the rows that have it. */
      readonly inverse?: (member: Row, reader: Reader) => readonly Row[];
    };

export interface ToMany extends Named {
  readonly kind: "many";
  readonly target: string;
  readonly members: Members;
  /** Shown as a mapping from `key` to `value`. */
  readonly mapped?: boolean;
  /** May be filtered by, but not selected. */
  readonly restricted?: boolean;
}

export type Attribute = Column | Computed | ToOne | ToMany;
export type Attributes = Readonly<Record<string, Attribute>>;

type Options<T extends Attribute> = Partial<Omit<T, "kind" | "type">>;

export function text(options: Options<Column> = {}): Column {
  return { kind: "column", type: "string", ...options };
}
export function number(options: Options<Column> = {}): Column {
  return { kind: "column", type: "number", ...options };
}
export function integer(options: Options<Column> = {}): Column {
  return { kind: "column", type: "integer", ...options };
}
export function boolean(options: Options<Column> = {}): Column {
  return { kind: "column", type: "boolean", ...options };
}
export function datetime(legacy?: string): Column {
  const column: Column = {
    kind: "column",
    type: "string",
    format: "date-time",
  };
  return legacy === undefined ? column : { ...column, legacy };
}
export function variable(options: Options<Column> = {}): Column {
  return { kind: "column", type: "variable", ...options };
}

/** The primary key: a uuid that the client may choose. */
export function key(legacy?: string): Column {
  const column = text({ default: "{uid}" });
  return legacy === undefined ? column : { ...column, legacy };
}

export function foreign(target: string, options: Options<Column> = {}): Column {
  return { kind: "column", type: "string", target, ...options };
}

export function one(target: string, via: string, legacy?: string): ToOne {
  const relation: ToOne = { kind: "one", target, via };
  return legacy === undefined ? relation : { ...relation, legacy };
}

export function many(
  target: string,
  column: string,
  options: {
    readonly where?: readonly [string, string];
    readonly legacy?: string;
  } = {},
): ToMany {
  const { where, legacy } = options;
  return {
    kind: "many",
    target,
    members: {
      by: "inverse",
      column,
      ...(where === undefined ? {} : { where }),
    },
    ...(legacy === undefined ? {} : { legacy }),
  };
}

export function linked(
  target: string,
  entity: string,
  from: string,
  to: string,
  legacy?: string,
): ToMany {
  return {
    kind: "many",
    target,
    members: { by: "link", entity, from, to },
    ...(legacy === undefined ? {} : { legacy }),
  };
}

export function resolved(
  target: string,
  resolve: (row: Row, reader: Reader) => readonly Row[],
  inverse?: (member: Row, reader: Reader) => readonly Row[],
): ToMany {
  return {
    kind: "many",
    target,
    members: {
      by: "resolver",
      resolve,
      ...(inverse === undefined ? {} : { inverse }),
    },
  };
}

export function computed(
  type: ScalarType,
  value: Computed["value"],
  options: Options<Computed> = {},
): Computed {
  return { kind: "computed", type, value, ...options };
}

/** A foreign key `<name>_id` and the relation `<name>` over it, in one. */
export function reference<Name extends string>(
  name: Name,
  target: string,
  options: {
    /** Legacy name of the key column. */
    readonly legacy?: string;
    /** Legacy name of the relation. */
    readonly relation?: string;
    readonly onDelete?: OnDelete;
    readonly hidden?: boolean;
    readonly default?: string;
  } = {},
): Readonly<Record<Name | `${Name}_id`, Column | ToOne>> {
  const { relation, ...column } = options;
  return {
    [`${name}_id`]: foreign(target, column),
    [name]: one(target, `${name}_id`, relation),
  } as Record<Name | `${Name}_id`, Column | ToOne>;
}

export function metadata(): Attributes {
  return {
    metadata: {
      ...many("Metadata", "parent_id", { legacy: "meta" }),
      mapped: true,
    },
  };
}

/** Links between entities through custom attributes: may be filtered by only. */
export function customAttributeLinks(): Attributes {
  return {
    custom_attribute_links: {
      ...many("CustomAttributeLink", "from_id"),
      mapped: true,
      restricted: true,
    },
    custom_attribute_links_from: {
      ...many("CustomAttributeLinkFrom", "to_id"),
      mapped: true,
      restricted: true,
    },
  };
}
