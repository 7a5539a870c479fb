import { z } from "zod";
import { ayonId } from "../core/ids.ts";
import type {
  AyonFolder,
  AyonProduct,
  AyonTask,
  AyonVersion,
} from "../core/ports.ts";
import { jsonObject, pick, setValues } from "./json.ts";

/**
 * Rows of folders, tasks, products and versions as GraphQL gives them. Only what is used is listed; what a
 * row cannot do without is strict, the rest has a value for "not there".
 */
const id = z.string().min(1).transform(ayonId);
const idOrNull = z
  .string()
  .min(1)
  .nullish()
  .transform((v) => (v === null || v === undefined ? null : ayonId(v)));
const textOrNull = z.string().nullish().default(null);
const strings = z.array(z.string()).nullish().default([]);

const node = {
  id,
  name: z.string(),
  label: textOrNull,
  status: z.string().nullish().default(null),
  active: z.boolean().default(true),
  tags: strings,
  thumbnailId: textOrNull,
  path: z.string().nullish().default(null),
  ownAttrib: strings,
  allAttrib: jsonObject,
  data: jsonObject,
};

/**
 * `ownAttrib` comes first, always: the server fills inherited values into the same object when it resolves
 * `allAttrib`, and lists every one of them as own afterwards.
 *
 * Source: graphql/nodes/common.py and graphql/utils.py of ayon-backend 1.16.
 */
const NODE_FIELDS =
  "ownAttrib id name label status active tags thumbnailId path data allAttrib";

export const FOLDER_FIELDS = `${NODE_FIELDS} folderType parentId`;
export const TASK_FIELDS = `${NODE_FIELDS} taskType folderId assignees`;
export const PRODUCT_FIELDS = "id name folderId productType active";
/** Versions inherit nothing, so all their values are own. */
export const VERSION_FIELDS =
  "id version productId taskId status active thumbnailId allAttrib";

const wireNode = z.object(node);

function common(
  n: z.infer<typeof wireNode>,
): Omit<AyonFolder, "folderType" | "parentId"> {
  return {
    id: n.id,
    name: n.name,
    label: n.label ?? null,
    status: n.status ?? "",
    active: n.active,
    tags: n.tags ?? [],
    thumbnailId: n.thumbnailId ?? null,
    path: n.path ?? "",
    own: pick(n.allAttrib, n.ownAttrib ?? []),
    data: n.data,
  };
}

export const wireFolder: z.ZodType<AyonFolder> = wireNode
  .extend({ folderType: z.string(), parentId: idOrNull })
  .transform((n) => ({
    ...common(n),
    folderType: n.folderType,
    parentId: n.parentId,
  }));

export const wireTask: z.ZodType<AyonTask> = wireNode
  .extend({ taskType: z.string(), folderId: id, assignees: strings })
  .transform((n) => ({
    ...common(n),
    taskType: n.taskType,
    folderId: n.folderId,
    assignees: n.assignees ?? [],
  }));

export const wireProduct: z.ZodType<AyonProduct> = z.object({
  id,
  name: z.string(),
  folderId: id,
  productType: z.string(),
  active: z.boolean().default(true),
});

export const wireVersion: z.ZodType<AyonVersion> = z
  .object({
    id,
    version: z.number(),
    productId: id,
    taskId: idOrNull,
    status: z.string().nullish().default(null),
    active: z.boolean().default(true),
    thumbnailId: textOrNull,
    allAttrib: jsonObject,
  })
  .transform(({ allAttrib, ...n }) => ({
    ...n,
    status: n.status ?? "",
    thumbnailId: n.thumbnailId ?? null,
    own: setValues(allAttrib),
  }));
