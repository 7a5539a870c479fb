import { z } from "zod";
import type { FtrackId } from "../../../core/ids.ts";
import { is, select, type Query } from "../../../core/query.ts";
import { idOrNull } from "../../../core/rows.ts";
import type { FtrackProjectValues } from "../facts.ts";

const textOrNull = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

/** Values of the project itself. */
export function projectValues(projectId: FtrackId): Query<FtrackProjectValues> {
  return select({
    type: "Project",
    fields: ["id", "start_date", "end_date", "thumbnail_id"],
    where: is("id", projectId),
    row: z
      .object({
        start_date: textOrNull,
        end_date: textOrNull,
        thumbnail_id: idOrNull,
      })
      .transform((row) => ({
        startDate: row.start_date,
        endDate: row.end_date,
        thumbnailId: row.thumbnail_id,
      })),
  });
}
