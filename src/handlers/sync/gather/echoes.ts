import { authorOf } from "../../../core/actor.ts";
import { TRANSMITTER } from "../../../core/ayon-event.ts";
import type { EntityChange, FtrackEvent } from "../../../core/event.ts";
import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { ASSIGNED, type OwnWrites } from "../../../core/own-writes.ts";

const STATUS = "statusid";

/** Whether it may tell of something that came from AYON. */
function isCandidate({ baseType, keys }: EntityChange): boolean {
  return baseType === "appointment" || keys.includes(STATUS);
}

/** The entity without what came from AYON; null when nothing is left of it. */
function rest(entity: EntityChange, own: OwnWrites): EntityChange | null {
  const { entityId, baseType, action, changes } = entity;
  if (baseType === "appointment") {
    const isAssigned = action === "add";
    const isEcho =
      (isAssigned || action === "remove") &&
      own.wrote(entityId, ASSIGNED, isAssigned, TRANSMITTER);
    return isEcho ? null : entity;
  }
  const status = changes.get(STATUS)?.new;
  if (!own.wrote(entityId, "status_id", status, TRANSMITTER)) return entity;
  const keys = entity.keys.filter((key) => key !== STATUS);
  return action === "update" && keys.length === 0 ? null : { ...entity, keys };
}

/**
 * Events without the echoes of what the transmitter brought from AYON. Ftrack's word counts, but here it is
 * AYON's own, and maybe old: people may have changed it again meanwhile, and the echo would take that back.
 *
 * No request where this service did nothing.
 */
export async function withoutEchoes(
  events: readonly FtrackEvent[],
  ctx: Pick<HandlerContext, "recall" | "reference">,
): Promise<readonly FtrackEvent[]> {
  const maybe = events.filter((event) => event.entities.some(isCandidate));
  if (maybe.length === 0) return events;
  const service = await ctx.reference.serviceUser();
  const ours = new Set(
    maybe.filter((event) => authorOf(event.actor, service) === "service"),
  );
  if (ours.size === 0) return events;
  const ids = new Set<FtrackId>();
  for (const { entities } of ours)
    for (const entity of entities)
      if (isCandidate(entity)) ids.add(entity.entityId);
  const own = await ctx.recall(ids);
  return events.map((event) =>
    ours.has(event)
      ? {
          ...event,
          entities: event.entities.flatMap((entity) =>
            isCandidate(entity) ? (rest(entity, own) ?? []) : [entity],
          ),
        }
      : event,
  );
}
