import { parseEvent, type FtrackEvent } from "../../src/core/event.ts";

/** One item of `data.entities`, as on the wire. */
export interface WireItem {
  readonly action?: string;
  readonly entityType: string;
  readonly entity_type?: string;
  readonly entityId: string;
  readonly parentId?: string | null;
  readonly objectTypeId?: string;
  readonly keys?: readonly string[];
  readonly changes?: Readonly<
    Record<string, { readonly old: unknown; readonly new: unknown }>
  > | null;
  readonly parents?: readonly {
    readonly entityId: string;
    readonly entityType: string;
    readonly entity_type?: string;
  }[];
}

export interface EventOptions {
  readonly id?: string;
  readonly topic?: string;
  readonly projectId?: string | null;
  readonly user?: { readonly id?: string; readonly username?: string } | null;
  readonly data?: Readonly<Record<string, unknown>>;
}

export const ANNA = { id: "u-anna", username: "anna@studio.test" };

/** An `ftrack.update` of project "p", done by Anna, through the real parser. */
export function anEvent(
  entities: readonly unknown[],
  options: EventOptions = {},
): FtrackEvent {
  const user = options.user === undefined ? ANNA : options.user;
  return parseEvent({
    v: 1,
    id: options.id ?? "event",
    topic: options.topic ?? "ftrack.update",
    projectId: options.projectId === undefined ? "p" : options.projectId,
    via: "hub",
    receivedAt: 0,
    event: {
      source: { id: "hub", ...(user === null ? {} : { user }) },
      data: { entities, ...options.data },
    },
  });
}

const SHOW = {
  entityId: "p",
  entityType: "show",
  entity_type: "Project",
} as const;

/** A task whose status changed, below `parentId`. */
export function taskStatus(
  entityId: string,
  oldStatus: string | null,
  newStatus: string | null,
  more: Partial<WireItem> = {},
): WireItem {
  const parentId = more.parentId ?? "shot";
  return {
    action: "update",
    entityType: "task",
    entity_type: "Task",
    entityId,
    parentId,
    keys: ["statusid"],
    changes: { statusid: { old: oldStatus, new: newStatus } },
    parents: [
      { entityId, entityType: "task", entity_type: "Task" },
      { entityId: parentId, entityType: "task", entity_type: "Shot" },
      SHOW,
    ],
    ...more,
  };
}

/** A version whose status changed or, with `old` null, that was created. */
export function versionStatus(
  entityId: string,
  oldStatus: string | null,
  newStatus: string | null,
  more: Partial<WireItem> = {},
): WireItem {
  return {
    action: oldStatus === null ? "add" : "update",
    entityType: "assetversion",
    entity_type: "AssetVersion",
    entityId,
    parentId: "asset",
    keys: ["statusid"],
    changes: { statusid: { old: oldStatus, new: newStatus } },
    parents: [
      { entityId, entityType: "assetversion", entity_type: "AssetVersion" },
      { entityId: "asset", entityType: "asset", entity_type: "Asset" },
      { entityId: "shot", entityType: "task", entity_type: "Shot" },
      SHOW,
    ],
    ...more,
  };
}
