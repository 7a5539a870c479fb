import { z } from "zod";
import type { Envelope } from "../core/envelope.ts";
import { parseEvent, type FtrackEvent } from "../core/event.ts";
import type { Handler } from "../core/handler.ts";
import type { FtrackReads } from "../core/ports.ts";
import { inList, select, type Query } from "../core/query.ts";
import { idField } from "../core/rows.ts";
import type { ActionHandler, Relay } from "../queue/types.ts";

export interface LaunchRelayDeps {
  readonly handlers: readonly Handler[];
  readonly reads: (signal: AbortSignal) => Pick<FtrackReads, "query">;
  readonly relay: Relay;
}

const selection = z.object({
  selection: z
    .array(
      z
        .object({ entityId: z.string(), entityType: z.string() })
        .nullable()
        .catch(null),
    )
    .catch([]),
});

/** Ids of the contexts an action was started on; the hub says "task" for every typed context. */
function selected(event: FtrackEvent): string[] {
  const { success, data } = selection.safeParse(event.data);
  if (!success) return [];
  return data.selection.flatMap((item) =>
    item?.entityType.toLowerCase() === "task" ? item.entityId : [],
  );
}

function projectsOf(ids: readonly string[]): Query<string> {
  return select({
    type: "TypedContext",
    fields: ["id", "project_id"],
    row: z.object({ project_id: idField }).transform((row) => row.project_id),
    where: inList("id", ids),
  });
}

/**
 * The start of an action does not say in which project. Where a rule wants to know of it, it is passed on to
 * the projects of what was selected, to be handled there in order with everything else: in the fast lane
 * nobody may write to a project.
 */
export function createLaunchRelay(deps: LaunchRelayDeps): ActionHandler {
  const { handlers, reads, relay } = deps;
  return async (envelope: Envelope, { signal }) => {
    const isRule = handlers.some((h) => h.topics.includes(envelope.topic));
    if (!isRule) return;
    const event = parseEvent(envelope);
    const isWanted = handlers.some(
      (h) => h.topics.includes(event.topic) && h.wants(event),
    );
    const ids = isWanted ? selected(event) : [];
    if (ids.length === 0) return;
    const [projects] = await reads(signal).query(projectsOf(ids));
    await relay.pass(
      [...new Set(projects)].map((projectId) => ({
        ...envelope,
        projectId,
        via: "internal",
      })),
    );
  };
}
