/** Pieces of rows that queries of Ftrack have in common. */
import { z } from "zod";
import { ftrackId, type FtrackId } from "./ids.ts";
import { and, inList, select, type Query } from "./query.ts";

export const idField = z.string().min(1).transform(ftrackId);

/** A reference that may be missing, null or empty. */
export const idOrNull = z
  .string()
  .nullish()
  .transform((value) =>
    value === null || value === undefined || value === ""
      ? null
      : ftrackId(value),
  );

/**
 * The attribute `link` of a context or version: itself and what is above it, from the project down. Empty when
 * the server gave none.
 */
export const linkField = z
  .array(
    z.looseObject({
      id: z.string().catch(""),
      name: z.string().catch("?"),
    }),
  )
  .nullish()
  .catch(null)
  .transform((items) => items ?? []);

/** The names of a link, joined by "/"; only shown to people. */
export function pathOf(link: readonly { readonly name: string }[]): string {
  return link.map((item) => item.name).join("/");
}

/** A stored value of a custom attribute. What an entity inherits, or has by default, has none. */
export interface ValueRow {
  readonly entityId: FtrackId;
  readonly configurationId: FtrackId;
  readonly value: unknown;
}

const valueRow = z
  .object({
    entity_id: idField,
    configuration_id: idField,
    value: z.unknown().optional(),
  })
  .transform((row): ValueRow => ({
    entityId: row.entity_id,
    configurationId: row.configuration_id,
    value: row.value ?? null,
  }));

/** Stored values of these entities; neither list may be empty. */
export function valuesOf(
  entityIds: Iterable<string>,
  configurationIds: Iterable<string>,
): Query<ValueRow> {
  return select({
    type: "CustomAttributeValue",
    fields: ["value", "entity_id", "configuration_id"],
    row: valueRow,
    where: and(
      inList("entity_id", entityIds),
      inList("configuration_id", configurationIds),
    ),
    orderBy: ["entity_id", "configuration_id"],
  });
}
