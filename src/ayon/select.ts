import type { AyonId, ProjectName } from "../core/ids.ts";
import type {
  AyonEntities,
  AyonFolder,
  AyonProduct,
  AyonSelection,
  AyonTask,
  AyonVersion,
  FolderFilter,
  ProductFilter,
  TaskFilter,
  VersionFilter,
} from "../core/ports.ts";
import type { z } from "zod";
import { type Argument, type Part, readParts } from "./graphql.ts";
import type { AyonHttp } from "./http.ts";
import {
  FOLDER_FIELDS,
  PRODUCT_FIELDS,
  TASK_FIELDS,
  VERSION_FIELDS,
  wireFolder,
  wireProduct,
  wireTask,
  wireVersion,
} from "./wire-entities.ts";

type Row =
  | { readonly kind: "folders"; readonly row: AyonFolder }
  | { readonly kind: "tasks"; readonly row: AyonTask }
  | { readonly kind: "products"; readonly row: AyonProduct }
  | { readonly kind: "versions"; readonly row: AyonVersion };

/** Rows per page: about 150 ms of the server's time, which it gives to nobody else meanwhile. */
export const PAGE_SIZE = 1_000;

const IDS = "[String!]";

/** Null when a list is empty: such a filter finds nothing, whatever the others say. */
type Arguments = readonly Argument[] | null;

function inIds(name: string, values: readonly string[] | undefined): Arguments {
  if (values === undefined) return [];
  if (values.length === 0) return null;
  return [{ name, type: IDS, value: [...new Set(values)] }];
}

function byFtrackIds(values: readonly string[] | undefined): Arguments {
  if (values === undefined) return [];
  if (values.length === 0) return null;
  return [
    {
      name: "attributes",
      type: "[AttributeFilterInput!]",
      value: [{ name: "ftrackId", values: [...new Set(values)] }],
    },
  ];
}

/** Versions have no `attributes` argument; the filter is JSON in a string. */
function versionsByFtrackIds(values: readonly string[] | undefined): Arguments {
  if (values === undefined) return [];
  if (values.length === 0) return null;
  const value = JSON.stringify({
    conditions: [
      {
        key: "attrib.ftrackId",
        operator: "in",
        value: [...new Set(values)],
      },
    ],
  });
  return [{ name: "filter", type: "String", value }];
}

function all(...arguments_: readonly Arguments[]): Arguments {
  const joined: Argument[] = [];
  for (const part of arguments_) {
    if (part === null) return null;
    joined.push(...part);
  }
  return joined;
}

function folderArguments(f: FolderFilter): Arguments {
  return all(
    inIds("ids", f.ids),
    byFtrackIds(f.ftrackIds),
    inIds(
      "parentIds",
      f.parentIds?.map((id) => id ?? "root"),
    ),
    inIds("paths", f.paths),
  );
}

function taskArguments(f: TaskFilter): Arguments {
  return all(
    inIds("ids", f.ids),
    byFtrackIds(f.ftrackIds),
    inIds("folderIds", f.folderIds),
  );
}

function productArguments(f: ProductFilter): Arguments {
  return all(inIds("ids", f.ids), inIds("folderIds", f.folderIds));
}

function versionArguments(f: VersionFilter): Arguments {
  return all(
    inIds("ids", f.ids),
    versionsByFtrackIds(f.ftrackIds),
    inIds("productIds", f.productIds),
    inIds("taskIds", f.taskIds),
  );
}

/**
 * The server compares the filter with inherited values and the project's, which has an `ftrackId` too, and
 * ignores the filter when it does not know the attribute. Rows that only seem to match are dropped here.
 */
function isLinkedTo(
  own: Readonly<Record<string, unknown>>,
  ftrackIds: ReadonlySet<string> | null,
): boolean {
  if (ftrackIds === null) return true;
  const value = own["ftrackId"];
  return typeof value === "string" && ftrackIds.has(value);
}

interface Planned {
  readonly part: Part<Row>;
  readonly keeps: (row: Row) => boolean;
}

