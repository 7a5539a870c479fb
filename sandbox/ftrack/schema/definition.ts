import type { Attributes } from "./attribute.ts";

/** One entity type as this sandbox defines it; `catalogue.ts` expands what is inherited. */
export interface Definition {
  readonly id: string;
  /** Supertype: its attributes are inherited, its rows lie in the same table. */
  readonly extends?: string;
  /** Legacy table name when it differs from the id. */
  readonly table?: string;
  /** Legacy columns whose value tells this type from the others of its table. */
  readonly classifiers?: Readonly<Record<string, string>>;
  /** Columns of the primary key; `id` when absent. */
  readonly key?: readonly string[];
  readonly attributes: Attributes;
  readonly required?: readonly string[];
  readonly immutable?: readonly string[];
  /** What a query without `select` shows; the primary key when absent. */
  readonly shows?: readonly string[];
  /** Attributes that come with every entity of this type, asked for or not. */
  readonly system?: readonly string[];
  /** Only its subtypes have rows. */
  readonly abstract?: true;
  /** Another name for the rows of this type. */
  readonly view?: string;
  /** Its rows are worked out, not stored. */
  readonly virtual?: true;
  /** Kept by the server, unknown to clients. */
  readonly internal?: true;
  /** Column sets that may occur once. */
  readonly unique?: readonly (readonly string[])[];
  /** Clients may not create, change or delete it. */
  readonly readOnly?: true;
  /** Set-up of the studio: only administrators may write it. */
  readonly administered?: true;
}

/** Checks the spelling of a definition where it stands. */
export function define(
  id: string,
  definition: Omit<Definition, "id">,
): Definition {
  return { id, ...definition };
}
