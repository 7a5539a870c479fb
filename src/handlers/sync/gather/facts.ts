import { ContractError } from "../../../core/errors.ts";
import type { HandlerContext } from "../../../core/handler.ts";
import type { AyonProject } from "../../../core/ports.ts";
import type { SyncFacts, World } from "../facts.ts";
import { plan } from "../plan/index.ts";
import type { Planned } from "../planned.ts";
import type { SyncSettings } from "../settings.ts";
import { isGone, type Store } from "./store.ts";
import { worldOf } from "./world.ts";

/** What is not in the store. */
export type Rest = Pick<
  SyncFacts,
  "subtreeId" | "projectFocus" | "links" | "lists" | "versions" | "actors"
>;

export async function ayonProjectOf(ctx: HandlerContext): Promise<AyonProject> {
  const project = await ctx.reference.ayonProject(ctx.project.ayonName);
  if (project !== null) return project;
  throw new ContractError("The AYON project is gone", {
    code: "E_SYNC_NO_PROJECT",
    subject: { project: ctx.project.ayonName },
  });
}

/** Puts the facts together and plans; reads the AYON project anew when the plan would replace lists of it. */
export async function planned(
  ctx: HandlerContext,
  store: Store,
  world: World,
  settings: SyncSettings,
  rest: Rest,
  origin: SyncFacts["origin"] = store.isComplete ? "project" : "events",
): Promise<Planned> {
  const gone = new Set(
    [...store.asked.contexts, ...store.focus.keys()].filter((id) =>
      isGone(store, id),
    ),
  );
  const facts: SyncFacts = {
    origin,
    project: ctx.project.ftrack,
    ayonProject: await ayonProjectOf(ctx),
    timezone: ctx.project.timezone,
    world,
    focus: store.focus,
    drawnIn: store.drawnIn,
    contexts: store.contexts,
    gone,
    unreadable: store.unreadable,
    values: store.values,
    assigned: store.assigned,
    nodes: store.nodes,
    frozen: store.frozen,
    publishedTasks: store.publishedTasks,
    ...rest,
  };
  const first = await withoutTeaching(ctx, facts, settings);
  if (first !== null) return first;
  // Lists of types and statuses are replaced as a whole, so they must be what they are at this moment.
  ctx.reference.refresh("ayon-project");
  ctx.reference.refresh("schema");
  const fresh = {
    ...facts,
    ayonProject: await ayonProjectOf(ctx),
    world: await worldOf(ctx, settings),
  };
  return { facts: fresh, made: await ctx.inSlices(plan(fresh, settings)) };
}

/** The plan, unless it would teach the AYON project something; then it is not even kept. */
async function withoutTeaching(
  ctx: HandlerContext,
  facts: SyncFacts,
  settings: SyncSettings,
): Promise<Planned | null> {
  const made = await ctx.inSlices(plan(facts, settings));
  const teaches = made.decision.changes.some(
    (change) => change.kind === "ayon.project.update",
  );
  return teaches ? null : { facts, made };
}
