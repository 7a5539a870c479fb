import { ayonId, ftrackId } from "../../../src/core/ids.ts";
import type { AyonVersion } from "../../../src/core/ports.ts";
import type { FtrackVersion } from "../../../src/handlers/sync/facts.ts";
import { STATUSES } from "./world.ts";

/** A version of the asset renderMain of the context "f". */
export function aVersion(
  id: string,
  version: number,
  more: Partial<FtrackVersion> = {},
): FtrackVersion {
  return {
    id: ftrackId(id),
    version,
    statusId: STATUSES.progress,
    thumbnailId: null,
    path: `show/a/x v${String(version)}`,
    assetName: "renderMain",
    contextId: ftrackId("f"),
    ...more,
  };
}
/** A version of the product "p". */
export function anAyonVersion(
  id: string,
  version: number,
  own: Record<string, unknown> = {},
  more: Partial<AyonVersion> = {},
): AyonVersion {
  return {
    id: ayonId(id),
    version,
    productId: ayonId("p"),
    taskId: null,
    status: "Not ready",
    active: true,
    thumbnailId: null,
    own,
    ...more,
  };
}
