import type { FtrackId } from "./ids.ts";

/**
 * Where people look at a context or a version, with its notes, in Ftrack's web client: beside its project.
 *
 * Source: the addresses that Ftrack's own clients make (`getURL` of the legacy API, the Connect tools).
 *
 * @param serverUrl - address of the Ftrack server
 */
export function webLink(
  serverUrl: string,
  projectId: FtrackId,
  entityId: FtrackId,
  kind: "task" | "assetversion",
): string {
  const place = new URLSearchParams({
    slideEntityId: entityId,
    slideEntityType: kind,
    view: kind === "task" ? "tasks" : "versions_v1",
    itemId: "projects",
    entityId: projectId,
    entityType: "show",
  });
  return `${serverUrl.replace(/\/+$/, "")}/#${place.toString()}`;
}
