import type { VersionRow } from "../store/rows.ts";
import type { ProjectGraph } from "./context.ts";
import type { Columns } from "./select.ts";
import { heroOf } from "./versions-of.ts";

const COMMON = [
  "id",
  "attrib",
  "data",
  "active",
  "status",
  "tags",
  "created_at",
  "updated_at",
  "created_by",
  "updated_by",
];

export const FOLDER_COLUMNS = {
  names: [...COMMON, "name", "label", "folder_type", "parent_id"],
};

export const TASK_COLUMNS = {
  names: [
    ...COMMON,
    "name",
    "label",
    "task_type",
    "folder_id",
    "assignees",
    "thumbnail_id",
  ],
};

export const PRODUCT_COLUMNS = {
  names: [...COMMON, "name", "folder_id", "product_type", "product_base_type"],
};

export const REPRESENTATION_COLUMNS = {
  names: [...COMMON, "name", "version_id"],
};

/** A version may also be asked by what it belongs to. */
export function versionColumns(graph: ProjectGraph): Columns<VersionRow> {
  const { products, tasks, folders } = graph.tables;
  return {
    names: [
      ...COMMON,
      "version",
      "product_id",
      "task_id",
      "author",
      "product_type",
      "product_base_type",
      "task_type",
      "folder_type",
      "hero_version_id",
    ],
    borrowed(row, column) {
      const product = products.get(row.productId);
      switch (column) {
        case "product_type":
          return product?.productType;
        case "product_base_type":
          return product?.productBaseType ?? product?.productType;
        case "task_type":
          return tasks.get(row.taskId ?? "")?.taskType;
        case "folder_type":
          return folders.get(product?.folderId ?? "")?.folderType;
        case "hero_version_id":
          return heroOf(graph, row)?.id;
        default:
          return undefined;
      }
    },
  };
}
