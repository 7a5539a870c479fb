import { z } from "zod";

/**
 * Shapes of answers, only what is used. Source: recorded answers of `query_server_information` and
 * `query_schemas`, and the types of `@ftrack/api` 1.11.2.
 */
export const serverInformation = z.object({
  version: z.string().catch("unknown"),
  is_timezone_support_enabled: z.boolean().catch(false),
  schema_hash: z.string().nullish().catch(null),
});

const property = z.object({ format: z.string().optional().catch(undefined) });

/** The name of the table: plain, or with the classifier that makes it this type (object type of a Task). */
const alias = z.union([
  z.string().transform((table) => ({ table, objectTypeId: null })),
  z
    .object({
      id: z.string(),
      classifiers: z
        .object({ object_typeid: z.string().optional() })
        .optional(),
    })
    .transform((a) => ({
      table: a.id,
      objectTypeId: a.classifiers?.object_typeid ?? null,
    })),
]);

export const entitySchema = z
  .object({
    id: z.string(),
    primary_key: z.array(z.string()).catch(["id"]),
    properties: z.record(z.string(), property.catch({})),
    alias_for: alias.nullish().catch(null),
  })
  .transform((s): EntitySchema => ({
    id: s.id,
    primaryKey: s.primary_key,
    baseType: (s.alias_for?.table ?? s.id).toLowerCase(),
    objectTypeId: s.alias_for?.objectTypeId ?? null,
    datetimes: new Set(
      Object.entries(s.properties)
        .filter(([, p]) => p.format === "date-time")
        .map(([name]) => name),
    ),
  }));

export interface EntitySchema {
  readonly id: string;
  readonly primaryKey: readonly string[];
  /** `entityType` of events: the table's name in lower case. */
  readonly baseType: string;
  /** The object type of a typed context; null for everything else. */
  readonly objectTypeId: string | null;
  /** Names of the properties that hold a time. */
  readonly datetimes: ReadonlySet<string>;
}

/** The answer to one query. Rows are parsed by the query's own schema. */
export const queryResult = z.object({
  data: z.array(z.unknown()),
  metadata: z
    .object({
      next: z.object({ offset: z.number().int().nullish() }).nullish(),
    })
    .nullish()
    .catch(null),
});

export type QueryResult = z.infer<typeof queryResult>;
