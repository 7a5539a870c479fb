import { z } from "zod";
import type { HandlerContext } from "../../../core/handler.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { AyonProject } from "../../../core/ports.ts";
import {
  chunk,
  inList,
  is,
  select,
  type Condition,
  type Query,
} from "../../../core/query.ts";
import { idField } from "../../../core/rows.ts";
import { isSameName } from "../../../core/status.ts";
import type { FtrackLink, LinkFacts } from "../facts.ts";
import type { Dirty } from "./dirty.ts";
import type { Store } from "./store.ts";

const IDS = 500;

export const noLinks: LinkFacts = {
  linkType: null,
  missingType: null,
  ends: new Set(),
  ftrack: [],
  ayon: [],
  removed: [],
};

function links(where: Condition): Query<FtrackLink> {
  return select({
    type: "TypedContextLink",
    fields: ["id", "from_id", "to_id"],
    where,
    row: z
      .object({ id: idField, from_id: idField, to_id: idField })
      .transform((row) => ({ id: row.id, from: row.from_id, to: row.to_id })),
  });
}

/** Links as they stand in Ftrack. */
export interface LinkRead {
  readonly links: readonly FtrackLink[];
  /** Contexts of which all links to each other are known; null: all of the project. */
  readonly ends: ReadonlySet<FtrackId> | null;
  readonly removed: readonly FtrackLink[];
}

/** Links between the contexts whose links changed. Null when none did. */
export async function readLinks(
  ctx: HandlerContext,
  { addedLinks, removedLinks }: Pick<Dirty, "addedLinks" | "removedLinks">,
): Promise<LinkRead | null> {
  const ends = new Set(
    [...addedLinks, ...removedLinks].flatMap(({ from, to }) => [from, to]),
  );
  if (ends.size === 0) return null;
  const parts = await ctx.ftrack.query(
    ...chunk([...ends], IDS).map((part) => links(inList("from_id", part))),
  );
  const found = parts.flat().filter(({ to }) => ends.has(to));
  return { links: found, ends, removed: removedLinks };
}

export async function readProjectLinks(ctx: HandlerContext): Promise<LinkRead> {
  const [found] = await ctx.ftrack.query(
    links(is("to.project_id", ctx.project.ftrack.id)),
  );
  return { links: found, ends: null, removed: [] };
}

/** Full name of the link type from folder to folder, as the AYON project has it. */
function linkTypeIn(project: AyonProject, wanted: string): string | null {
  const found = project.linkTypes.find(({ name, linkType }) => {
    const [, input, output] = name.split("|");
    return (
      isSameName(linkType, wanted) && input === "folder" && output === "folder"
    );
  });
  return found?.name ?? null;
}

/** Adds what AYON has of these links. The counterparts of their ends are in the store. */
export async function linkFacts(
  ctx: HandlerContext,
  store: Store,
  project: AyonProject,
  wanted: string | null,
  read: LinkRead | null,
): Promise<LinkFacts> {
  if (wanted === null || read === null) return noLinks;
  const linkType = linkTypeIn(project, wanted);
  if (linkType === null) return { ...noLinks, missingType: wanted };
  const folderIds =
    read.ends === null
      ? "all"
      : [...read.ends].flatMap((end) =>
          (store.byFtrackId.get(end) ?? [])
            .filter((node) => node.kind === "folder")
            .map((node) => node.id),
        );
  const ayon =
    folderIds.length === 0
      ? []
      : await ctx.ayon.links(ctx.project.ayonName, linkType, folderIds);
  return {
    linkType,
    missingType: null,
    ends: read.ends,
    ftrack: read.links,
    ayon,
    removed: read.removed,
  };
}
