import { createHash } from "node:crypto";
import type {
  AyonOperation,
  AyonThumbnail,
  ChangeResult,
} from "../core/change.ts";
import {
  type AyonId,
  ayonId,
  type FtrackId,
  type ProjectName,
  toAyonId,
} from "../core/ids.ts";
import { failed, resultOf } from "./change-result.ts";
import { type AyonHttp, nothing } from "./http.ts";
import { type ApplyOptions, applyOperations } from "./operations.ts";
import { route } from "./route.ts";

export interface Image {
  readonly data: Uint8Array;
}

/** Bytes of a component; null when it is gone. */
export type Download = (componentId: FtrackId) => Promise<Image | null>;

/** Whoever serves the component may call it anything; the server takes only these two, and looks itself. */
function imageType(data: Uint8Array): "image/png" | "image/jpeg" | null {
  const starts = (...bytes: number[]): boolean =>
    bytes.every((byte, i) => data[i] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47)) return "image/png";
  if (starts(0xff, 0xd8, 0xff)) return "image/jpeg";
  return null;
}

/**
 * The id under which a component's image lies in AYON: always the same, so that a repeated upload replaces
 * itself, several entities share one upload, and an entity's `thumbnailId` tells whether it is up to date.
 */
export function thumbnailIdOf(componentId: FtrackId): AyonId {
  const hash = createHash("sha256").update(componentId).digest("hex");
  return toAyonId(componentId) ?? ayonId(hash.slice(0, 32));
}

type Fetched =
  | { readonly data: Uint8Array; readonly contentType: string }
  | { readonly code: string; readonly message: string };

async function fetchImage(
  componentId: FtrackId,
  download: Download,
): Promise<Fetched> {
  const image = await download(componentId);
  if (image === null)
    return {
      code: "E_FTRACK_COMPONENT_GONE",
      message: "The image is no longer in Ftrack",
    };
  const contentType = imageType(image.data);
  if (contentType === null)
    return {
      code: "E_AYON_UNSUPPORTED",
      message: "The image is neither PNG nor JPEG",
    };
  return { data: image.data, contentType };
}

/** Puts the image where `path` says; POST for a project, which has one place, PUT under an id of ours. */
async function upload(
  http: AyonHttp,
  changeId: string,
  method: "POST" | "PUT",
  path: string,
  fetched: Fetched,
  signal?: AbortSignal,
): Promise<ChangeResult> {
  if ("code" in fetched)
    return failed(changeId, fetched.code, fetched.message, false);
  return resultOf(changeId, async () => {
    await http.send({
      method,
      path,
      bytes: fetched,
      answer: nothing,
      isRepeatable: true,
      signal,
    });
    return "applied";
  });
}

function assignment(
  change: AyonThumbnail,
  entityType: "folder" | "task" | "version",
  entityId: AyonId,
): AyonOperation {
  return {
    kind: "ayon.operation",
    id: change.id,
    subject: change.subject,
    project: change.project,
    op: "update",
    entityType,
    entityId,
    data: { thumbnailId: thumbnailIdOf(change.componentId) },
    stage: 0,
  };
}

/**
 * Copies images of Ftrack components to AYON entities: each component is downloaded and uploaded once, then
 * one batch of operations gives it to its entities.
 *
 * The image is not uploaded to the entity itself, since the server would hand the thumbnail of a version on
 * to its task and folder, whatever these have.
 *
 * @returns one result per change, in the order given.
 * @throws what `download` throws; what `applyOperations` throws.
 */
export async function applyThumbnails(
  http: AyonHttp,
  project: ProjectName,
  changes: readonly AyonThumbnail[],
  download: Download,
  options: ApplyOptions = {},
): Promise<readonly ChangeResult[]> {
  const { signal } = options;
  const results = new Map<string, ChangeResult>();
  const uploads = new Map<FtrackId, ChangeResult>();
  const operations: AyonOperation[] = [];
  for (const change of changes) {
    const { entityType, entityId, componentId } = change;
    if (entityType === "project" || entityId === null) {
      const image = await fetchImage(componentId, download);
      const path = route`/api/projects/${project}/thumbnail`;
      results.set(
        change.id,
        await upload(http, change.id, "POST", path, image, signal),
      );
      continue;
    }
    const path = route`/api/projects/${project}/thumbnails/${thumbnailIdOf(componentId)}`;
    const known =
      uploads.get(componentId) ??
      (await upload(
        http,
        componentId,
        "PUT",
        path,
        await fetchImage(componentId, download),
        signal,
      ));
    uploads.set(componentId, known);
    if (known.status === "failed")
      results.set(change.id, { ...known, changeId: change.id });
    else operations.push(assignment(change, entityType, entityId));
  }
  for (const result of await applyOperations(
    http,
    project,
    operations,
    options,
  ))
    results.set(result.changeId, result);
  return changes.flatMap(({ id }) => results.get(id) ?? []);
}