interface Kind<Filter> {
  readonly kind: Row["kind"];
  readonly fields: string;
  readonly row: z.ZodType<Row>;
  readonly argumentsOf: (filter: Filter) => Arguments;
}

function tagged<K extends Row["kind"]>(
  kind: K,
  shape: z.ZodType<Extract<Row, { kind: K }>["row"]>,
): z.ZodType<Row> {
  return shape.transform((row) => ({ kind, row }) as Row);
}

const FOLDERS: Kind<FolderFilter> = {
  kind: "folders",
  fields: FOLDER_FIELDS,
  row: tagged("folders", wireFolder),
  argumentsOf: folderArguments,
};
const TASKS: Kind<TaskFilter> = {
  kind: "tasks",
  fields: TASK_FIELDS,
  row: tagged("tasks", wireTask),
  argumentsOf: taskArguments,
};
const PRODUCTS: Kind<ProductFilter> = {
  kind: "products",
  fields: PRODUCT_FIELDS,
  row: tagged("products", wireProduct),
  argumentsOf: productArguments,
};
const VERSIONS: Kind<VersionFilter> = {
  kind: "versions",
  fields: VERSION_FIELDS,
  row: tagged("versions", wireVersion),
  argumentsOf: versionArguments,
};

function plan<
  Filter extends { ids?: readonly AyonId[]; ftrackIds?: readonly string[] },
>(
  kind: Kind<Filter>,
  filters: readonly Filter[] | "all" | undefined,
): Planned[] {
  if (filters === undefined) return [];
  const wanted: readonly (Filter | null)[] =
    filters === "all" ? [null] : filters;
  return wanted.flatMap((filter, index): Planned[] => {
    const args = filter === null ? [] : kind.argumentsOf(filter);
    if (args === null) return [];
    // A page that is exactly full is followed by an empty one; one row more saves that request.
    const expected =
      filter?.ids === undefined ? PAGE_SIZE : filter.ids.length + 1;
    const linked =
      filter?.ftrackIds === undefined ? null : new Set(filter.ftrackIds);
    return [
      {
        part: {
          alias: `${kind.kind}${index}`,
          field: kind.kind,
          args,
          fields: kind.fields,
          row: kind.row,
          pageSize: Math.min(expected, PAGE_SIZE),
        },
        keeps: ({ row }) => !("own" in row) || isLinkedTo(row.own, linked),
      },
    ];
  });
}

/** Everything the selection names, each entity once, in one request per round of pages. */
export async function selectEntities(
  http: AyonHttp,
  project: ProjectName,
  selection: AyonSelection,
  signal?: AbortSignal,
): Promise<AyonEntities> {
  const planned = [
    ...plan(FOLDERS, selection.folders),
    ...plan(TASKS, selection.tasks),
    ...plan(PRODUCTS, selection.products),
    ...plan(VERSIONS, selection.versions),
  ];
  const folders = new Map<AyonId, AyonFolder>();
  const tasks = new Map<AyonId, AyonTask>();
  const products = new Map<AyonId, AyonProduct>();
  const versions = new Map<AyonId, AyonVersion>();
  if (planned.length > 0) {
    const found = await readParts(
      http,
      { project },
      planned.map((p) => p.part),
      signal,
    );
    for (const { part, keeps } of planned) {
      for (const tagged of found.get(part.alias) ?? []) {
        if (!keeps(tagged)) continue;
        switch (tagged.kind) {
          case "folders":
            folders.set(tagged.row.id, tagged.row);
            break;
          case "tasks":
            tasks.set(tagged.row.id, tagged.row);
            break;
          case "products":
            products.set(tagged.row.id, tagged.row);
            break;
          case "versions":
            versions.set(tagged.row.id, tagged.row);
            break;
        }
      }
    }
  }
  return {
    folders: [...folders.values()],
    tasks: [...tasks.values()],
    products: [...products.values()],
    versions: [...versions.values()],
  };
}
