import { z } from "zod";
import type { FtrackId } from "../../../core/ids.ts";
import type { FtrackReads } from "../../../core/ports.ts";
import { select, type Query } from "../../../core/query.ts";
import { idField, idOrNull } from "../../../core/rows.ts";
import { textOrEmpty } from "../common.ts";
import type { Option } from "./wanted.ts";

interface Named {
  readonly id: FtrackId;
  readonly name: string;
}

/** A definition as it is. */
export interface Definition {
  readonly id: FtrackId;
  readonly key: string;
  readonly entityType: string;
  readonly projectId: FtrackId | null;
  readonly isHierarchical: boolean;
  readonly type: string;
  /** Parsed; null when it is none that we understand. */
  readonly config: {
    readonly isDecimal: boolean;
    readonly isMulti: boolean;
    readonly options: readonly Option[];
    readonly raw: Readonly<Record<string, unknown>>;
  };
  readonly groupId: FtrackId | null;
  readonly readRoles: readonly FtrackId[];
  readonly writeRoles: readonly FtrackId[];
}

export interface DefinitionFacts {
  readonly definitions: readonly Definition[];
  readonly types: readonly Named[];
  readonly roles: readonly Named[];
  readonly groups: readonly Named[];
}

function opened(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // Not JSON: the schema says what to do with a text.
    return value;
  }
}

const option = z.looseObject({
  menu: z.coerce.string(),
  value: z.coerce.string(),
});
const config = z
  .preprocess(opened, z.record(z.string(), z.unknown()))
  .catch({})
  .transform((raw) => ({
    raw,
    isDecimal: raw["isdecimal"] === true,
    isMulti: raw["multiSelect"] === true,
    options: z.array(option).catch([]).parse(opened(raw["data"])),
  }));

const roleList = z
  .array(z.looseObject({ id: idField }))
  .nullish()
  .transform((rows) => (rows ?? []).map((row) => row.id));

const definition = z
  .object({
    id: idField,
    key: z.string(),
    entity_type: textOrEmpty,
    project_id: idOrNull,
    is_hierarchical: z.boolean().nullish(),
    type: z.looseObject({ name: textOrEmpty }).nullish(),
    config,
    group_id: idOrNull,
    read_security_roles: roleList,
    write_security_roles: roleList,
  })
  .transform((row): Definition => ({
    id: row.id,
    key: row.key,
    entityType: row.entity_type,
    projectId: row.project_id,
    isHierarchical: row.is_hierarchical === true,
    type: row.type?.name ?? "",
    config: row.config,
    groupId: row.group_id,
    readRoles: row.read_security_roles,
    writeRoles: row.write_security_roles,
  }));

function named(type: string): Query<Named> {
  return select({
    type,
    fields: ["id", "name"],
    row: z.object({ id: idField, name: textOrEmpty }),
  });
}

/** Reads how custom attributes are defined. One request. */
export async function gatherDefinitions(
  ftrack: FtrackReads,
): Promise<DefinitionFacts> {
  const [definitions, types, roles, groups] = await ftrack.query(
    select({
      type: "CustomAttributeConfiguration",
      fields: [
        "id",
        "key",
        "entity_type",
        "project_id",
        "is_hierarchical",
        "type.name",
        "config",
        "group_id",
        "read_security_roles.id",
        "write_security_roles.id",
      ],
      row: definition,
    }),
    named("CustomAttributeType"),
    named("SecurityRole"),
    named("CustomAttributeGroup"),
  );
  return { definitions, types, roles, groups };
}
