import { applyComment } from "../../ayon/comments.ts";
import { guarded, type AyonHttp } from "../../ayon/http.ts";
import { applyLinks } from "../../ayon/links.ts";
import { applyList } from "../../ayon/lists.ts";
import { applyOperations } from "../../ayon/operations.ts";
import { createProjectWrites } from "../../ayon/projects.ts";
import { applyThumbnails, type Download } from "../../ayon/thumbnails.ts";
import { applyUser } from "../../ayon/users.ts";
import type {
  AyonLink,
  AyonLinkDelete,
  AyonOperation,
  AyonThumbnail,
  ChangeKind,
  ChangeOf,
  ChangeResult,
} from "../../core/change.ts";
import type { ProjectName } from "../../core/ids.ts";

export interface Fence {
  readonly signal: AbortSignal;
  /** Throws FencedError when this process may not write any more. Asked right before each request that writes. */
  readonly assertOwner: () => Promise<void>;
  /** Told of each request of a long list, with the number of changes in it. */
  readonly onSend?: (changes: number) => void;
}

/** Parts by AYON project, each in order; a decision of one handler rarely has more than one. */
function byProject<T extends { readonly project: ProjectName }>(
  changes: readonly T[],
): Map<ProjectName, T[]> {
  const parts = new Map<ProjectName, T[]>();
  for (const change of changes) {
    const part = parts.get(change.project);
    if (part === undefined) parts.set(change.project, [change]);
    else part.push(change);
  }
  return parts;
}

export async function writeOperations(
  http: AyonHttp,
  changes: readonly AyonOperation[],
  { signal, assertOwner, onSend }: Fence,
): Promise<readonly ChangeResult[]> {
  const results: ChangeResult[] = [];
  for (const [project, part] of byProject(changes))
    results.push(
      ...(await applyOperations(http, project, part, {
        signal,
        beforeSend: async (operations) => {
          await assertOwner();
          onSend?.(operations.length);
        },
      })),
    );
  return results;
}

export async function writeThumbnails(
  http: AyonHttp,
  changes: readonly AyonThumbnail[],
  download: Download,
  { signal, assertOwner }: Fence,
): Promise<readonly ChangeResult[]> {
  const results: ChangeResult[] = [];
  const fenced = guarded(http, assertOwner);
  for (const [project, part] of byProject(changes))
    results.push(
      ...(await applyThumbnails(fenced, project, part, download, { signal })),
    );
  return results;
}

export async function writeLinks(
  http: AyonHttp,
  changes: readonly (AyonLink | AyonLinkDelete)[],
  { signal, assertOwner }: Fence,
): Promise<readonly ChangeResult[]> {
  const results: ChangeResult[] = [];
  const fenced = guarded(http, assertOwner);
  for (const [project, part] of byProject(changes))
    results.push(...(await applyLinks(fenced, project, part, signal)));
  return results;
}

/** Kinds of which AYON takes one per request. */
export const ONE_BY_ONE = [
  "ayon.user",
  "ayon.project.create",
  "ayon.project.update",
  "ayon.list",
  "ayon.comment",
] as const satisfies readonly ChangeKind[];

export async function writeOne(
  http: AyonHttp,
  change: ChangeOf<(typeof ONE_BY_ONE)[number]>,
  { signal, assertOwner }: Fence,
): Promise<ChangeResult> {
  const fenced = guarded(http, assertOwner);
  switch (change.kind) {
    case "ayon.project.create":
      return createProjectWrites(fenced).create(change, signal);
    case "ayon.project.update":
      return createProjectWrites(fenced).update(change, signal);
    case "ayon.list":
      return applyList(fenced, change, signal);
    case "ayon.comment":
      return applyComment(fenced, change, signal);
    case "ayon.user":
      return applyUser(fenced, change, signal);
  }
}
