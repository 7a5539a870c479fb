import { z } from "zod";
import type { Envelope } from "./envelope.ts";
import { ContractError } from "./errors.ts";
import { ftrackId, type FtrackId } from "./ids.ts";

/** `refresh` is ours: the catch-up knows that an entity changed, not how. */
export type EntityAction = "add" | "update" | "remove" | "move" | "refresh";

/**
 * One item of `data.entities` of an `ftrack.update`.
 *
 * Source: third-party event samples and client code; field presence varies between server versions, so
 * everything but the id and the action is optional on the wire.
 */
export interface EntityChange {
  readonly action: EntityAction;
  /** Lower-cased table name on the wire (`entityType`): "task" covers every TypedContext, "show" is Project. */
  readonly baseType: string;
  /** Schema id on the wire (`entity_type`): "Task", "Shot", "AssetVersion"; "" when the server left it out. */
  readonly objectType: string;
  readonly entityId: FtrackId;
  readonly objectTypeId: FtrackId | null;
  readonly parentId: FtrackId | null;
  /** Changed legacy column names and custom attribute keys; the keys of `changes` when the wire has none. */
  readonly keys: readonly string[];
  /** Legacy name → values. Values are DB-like: ids and custom attribute values are strings. */
  readonly changes: ReadonlyMap<
    string,
    { readonly old: unknown; readonly new: unknown }
  >;
  /** The entity itself first, then upwards. Order at the end is not relied upon. */
  readonly parents: readonly EventParent[];
}

export interface EventParent {
  readonly entityId: FtrackId;
  readonly baseType: string;
  readonly objectType: string;
}

/** An event, parsed. Wire names stop here. */
export interface FtrackEvent {
  readonly id: string;
  readonly topic: string;
  readonly projectId: FtrackId | null;
  readonly via: Envelope["via"];
  readonly receivedAt: number;
  /** Who did it. Either part may be missing. */
  readonly actor: {
    readonly id: FtrackId | null;
    readonly username: string | null;
  };
  /** Token of the client that wrote; equals ours for the echo of an own write. */
  readonly clientToken: string | null;
  /** `source.id`: the address of a reply. */
  readonly sourceId: string | null;
  /** Entities of `ftrack.update` that could be read; empty for other topics. */
  readonly entities: readonly EntityChange[];
  /** Items of `data.entities` that could not be read, and why. The others are still handled. */
  readonly malformed: readonly {
    readonly index: number;
    readonly reason: string;
  }[];
  /** `data` of the event, unparsed, for topics with a shape of their own (actions). */
  readonly data: Readonly<Record<string, unknown>>;
}

const text = z.string().catch("");
const idOrNull = z
  .unknown()
  .transform((v) => (typeof v === "string" && v !== "" ? ftrackId(v) : null));

/** Old servers sent a list of one id. */
const entityIdField = z
  .union([
    z.string().min(1),
    z.tuple([z.string().min(1)]).transform(([id]) => id),
  ])
  .transform(ftrackId);

const wireParent = z
  .object({
    entityId: entityIdField,
    entityType: text,
    entity_type: text.optional(),
  })
  .transform((p): EventParent => ({
    entityId: p.entityId,
    baseType: p.entityType.toLowerCase(),
    objectType: p.entity_type ?? "",
  }));

