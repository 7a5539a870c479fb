import type { Attribute } from "../schema/attribute.ts";
import type { Catalogue, EntityType } from "../schema/catalogue.ts";
import type { Path } from "./ast.ts";
import { QuerySyntaxError } from "./lexer.ts";
import { attributeOf, targetOf } from "./relations.ts";

/** What to show of an entity: attributes, and for relations what to show behind them. */
export interface Projection {
  readonly type: EntityType;
  readonly fields: ReadonlyMap<string, Field>;
}
export interface Field {
  readonly name: string;
  readonly attribute: Attribute;
  /** Declared type at the far end of a relation. */
  readonly target: EntityType | undefined;
  /** Behind a relation, one per cast. */
  readonly branches: readonly Projection[];
}

interface Draft {
  readonly type: EntityType;
  readonly fields: Map<string, DraftField>;
}
interface DraftField {
  readonly name: string;
  readonly attribute: Attribute;
  readonly target: EntityType | undefined;
  readonly branches: Draft[];
}

/**
 * The projection that these paths ask for.
 *
 * @throws QuerySyntaxError for an unknown or restricted attribute
 */
export function project(
  paths: readonly Path[],
  type: EntityType,
  catalogue: Catalogue,
): Projection {
  const root: Draft = { type, fields: new Map() };
  for (const path of paths) {
    let draft = root;
    path.forEach((step, i) => {
      const field = fieldOf(draft, step.name, catalogue);
      if (i === path.length - 1) return;
      const { attribute } = field;
      if (attribute.kind !== "one" && attribute.kind !== "many")
        throw new QuerySyntaxError(`${step.name} is not a relation`);
      const target = targetOf(catalogue, attribute, step);
      let branch = field.branches.find((b) => b.type === target);
      if (branch === undefined)
        field.branches.push((branch = { type: target, fields: new Map() }));
      draft = branch;
    });
  }
  return root;
}

function fieldOf(draft: Draft, name: string, catalogue: Catalogue): DraftField {
  const known = draft.fields.get(name);
  if (known !== undefined) return known;
  const attribute = attributeOf(catalogue, draft.type, name);
  if (attribute.kind === "many" && attribute.restricted === true)
    throw new QuerySyntaxError(`${name} cannot be selected`);
  const target =
    attribute.kind === "one" || attribute.kind === "many"
      ? targetOf(catalogue, attribute, { name })
      : undefined;
  const field: DraftField = { name, attribute, target, branches: [] };
  draft.fields.set(name, field);
  return field;
}
