import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { FtrackStatus, ProjectSchema } from "../../core/reference.ts";

/** What every status rule has to know of the project. */
export interface StatusWorld {
  readonly schema: ProjectSchema;
  /** All statuses of the server. */
  readonly statuses: readonly FtrackStatus[];
}

/**
 * The statuses and the project's schema; asked for again when one of the given statuses is not among them,
 * as it may be new.
 */
export async function gatherWorld(
  ctx: Pick<HandlerContext, "reference" | "project">,
  seen: readonly (FtrackId | null)[],
): Promise<StatusWorld> {
  const { reference } = ctx;
  const read = async (): Promise<StatusWorld> => {
    const [schema, statuses] = await Promise.all([
      reference.schema(ctx.project.ftrack.schemaId),
      reference.statuses(),
    ]);
    return { schema, statuses };
  };
  const world = await read();
  if (seen.every((id) => id === null || statusOf(world, id) !== null))
    return world;
  reference.refresh("schema");
  return read();
}

export function statusOf(
  world: Pick<StatusWorld, "statuses">,
  id: FtrackId | null,
): FtrackStatus | null {
  return world.statuses.find((status) => status.id === id) ?? null;
}

/** For people: the status's name, or what stands in its place. */
export function nameOf(
  world: Pick<StatusWorld, "statuses">,
  id: FtrackId | null,
): string {
  if (id === null) return "no status";
  return statusOf(world, id)?.name ?? `an unknown status (${id})`;
}