const wireEntity = z
  .object({
    action: z.enum(["add", "update", "remove", "move", "refresh"]),
    entityType: z.string().min(1),
    entity_type: text.optional(),
    entityId: entityIdField,
    objectTypeId: idOrNull.optional(),
    parentId: idOrNull.optional(),
    keys: z.array(z.string()).nullish().catch(null),
    changes: z
      .record(
        z.string(),
        z
          .looseObject({
            old: z.unknown().optional(),
            new: z.unknown().optional(),
          })
          .nullable(),
      )
      .nullish(),
    parents: z.array(z.unknown()).nullish().catch(null),
  })
  .transform((e): EntityChange => {
    const changes = new Map<string, { old: unknown; new: unknown }>();
    for (const [key, value] of Object.entries(e.changes ?? {})) {
      if (value !== null)
        changes.set(key, {
          old: value["old"] ?? null,
          new: value["new"] ?? null,
        });
    }
    return {
      action: e.action,
      baseType: e.entityType.toLowerCase(),
      objectType: e.entity_type ?? "",
      entityId: e.entityId,
      objectTypeId: e.objectTypeId ?? null,
      parentId: e.parentId ?? null,
      keys: e.keys ?? [...changes.keys()],
      changes,
      parents: (e.parents ?? []).flatMap((p) => {
        const parsed = wireParent.safeParse(p);
        return parsed.success ? [parsed.data] : [];
      }),
    };
  });

const wireEvent = z.looseObject({
  source: z
    .looseObject({
      id: z.unknown().optional(),
      clientToken: z.unknown().optional(),
      user: z
        .looseObject({
          id: z.unknown().optional(),
          username: z.unknown().optional(),
        })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
  data: z.record(z.string(), z.unknown()).nullish(),
});

function stringOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/**
 * Opens an envelope.
 *
 * A single odd entity is set aside in `malformed`; the others are still handled.
 *
 * @throws ContractError `E_EVENT_MALFORMED` when nothing in it can be used: such an envelope is a dead letter.
 */
export function parseEvent(envelope: Envelope): FtrackEvent {
  const parsed = wireEvent.safeParse(envelope.event);
  if (!parsed.success) {
    throw new ContractError(
      `Event cannot be read: ${z.prettifyError(parsed.error)}`,
      {
        code: "E_EVENT_MALFORMED",
        subject: { eventId: envelope.id, topic: envelope.topic },
      },
    );
  }
  const { source } = parsed.data;
  const data = parsed.data.data ?? {};
  const entities: EntityChange[] = [];
  const malformed: { index: number; reason: string }[] = [];
  const items = data["entities"];
  if (envelope.topic === "ftrack.update" && !Array.isArray(items)) {
    throw new ContractError("Event has no list of entities", {
      code: "E_EVENT_MALFORMED",
      subject: { eventId: envelope.id, topic: envelope.topic },
    });
  }
  if (Array.isArray(items)) {
    for (const [index, item] of items.entries()) {
      const entity = wireEntity.safeParse(item);
      if (entity.success) entities.push(entity.data);
      else malformed.push({ index, reason: z.prettifyError(entity.error) });
    }
  }
  const clientToken =
    stringOrNull(data["clientToken"]) ??
    stringOrNull(source?.["clientToken"] ?? null);
  return {
    id: envelope.id,
    topic: envelope.topic,
    projectId:
      envelope.projectId === null ? null : ftrackId(envelope.projectId),
    via: envelope.via,
    receivedAt: envelope.receivedAt,
    actor: {
      id: idOrNull.parse(source?.user?.["id"] ?? null),
      username: stringOrNull(source?.user?.["username"] ?? null),
    },
    clientToken,
    sourceId: stringOrNull(source?.["id"] ?? null),
    entities,
    malformed,
    data,
  };
}

/**
 * The project of an entity: the item of its parents that is a Project.
 *
 * Searched, not taken from the end: on removal the order varies. A role on a project has no such parent; it
 * names the project among its changes.
 */
export function projectOf(
  entity: Pick<EntityChange, "parents" | "baseType" | "entityId" | "changes">,
): FtrackId | null {
  const show = entity.parents.find((p) => p.baseType === "show");
  if (show !== undefined) return show.entityId;
  if (entity.baseType === "show") return entity.entityId;
  if (entity.baseType !== "userroleproject") return null;
  const change = entity.changes.get("project_id");
  const id = change?.new ?? change?.old;
  return typeof id === "string" && id !== "" ? ftrackId(id) : null;
}
