import { z } from "zod";
import type { FtrackCreate } from "../../core/change.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import {
  MANDATORY_ATTRIBUTES,
  MANDATORY_GROUP,
  type MandatoryAttribute,
  type MandatoryKey,
} from "../../core/mandatory-attributes.ts";
import { select, type Query } from "../../core/query.ts";
import type { AttributeConfiguration } from "../../core/reference.ts";
import { idField } from "../../core/rows.ts";
import { projectSubject } from "./plan/tree.ts";
import type { SyncSettings } from "./settings.ts";

/** Ids by lower-case name. */
type Names = ReadonlyMap<string, FtrackId>;

interface Tables {
  readonly types: Names;
  readonly roles: Names;
  readonly groups: Names;
}

function names(type: string): Query<readonly [string, FtrackId]> {
  return select({
    type,
    fields: ["id", "name"],
    row: z
      .object({ id: idField, name: z.string() })
      .transform((row) => [row.name.toLowerCase(), row.id] as const),
  });
}

export function missingAttributes(
  configurations: readonly AttributeConfiguration[],
): readonly MandatoryKey[] {
  const all = Object.entries(MANDATORY_ATTRIBUTES) as [
    MandatoryKey,
    MandatoryAttribute,
  ][];
  return all
    .filter(
      ([, wanted]) =>
        !configurations.some(
          (known) =>
            known.key === wanted.key &&
            known.projectId === null &&
            known.isHierarchical === wanted.isHierarchical &&
            (wanted.isHierarchical || known.entityType === wanted.entityType),
        ),
    )
    .map(([key]) => key);
}

function rolesOf(wanted: readonly string[], roles: Names): object[] {
  const known = wanted.flatMap((name) => roles.get(name.toLowerCase()) ?? []);
  // None given, or none of them known: all, since with no role nobody could use the attribute.
  const ids = known.length === 0 ? [...roles.values()] : known;
  return ids.map((id) => ({ __entity_type__: "SecurityRole", id }));
}

/** Creates of what is missing: the group first, then the attributes. */
export function mandatoryChanges(
  missing: readonly MandatoryKey[],
  tables: Tables,
  settings: Pick<SyncSettings, "mandatoryRoles">,
  subject: FtrackCreate["subject"],
  newId: () => string,
): FtrackCreate[] {
  const changes: FtrackCreate[] = [];
  const known = tables.groups.get(MANDATORY_GROUP);
  const groupId = known ?? newId();
  if (known === undefined)
    changes.push({
      kind: "ftrack.create",
      id: "attribute-group",
      subject,
      entityType: "CustomAttributeGroup",
      data: { id: groupId, name: MANDATORY_GROUP },
    });
  for (const key of missing) {
    const wanted = MANDATORY_ATTRIBUTES[key];
    const { read_security_roles: read, write_security_roles: write } =
      settings.mandatoryRoles[key];
    changes.push({
      kind: "ftrack.create",
      id: `attribute-${key}`,
      subject,
      ...(known === undefined ? { needs: ["attribute-group"] } : {}),
      entityType: "CustomAttributeConfiguration",
      data: {
        id: newId(),
        key,
        label: wanted.label,
        type_id: tables.types.get(wanted.type) ?? null,
        entity_type: wanted.entityType,
        is_hierarchical: wanted.isHierarchical,
        default: wanted.default,
        config: wanted.config,
        group_id: groupId,
        read_security_roles: rolesOf(read, tables.roles),
        write_security_roles: rolesOf(write, tables.roles),
      },
    });
  }
  return changes;
}

/** What must be made in Ftrack before a project can be synchronised; empty when all is there. */
export async function planMandatory(
  ctx: HandlerContext,
  settings: SyncSettings,
  newId: () => string,
): Promise<readonly FtrackCreate[]> {
  ctx.reference.refresh("configurations");
  const missing = missingAttributes(await ctx.reference.configurations());
  if (missing.length === 0) return [];
  const [types, roles, groups] = await ctx.ftrack.query(
    names("CustomAttributeType"),
    names("SecurityRole"),
    names("CustomAttributeGroup"),
  );
  const tables: Tables = {
    types: new Map(types),
    roles: new Map(roles),
    groups: new Map(groups),
  };
  const subject = projectSubject({ project: ctx.project.ftrack });
  return mandatoryChanges(missing, tables, settings, subject, newId);
}
