import { randomUUID } from "node:crypto";
import type { AyonOperation, ChangeResult } from "../../src/core/change.ts";
import { type AyonId, ayonId, projectName } from "../../src/core/ids.ts";

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

export function newId(): AyonId {
  return ayonId(randomUUID().replaceAll("-", ""));
}

/** Creates a folder. */
export function folder(
  id: string,
  entityId: AyonId,
  parentId: AyonId | null,
  more: Partial<AyonOperation> = {},
): AyonOperation {
  const name = more.data?.["name"] ?? `${id}_${entityId.slice(0, 8)}`;
  return anOperation(id, {
    op: "create",
    entityId,
    ...more,
    data: { name, folderType: "Folder", parentId, ...more.data },
  });
}

/** Creates a task. */
export function task(
  id: string,
  folderId: AyonId,
  more: Partial<AyonOperation> = {},
): AyonOperation {
  return anOperation(id, {
    op: "create",
    entityType: "task",
    entityId: newId(),
    ...more,
    data: { name: id, taskType: "Generic", folderId, ...more.data },
  });
}

/** Results in a form that is quickly read: `id status code`. */
export function brief(results: readonly ChangeResult[]): string[] {
  return results.map(
    (r) => r.changeId + " " + r.status + (r.error ? ` ${r.error.code}` : ""),
  );
}
