import type {
  Change,
  FtrackCreate,
  FtrackValue,
  Subject,
} from "../../../core/change.ts";
import { configurationFor } from "../../../core/attribute-mapping.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { AttributeConfiguration } from "../../../core/reference.ts";
import { findByName } from "../../../core/status.ts";
import { linkedTo, type Node, type SyncFacts } from "../facts.ts";
import { removalSubject } from "../plan/entities.ts";
import type { Removal } from "../plan/removal.ts";

const TASK = "Task";

function changeId(id: FtrackId): string {
  return `restore-${id}`;
}

/** A value of AYON in the form of an Ftrack attribute; null when it has none there. */
function ftrackValue(
  value: unknown,
  { type }: AttributeConfiguration,
): FtrackValue["value"] {
  if (type.endsWith("enumerator"))
    return (Array.isArray(value) ? value : [value]).map(String);
  if (type === "text" || type === "url")
    return Array.isArray(value) ? value.join(", ") : String(value);
  return typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
    ? value
    : null;
}

/** The attributes whose own values in AYON came from Ftrack, and those by which people see the link. */
function values(
  node: Node,
  id: FtrackId,
  objectTypeId: FtrackId,
  subject: Subject,
  facts: SyncFacts,
): FtrackValue[] {
  const { bindings, bookkeeping } = facts.world;
  const found: [AttributeConfiguration | null, unknown][] = [
    [bookkeeping.ayonId, node.id],
    [bookkeeping.ayonPath, node.kind === "folder" ? node.path : ""],
    [bookkeeping.syncFailed, false],
    ...bindings.map((binding): [AttributeConfiguration | null, unknown] => [
      configurationFor(binding, "task", objectTypeId),
      node.own[binding.attribute.name],
    ]),
  ];
  return found.flatMap(([definition, own]) => {
    if (definition === null || own === undefined || own === null) return [];
    const value = ftrackValue(own, definition);
    if (value === null) return [];
    return [
      {
        kind: "ftrack.value",
        id: `${changeId(id)}-${definition.key}`,
        subject,
        configurationId: definition.id,
        key: definition.key,
        entityId: id,
        // Dense attributes get their rows with the entity, sparse ones do not.
        rowExists: !definition.isHierarchical,
        value,
        needs: [changeId(id)],
      },
    ];
  });
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function restore(removal: Removal, facts: SyncFacts): Change[] {
  const { node, ftrackId: id } = removal;
  const { objectTypes, taskTypes, statuses } = facts.world;
  const wanted = node.kind === "task" ? TASK : node.type;
  const type = findByName([...objectTypes.values()], wanted);
  if (id === null || type === undefined) return [];
  const parent =
    node.parentId === null ? undefined : facts.nodes.get(node.parentId);
  const parentId = parent === undefined ? facts.project.id : linkedTo(parent);
  if (parentId === null) return [];
  const subject = removalSubject(removal);
  const optional = {
    type_id:
      node.kind === "task"
        ? findByName([...taskTypes.values()], node.type)?.id
        : null,
    status_id: findByName([...statuses.values()], node.status)?.id,
    description: textOf(node.own["description"]),
    start_date: textOf(node.own["startDate"]),
    end_date: textOf(node.own["endDate"]),
  };
  const create: FtrackCreate = {
    kind: "ftrack.create",
    id: changeId(id),
    subject,
    // Ftrack has a schema per object type, named without spaces.
    entityType: type.name.replaceAll(" ", ""),
    data: {
      // Its own id, so that whatever points at it in AYON stays true.
      // Unverified: that Ftrack takes an id again which it has deleted.
      id,
      name: node.label ?? node.name,
      parent_id: parentId,
      project_id: facts.project.id,
      ...Object.fromEntries(
        Object.entries(optional).filter(([, value]) => value != null),
      ),
    },
    ...(facts.gone.has(parentId) ? { needs: [changeId(parentId)] } : {}),
  };
  return [
    create,
    ...values(node, id, type.id, subject, facts),
    ...assignments(node, id, subject, facts),
  ];
}

function assignments(
  node: Node,
  id: FtrackId,
  subject: Subject,
  facts: SyncFacts,
): FtrackCreate[] {
  return node.assignees.flatMap((name) => {
    const user = facts.world.users.ftrackOf.get(name);
    if (user === undefined) return [];
    return [
      {
        kind: "ftrack.create",
        id: `${changeId(id)}-${user.id}`,
        subject,
        entityType: "Appointment",
        data: {
          context_id: id,
          resource_id: user.id,
          type: "assignment",
        },
        needs: [changeId(id)],
      },
    ];
  });
}

/**
 * The creates in Ftrack that take back a removal of what AYON keeps for its published versions: entity, place,
 * type, status, dates, assignees and attributes, as far as AYON holds them. Parents come before children.
 */
export function restored(
  facts: SyncFacts,
  removals: readonly Removal[],
): Change[] {
  return removals
    .filter(({ fate }) => fate === "restore")
    .sort((a, b) => depth(a.node) - depth(b.node))
    .flatMap((removal) => restore(removal, facts));
}

function depth({ path }: Node): number {
  return path.split("/").length;
}
