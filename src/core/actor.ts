import type { FtrackEvent } from "./event.ts";
import type { FtrackUser } from "./reference.ts";
import { isSameName } from "./status.ts";

/**
 * Whose doing it was: this service's, somebody else's, or nobody can say. The id decides where the event has
 * one, the name where it has only that.
 */
export function authorOf(
  actor: FtrackEvent["actor"],
  serviceUser: Pick<FtrackUser, "id" | "username"> | null,
): "service" | "somebody" | "unknown" {
  if (serviceUser === null) return "unknown";
  if (actor.id !== null)
    return actor.id === serviceUser.id ? "service" : "somebody";
  if (actor.username === null) return "unknown";
  return isSameName(actor.username, serviceUser.username)
    ? "service"
    : "somebody";
}
