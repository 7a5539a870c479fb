import type { Behaviour } from "../behaviour.ts";
import type { Identity } from "../permissions/identity.ts";
import type { Catalogue, EntityType } from "../schema/catalogue.ts";
import type { Row } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { validationError } from "../api/errors.ts";

/** Everything a write needs to know besides its data. */
export interface WriteContext {
  readonly store: Store;
  /** The catalogue as it is now: a batch may create an object type and use it. */
  readonly catalogue: Catalogue;
  readonly behaviour: Behaviour;
  readonly identity: Identity;
  /** Naive UTC, as dates are stored. */
  readonly now: string;
}

export function typeNamed(context: WriteContext, id: string): EntityType {
  const type = context.catalogue.types.get(id);
  if (type === undefined || type.definition.internal === true)
    throw validationError(`There is no entity type ${id}.`);
  return type;
}

/** The type of a stored row. */
export function typeOfRow(context: WriteContext, row: Row): EntityType {
  const type = context.catalogue.types.get(row.$type);
  if (type === undefined) throw new Error(`No type ${row.$type}`);
  return type;
}

/** The row with this id, whatever its type. */
export function locate(
  context: WriteContext,
  id: string,
): { readonly base: string; readonly row: Row } | undefined {
  const { store, catalogue } = context;
  for (const base of catalogue.bases) {
    const row = store.get(base, id);
    if (row !== undefined) return { base, row };
  }
  return undefined;
}
