import type { Skip } from "./decision.ts";
import type { FtrackEvent } from "./event.ts";
import type { Reference } from "./reference.ts";
import { isSameName } from "./status.ts";

/**
 * Whether somebody with these security roles may do what is limited to `allowed`. An empty list lets
 * everybody in; a person nobody knows (`null`) only then.
 */
export function mayAct(
  allowed: readonly string[],
  roles: readonly string[] | null,
): boolean {
  if (allowed.length === 0) return true;
  return (roles ?? []).some((role) =>
    allowed.some((name) => isSameName(name, role)),
  );
}

/**
 * Keeps the events whose acting user has one of the roles; the others are skipped, one skip per entity.
 *
 * No request for an empty list, and one question per user otherwise.
 */
export async function gateByRole(
  events: readonly FtrackEvent[],
  allowed: readonly string[],
  reference: Pick<Reference, "rolesOf">,
): Promise<{
  readonly events: readonly FtrackEvent[];
  readonly skips: readonly Skip[];
}> {
  if (allowed.length === 0) return { events, skips: [] };
  const answers = new Map<string, Promise<readonly string[] | null>>();
  const rolesOf = (
    actor: FtrackEvent["actor"],
  ): Promise<readonly string[] | null> => {
    const key = `${actor.id ?? ""}\n${actor.username ?? ""}`;
    const answer = answers.get(key) ?? reference.rolesOf(actor);
    answers.set(key, answer);
    return answer;
  };
  const kept: FtrackEvent[] = [];
  const skips: Skip[] = [];
  for (const event of events) {
    if (mayAct(allowed, await rolesOf(event.actor))) kept.push(event);
    else skips.push(...refusals(event, allowed));
  }
  return { events: kept, skips };
}

function refusals(event: FtrackEvent, allowed: readonly string[]): Skip[] {
  const who = event.actor.username ?? event.actor.id ?? "an unknown user";
  const detail = `${who} has none of the roles ${allowed.join(", ")}.`;
  const subjects =
    event.entities.length === 0
      ? [{ ftrackId: null, path: event.id, type: event.topic }]
      : event.entities.map((entity) => ({
          ftrackId: entity.entityId,
          path: entity.entityId,
          type: entity.objectType,
        }));
  return subjects.map((subject) => ({
    subject,
    reason: "role-not-allowed",
    detail,
  }));
}
