import { z } from "zod";
import { ayonId } from "../core/ids.ts";
import type { AyonCommentRow, AyonLinkRow } from "../core/ports.ts";
import { jsonObject, setValues } from "./json.ts";

const id = z.string().min(1).transform(ayonId);

export const LINK_FIELDS =
  "id linkType inputType outputType inputId outputId data";

/** One edge of `project.links`; it has no node. The row has the full name of the link type. */
export const wireLink: z.ZodType<AyonLinkRow> = z
  .object({
    id,
    linkType: z.string(),
    inputType: z.string(),
    outputType: z.string(),
    inputId: id,
    outputId: id,
    data: jsonObject,
  })
  .transform((l) => ({
    id: l.id,
    linkType: `${l.linkType}|${l.inputType}|${l.outputType}`,
    input: l.inputId,
    output: l.outputId,
    data: l.data,
  }));

export const LIST_FIELDS = "id label entityType active allAttrib";

export const wireList = z
  .object({
    id,
    label: z.string(),
    entityType: z.string(),
    active: z.boolean().default(true),
    allAttrib: jsonObject,
  })
  .transform(({ allAttrib, ...list }) => ({
    ...list,
    own: setValues(allAttrib),
  }));

/** An item is an edge: its `node` is the entity, which is not asked for. */
export const wireListItem = z.object({ id, entityId: id });

export const COMMENT_FIELDS =
  "activityId entityType entityId body active activityData createdAt";

/** Null for a row without an entity, which a comment of ours cannot be about. */
export const wireComment: z.ZodType<AyonCommentRow | null> = z
  .object({
    activityId: id,
    entityType: z.string(),
    entityId: z.string().nullish(),
    body: z.string(),
    active: z.boolean().default(true),
    activityData: jsonObject,
    createdAt: z.string(),
  })
  .transform((a) => {
    if (a.entityId === null || a.entityId === undefined || !a.active)
      return null;
    const author = a.activityData["author"];
    return {
      activityId: a.activityId,
      entityType: a.entityType,
      entityId: ayonId(a.entityId),
      body: a.body,
      author: typeof author === "string" ? author : null,
      data: a.activityData,
      createdAt: a.createdAt,
    };
  });
