import type { AyonLink, AyonLinkDelete, ChangeResult } from "../core/change.ts";
import type { ProjectName } from "../core/ids.ts";
import { chunk } from "../core/query.ts";
import { failed, resultOf, unlessRefusedAs } from "./change-result.ts";
import { type AyonHttp, nothing } from "./http.ts";
import { remove } from "./remove.ts";
import { route } from "./route.ts";

/** About 5 ms of the server's time each. */
const LINKS_PER_REQUEST = 200;

function linkBody(link: AyonLink): unknown {
  return {
    id: link.linkId,
    input: link.input,
    output: link.output,
    linkType: link.linkType,
    ...(link.data === undefined ? {} : { data: link.data }),
  };
}

async function createOne(
  http: AyonHttp,
  project: ProjectName,
  link: AyonLink,
  signal?: AbortSignal,
): Promise<ChangeResult> {
  return resultOf(link.id, () =>
    // Only the id can clash: the server lets two entities have any number of equal links.
    unlessRefusedAs(["E_AYON_CONFLICT", "E_AYON_DUPLICATE"], () =>
      http.send({
        method: "POST",
        path: route`/api/projects/${project}/links`,
        body: linkBody(link),
        answer: nothing,
        isRepeatable: true,
        signal,
      }),
    ),
  );
}

/** All at once; when the server refuses, which it does for all or none, one by one. */
async function createMany(
  http: AyonHttp,
  project: ProjectName,
  links: readonly AyonLink[],
  signal?: AbortSignal,
): Promise<readonly ChangeResult[]> {
  const [only, ...others] = links;
  if (only === undefined) return [];
  if (others.length === 0)
    return [await createOne(http, project, only, signal)];
  const all = await resultOf("all", () =>
    unlessRefusedAs([], () =>
      http.send({
        method: "POST",
        path: route`/api/projects/${project}/links/bulk`,
        body: { links: links.map(linkBody) },
        answer: nothing,
        isRepeatable: true,
        signal,
      }),
    ),
  );
  if (all.status === "applied")
    return links.map((l) => ({ changeId: l.id, status: "applied" }));
  const { error } = all;
  if (error?.transient === true)
    return links.map((l) => failed(l.id, error.code, error.message, true));
  const results: ChangeResult[] = [];
  for (const link of links)
    results.push(await createOne(http, project, link, signal));
  return results;
}

/**
 * Creates and removes links. A link that exists under its id, or is gone already, ends as `unchanged`.
 * Whether an equal link stands under another id is the planner's question: the server does not ask it.
 *
 * @returns one result per change, in the order given.
 */
export async function applyLinks(
  http: AyonHttp,
  project: ProjectName,
  changes: readonly (AyonLink | AyonLinkDelete)[],
  signal?: AbortSignal,
): Promise<readonly ChangeResult[]> {
  const results = new Map<string, ChangeResult>();
  for (const change of changes) {
    if (change.kind !== "ayon.link.delete") continue;
    const result = await resultOf(change.id, () =>
      remove(
        http,
        route`/api/projects/${project}/links/${change.linkId}`,
        signal,
      ),
    );
    results.set(change.id, result);
  }
  const links = changes.filter((c) => c.kind === "ayon.link.create");
  for (const some of chunk(links, LINKS_PER_REQUEST))
    for (const result of await createMany(http, project, some, signal))
      results.set(result.changeId, result);
  return changes.flatMap(({ id }) => results.get(id) ?? []);
}
