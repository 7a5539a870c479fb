import { z } from "zod";
import type { FtrackId } from "./ids.ts";
import { idField, idOrNull, linkField, pathOf } from "./rows.ts";

/** An entity of Ftrack that has, or may get, a thumbnail. */
export interface Picturable {
  readonly id: FtrackId;
  /** Schema id of the API: `Shot`, `Task`. */
  readonly entityType: string;
  readonly thumbnailId: FtrackId | null;
  readonly path: string;
}

/** Attributes that a query asks for. */
export const PICTURABLE = ["id", "thumbnail_id", "link"] as const;

/** A row with these attributes. */
export const picturableRow = z.object({
  __entity_type__: z.string().optional(),
  id: idField,
  thumbnail_id: idOrNull,
  link: linkField,
});

/** @param fallback - the type where the server names none */
export function picturable(
  row: z.infer<typeof picturableRow>,
  fallback: string,
): Picturable {
  return {
    id: row.id,
    entityType: row.__entity_type__ ?? fallback,
    thumbnailId: row.thumbnail_id,
    path: pathOf(row.link) || row.id,
  };
}
