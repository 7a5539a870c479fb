import { keyOf, type Row } from "../store/row.ts";
import type { Attribute, Column, OnDelete } from "./attribute.ts";
import type { Definition } from "./definition.ts";
import { contexts } from "./entities/context.ts";
import { custom } from "./entities/custom.ts";
import { history } from "./entities/history.ts";
import { lists } from "./entities/lists.ts";
import { media } from "./entities/media.ts";
import { notes } from "./entities/notes.ts";
import { people } from "./entities/people.ts";
import { review } from "./entities/review.ts";
import { settings } from "./entities/settings.ts";
import { workflow } from "./entities/workflow.ts";
import { typedContext } from "./objectTypes.ts";

/** An entity type with everything it inherits. */
export interface EntityType {
  readonly id: string;
  readonly definition: Definition;
  /** Root type: names the table its rows lie in. */
  readonly base: string;
  /** Legacy table name, as events show it in lower case. */
  readonly table: string;
  readonly key: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly columns: readonly (readonly [name: string, column: Column])[];
  readonly immutable: ReadonlySet<string>;
  readonly shows: readonly string[];
  readonly required: readonly string[];
  readonly system: readonly string[];
  /** Itself and its supertypes. */
  readonly lineage: ReadonlySet<string>;
  /** `$type` of the rows it stands for. */
  readonly concrete: ReadonlySet<string>;
}

/** A column that names rows of a table, and what a deletion there does here. */
export interface Referrer {
  readonly base: string;
  readonly column: string;
  readonly onDelete: OnDelete;
  readonly inKey: boolean;
}

export interface Catalogue {
  readonly types: ReadonlyMap<string, EntityType>;
  /** Table → columns elsewhere that name its rows. */
  readonly referrers: ReadonlyMap<string, readonly Referrer[]>;
  /** Object type id → id of its schema. */
  readonly byObjectType: ReadonlyMap<string, string>;
  /** Tables whose rows have an id of their own. */
  readonly bases: readonly string[];
}

const fixed: readonly Definition[] = [
  ...contexts,
  ...workflow,
  ...media,
  ...people,
  ...notes,
  ...lists,
  ...review,
  ...settings,
  ...history,
  ...custom,
];

/** Table → primary key columns, and the columns by which rows are looked up. Independent of object types. */
export interface TableShape {
  readonly key: readonly string[];
  readonly indexed: readonly string[];
}

/** The catalogue of types for these object types. */
export function buildCatalogue(objectTypes: Iterable<Row>): Catalogue {
  const typed = [...objectTypes].map((row) => ({
    row,
    definition: typedContext(row),
  }));
  const definitions = new Map<string, Definition>();
  for (const d of [...fixed, ...typed.map((t) => t.definition)])
    definitions.set(d.id, d);
  const types = new Map<string, EntityType>();
  for (const d of definitions.values()) types.set(d.id, expand(d, definitions));
  return {
    types,
    referrers: findReferrers(types),
    byObjectType: new Map(
      typed.map((t) => [keyOf(t.row, "id"), t.definition.id]),
    ),
    bases: [
      ...new Set(
        [...types.values()]
          .filter((t) => t.key.length === 1 && t.definition.virtual !== true)
          .map((t) => t.base),
      ),
    ],
  };
}

/** The shape of every table. */
export function tableShapes(): ReadonlyMap<string, TableShape> {
  const { types } = buildCatalogue([]);
  const shapes = new Map<
    string,
    { key: readonly string[]; indexed: Set<string> }
  >();
  for (const type of types.values()) {
    if (type.definition.virtual === true) continue;
    let shape = shapes.get(type.base);
    if (shape === undefined)
      shapes.set(type.base, (shape = { key: type.key, indexed: new Set() }));
    for (const [name, attribute] of type.attributes)
      if (attribute.kind === "column" && attribute.target !== undefined)
        shape.indexed.add(name);
    const relations = [...type.attributes.values()];
    for (const attribute of relations)
      if (attribute.kind === "one" && attribute.via !== undefined)
        shape.indexed.add(attribute.via);
    for (const columns of type.definition.unique ?? [])
      if (columns[0] !== undefined) shape.indexed.add(columns[0]);
  }
  return new Map(
    [...shapes].map(([base, shape]) => [
      base,
      {
        key: shape.key,
        indexed: [...shape.indexed].filter(
          (c) => shape.key.length > 1 || c !== shape.key[0],
        ),
      },
    ]),
  );
}

