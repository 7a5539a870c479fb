import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { AyonListRow, AyonProject } from "../../../core/ports.ts";
import type { FtrackList, LinkFacts, World } from "../facts.ts";
import { linkFacts, noLinks, readProjectLinks } from "../gather/links.ts";
import { readProjectLists } from "../gather/lists.ts";
import { newStore, type Store } from "../gather/store.ts";
import {
  readProjectVersions,
  readVersions,
  type FtrackVersions,
} from "../gather/versions.ts";
import type { SyncSettings } from "../settings.ts";
import { digest, sorted } from "./digest.ts";

/** Lists, versions and links of a project: few, and each about many entities, so they are compared as one. */
export interface RestRead {
  readonly digest: string;
  readonly lists: readonly FtrackList[];
  readonly ayonLists: readonly AyonListRow[];
  readonly versions: FtrackVersions;
  readonly links: LinkFacts;
  /** Kinds of lists, and ids that versions are known by. */
  readonly values: Store["values"];
  /** Contexts all of this is about. */
  readonly mentioned: ReadonlySet<FtrackId>;
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

export async function readRest(
  ctx: HandlerContext,
  settings: SyncSettings,
  world: World,
  ayonProject: AyonProject,
): Promise<RestRead> {
  const { ayon, project } = ctx;
  const store = newStore(project.ftrack.id, false);
  const lists = await readProjectLists(ctx, store, world);
  const listed = lists
    .filter((list) => list.systemType === "assetversion")
    .flatMap((list) => list.memberIds);
  const versions = settings.versionStatuses
    ? await readProjectVersions(ctx, store, world)
    : await readVersions(ctx, store, world, listed);
  const stamps =
    versions.size === 0
      ? new Map<string, string>()
      : await ayon.stamps(project.ayonName, ["versions"]);
  const ayonLists =
    lists.length === 0 ? [] : await ayon.lists(project.ayonName);
  const links =
    settings.linkType === null
      ? noLinks
      : await linkFacts(
          ctx,
          store,
          ayonProject,
          settings.linkType,
          await readProjectLinks(ctx),
        );
  const mentioned = new Set([
    ...lists
      .filter((list) => list.systemType === "task")
      .flatMap((list) => list.memberIds),
    ...links.ftrack.flatMap(({ from, to }) => [from, to]),
    ...[...versions.values()].map((version) => version.contextId),
  ]);
  return {
    lists,
    ayonLists,
    versions,
    links,
    values: store.values,
    mentioned,
    digest: digest([
      lists
        .map((list) => ({ ...list, memberIds: [...list.memberIds].sort() }))
        .sort(byId),
      sorted(store.values).map(([id, own]) => [id, sorted(own)]),
      ayonLists
        .map((list) => ({ ...list, items: [...list.items].sort(byId) }))
        .sort(byId),
      [sorted(versions), sorted(stamps)],
      [links.missingType, [...links.ftrack].sort(byId)],
      [...links.ayon].sort(byId),
    ]),
  };
}
