import { z } from "zod";

/**
 * An event as it lies in Redis. Made by the leecher (or by the processor, for `internal`), opened by the
 * processor. The raw event is kept whole so that a dead letter can be looked at and redriven.
 *
 * Shape: one envelope holds entities of one project; an event about two projects becomes two envelopes
 * with the same `id` (uniqueness is per project).
 */
export const envelope = z.object({
  v: z.literal(1),
  /** Ftrack's event id, or `catchup-<Event.id>`, or an id made by us for internal events. */
  id: z.string().min(1),
  topic: z.string().min(1),
  /** Ftrack project id; null goes to the partition of events without a project. */
  projectId: z.string().nullable(),
  via: z.enum(["hub", "catch-up", "internal"]),
  /** Milliseconds since the epoch, by the clock of the process that made the envelope. */
  receivedAt: z.number(),
  /** The hub event as it came: `{id, topic, source, data, …}`. Data of somebody else: parse before use. */
  event: z.record(z.string(), z.unknown()),
});

export type Envelope = z.infer<typeof envelope>;

/** Name of the partition of events that belong to no project. Not a uuid, so it cannot clash with one. */
export const NO_PROJECT = "none";

export function partitionOf(e: Pick<Envelope, "projectId">): string {
  return e.projectId ?? NO_PROJECT;
}