function lineageOf(
  definition: Definition,
  all: ReadonlyMap<string, Definition>,
): readonly Definition[] {
  const lineage = [definition];
  for (let next = definition.extends; next !== undefined;) {
    const above = all.get(next);
    if (above === undefined) throw new Error(`No type ${next}`);
    lineage.push(above);
    next = above.extends;
  }
  return lineage;
}

function expand(
  definition: Definition,
  all: ReadonlyMap<string, Definition>,
): EntityType {
  const lineage = lineageOf(definition, all);
  const root = lineage.at(-1) ?? definition;
  const attributes = new Map<string, Attribute>();
  for (const d of [...lineage].reverse())
    for (const [name, attribute] of Object.entries(d.attributes))
      attributes.set(name, attribute);
  const key = definition.key ?? root.key ?? ["id"];
  const concrete = new Set<string>();
  const stands = definition.view ?? definition.id;
  for (const d of all.values())
    if (
      d.abstract !== true &&
      d.view === undefined &&
      lineageOf(d, all).some((l) => l.id === stands)
    )
      concrete.add(d.id);
  return {
    id: definition.id,
    definition,
    base: definition.view ?? root.id,
    table: definition.table ?? definition.id,
    key,
    attributes,
    columns: [...attributes].flatMap(([name, a]) =>
      a.kind === "column" ? [[name, a] as const] : [],
    ),
    immutable: new Set([
      ...key,
      ...lineage.flatMap((d) => d.immutable ?? []),
      ...[...attributes]
        .filter(([, a]) => a.kind === "computed")
        .map(([name]) => name),
    ]),
    shows: nearest(lineage, (d) => d.shows) ?? key,
    system: nearest(lineage, (d) => d.system) ?? [],
    required: nearest(lineage, (d) => d.required) ?? key,
    lineage: new Set(lineage.map((d) => d.id)),
    concrete,
  };
}

/** What a type says itself, or else the nearest of its supertypes. */
function nearest<T>(
  lineage: readonly Definition[],
  read: (definition: Definition) => T | undefined,
): T | undefined {
  for (const definition of lineage) {
    const found = read(definition);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findReferrers(
  types: ReadonlyMap<string, EntityType>,
): ReadonlyMap<string, readonly Referrer[]> {
  const referrers = new Map<string, Map<string, Referrer>>();
  const bases = new Set([...types.values()].map((t) => t.base));
  for (const type of types.values()) {
    if (type.definition.virtual === true) continue;
    for (const [column, attribute] of type.attributes) {
      if (attribute.kind !== "column" || attribute.target === undefined)
        continue;
      const targets =
        attribute.target === "any"
          ? bases
          : [types.get(attribute.target)?.base ?? attribute.target];
      for (const base of targets)
        add(referrers, base, referrer(type, column, attribute));
    }
  }
  return new Map(
    [...referrers].map(([base, found]) => [base, [...found.values()]]),
  );
}

function referrer(
  type: EntityType,
  column: string,
  attribute: Column,
): Referrer {
  return {
    base: type.base,
    column,
    onDelete: attribute.onDelete ?? "clear",
    inKey: type.key.includes(column),
  };
}

function add(
  referrers: Map<string, Map<string, Referrer>>,
  base: string,
  found: Referrer,
): void {
  let known = referrers.get(base);
  if (known === undefined)
    referrers.set(base, (known = new Map<string, Referrer>()));
  known.set(`${found.base}.${found.column}`, found);
}
