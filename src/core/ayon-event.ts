import { z } from "zod";
import type { Envelope } from "./envelope.ts";
import { ayonId, type AyonId, type FtrackId } from "./ids.ts";
import type { FtrackEvent } from "./event.ts";

/**
 * What people do in AYON and the transmitter answers to; the kind of the entity stands in the middle.
 *
 * Source: ayon_server/events/patch.py of ayon-backend: one event per changed field of an entity.
 */
export const AYON_TOPICS = [
  "entity.folder.status_changed",
  "entity.task.status_changed",
  "entity.version.status_changed",
  "entity.task.assignees_changed",
] as const;

/** Name of the handler of these events, under which the ledger of own writes has what it wrote. */
export const TRANSMITTER = "transmitter";

/** Word by which services of an Ftrack addon sign what they write in AYON; ours do. */
export const OWN_SENDER_TYPE = "ftrack";

/** A row of AYON's event log. */
export interface AyonLogEvent {
  readonly id: string;
  readonly topic: string;
  readonly project: string | null;
  readonly user: string | null;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** As AYON writes it, with microseconds. */
  readonly createdAt: string;
}

/** A row as an envelope for the inbox of its project: from there on it is handled like an event of Ftrack. */
export function envelopeOf(
  event: AyonLogEvent,
  projectId: FtrackId,
  receivedAt: number,
): Envelope {
  const { id, topic, user, summary, payload } = event;
  return {
    v: 1,
    id: `ayon-${id}`,
    topic,
    projectId,
    via: "internal",
    receivedAt,
    event: {
      id,
      topic,
      source: user === null ? null : { user: { username: user } },
      data: {
        entityId: summary["entityId"],
        oldValue: payload["oldValue"],
        newValue: payload["newValue"],
      },
    },
  };
}

/** A change of one field of an AYON entity. */
export interface AyonChange {
  /** Id of the AYON event. */
  readonly eventId: string;
  readonly entityType: "folder" | "task" | "version";
  readonly field: "status" | "assignees";
  readonly entityId: AyonId;
  readonly oldValue: unknown;
  readonly newValue: unknown;
}

const TOPIC = /^entity\.(folder|task|version)\.(status|assignees)_changed$/;

const parts = z.object({
  entityType: z.enum(["folder", "task", "version"]),
  field: z.enum(["status", "assignees"]),
  entityId: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .transform(ayonId),
  oldValue: z.unknown(),
  newValue: z.unknown(),
});

/** What an event made by `envelopeOf` tells; null when it does not say what changed. */
export function ayonChangeOf(
  event: Pick<FtrackEvent, "id" | "topic" | "data">,
): AyonChange | null {
  const [, entityType, field] = TOPIC.exec(event.topic) ?? [];
  const { entityId, oldValue, newValue } = event.data;
  const found = parts.safeParse({
    entityType,
    field,
    entityId,
    oldValue,
    newValue,
  });
  return found.success
    ? {
        ...found.data,
        oldValue: found.data.oldValue ?? null,
        newValue: found.data.newValue ?? null,
        eventId: event.id,
      }
    : null;
}
