import { bindings } from "../../../core/attribute-mapping.ts";
import type { HandlerContext } from "../../../core/handler.ts";
import type { AttributeConfiguration } from "../../../core/reference.ts";
import type { Bookkeeping, World } from "../facts.ts";
import type { SyncSettings } from "../settings.ts";

function byId<T extends { readonly id: K }, K>(
  rows: readonly T[],
): ReadonlyMap<K, T> {
  return new Map(rows.map((row) => [row.id, row]));
}

function bookkeepingOf(
  configurations: readonly AttributeConfiguration[],
): Bookkeeping {
  function hierarchical(key: string): AttributeConfiguration | null {
    return (
      configurations.find((c) => c.isHierarchical && c.key === key) ?? null
    );
  }
  return {
    ayonId: hierarchical("ayon_id"),
    ayonPath: hierarchical("ayon_path"),
    syncFailed: hierarchical("ayon_sync_failed"),
    listType:
      configurations.find(
        (c) => c.entityType === "list" && c.key === "ayon_list_type",
      ) ?? null,
  };
}

/** The definitions of both servers, from the cache of the processor. */
export async function worldOf(
  ctx: Pick<HandlerContext, "reference" | "project">,
  settings: SyncSettings,
): Promise<World> {
  const { reference, project } = ctx;
  const [
    configurations,
    attributes,
    objectTypes,
    taskTypes,
    statuses,
    priorities,
    schema,
    users,
  ] = await Promise.all([
    reference.configurations(),
    reference.ayonAttributes(),
    reference.objectTypes(),
    reference.taskTypes(),
    reference.statuses(),
    reference.priorities(),
    reference.schema(project.ftrack.schemaId),
    reference.users(),
  ]);
  return {
    objectTypes: byId(objectTypes),
    taskTypes: byId(taskTypes),
    statuses: byId(statuses),
    priorities: byId(priorities),
    schema,
    attributes: new Map(attributes.map((a) => [a.name, a])),
    bindings: bindings(
      settings.mapping,
      configurations,
      attributes,
      project.ftrack.id,
    ),
    bookkeeping: bookkeepingOf(configurations),
    users,
  };
}
