import type { AyonOperation } from "../../src/core/change.ts";
import { ayonId, projectName } from "../../src/core/ids.ts";

/** 32 hex digits from a number, so that ids in a test can be read. */
export function hexId(n: number): ReturnType<typeof ayonId> {
  return ayonId(n.toString(16).padStart(32, "0"));
}

export function anOperation(
  id: string,
  more: Partial<AyonOperation> = {},
): AyonOperation {
  return {
    kind: "ayon.operation",
    id,
    subject: { ftrackId: null, path: id, type: "Shot" },
    project: projectName("demo"),
    op: "update",
    entityType: "folder",
    entityId: hexId(Number.parseInt(id.replaceAll(/\D/g, ""), 10) || 0),
    data: {},
    stage: 0,
    ...more,
  };
}
