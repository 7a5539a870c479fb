import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { readClosure } from "../gather/closure.ts";
import { planned } from "../gather/facts.ts";
import { keepValues } from "../gather/ftrack.ts";
import { noLinks } from "../gather/links.ts";
import { newStore } from "../gather/store.ts";
import { likelyVersions, namedVersions } from "../gather/versions.ts";
import { everything } from "../interest.ts";
import type { Planned } from "../planned.ts";
import type { SyncSettings } from "../settings.ts";
import type { Survey } from "./survey.ts";

/**
 * Reads by id what an audit found to differ, as for a burst of events.
 *
 * @param withRest - lists, versions and links are in focus too, all of them
 */
export async function gatherDiffering(
  ctx: HandlerContext,
  settings: SyncSettings,
  { world, rest, projectValues, projectRows }: Survey,
  focus: ReadonlySet<FtrackId>,
  withRest: boolean,
): Promise<Planned> {
  const store = newStore(ctx.project.ftrack.id, false);
  for (const id of focus) store.focus.set(id, everything);
  keepValues(store, projectRows);
  const versions = withRest ? rest.versions : new Map<never, never>();
  if (withRest) {
    for (const [id, own] of rest.values) store.values.set(id, own);
    rest.mentioned.forEach((id) => store.mentioned.add(id));
  }
  const named = await namedVersions(ctx, store, world, versions);
  await readClosure(ctx, store, world, null);
  const likely = await likelyVersions(ctx, store, named.open);
  return planned(
    ctx,
    store,
    world,
    settings,
    {
      subtreeId: null,
      projectFocus:
        projectValues === null
          ? null
          : { interest: everything, values: projectValues },
      links: withRest ? rest.links : noLinks,
      lists: {
        ftrack: withRest ? rest.lists : [],
        gone: new Set(),
        ayon: withRest ? rest.ayonLists : [],
      },
      versions: {
        focus: new Map(
          withRest && settings.versionStatuses
            ? [...versions.keys()].map((id) => [id, everything])
            : [],
        ),
        ftrack: versions,
        ayon: [...named.versions, ...likely.versions],
        products: likely.products,
      },
      actors: [],
    },
    "audit",
  );
}
