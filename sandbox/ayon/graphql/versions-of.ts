import type { VersionRow } from "../store/rows.ts";
import type { ProjectGraph } from "./context.ts";

export function hasReviewables(
  graph: ProjectGraph,
  versionId: string,
): boolean {
  return graph.tables.activities
    .find("entity", versionId)
    .some((a) => a.activityType === "reviewable" && a.entityId === versionId);
}

/** The hero version that stands for this one. */
export function heroOf(
  graph: ProjectGraph,
  row: VersionRow,
): VersionRow | undefined {
  return graph.tables.versions
    .find("parent", row.productId)
    .find((v) => v.version < 0 && -v.version === row.version);
}

/** The newest version of a product; with `done`, of those whose status counts as done. */
export function latestOf(
  graph: ProjectGraph,
  productId: string,
  done = false,
): VersionRow | undefined {
  const doneStatuses = new Set(
    graph.project.statuses
      .filter((s) => s["state"] === "done")
      .map((s) => s.name),
  );
  return graph.tables.versions
    .find("parent", productId)
    .filter((v) => v.version >= 0 && (!done || doneStatuses.has(v.status)))
    .sort((a, b) => b.version - a.version)[0];
}

export type Featured = "hero" | "latestDone" | "latest";

export function featuredOf(
  graph: ProjectGraph,
  productId: string,
  order: readonly string[],
): VersionRow | undefined {
  for (const flag of order) {
    const found =
      flag === "hero"
        ? graph.tables.versions
            .find("parent", productId)
            .find((v) => heroOf(graph, v) !== undefined)
        : latestOf(graph, productId, flag === "latestDone");
    if (found !== undefined) return found;
  }
  return undefined;
}
