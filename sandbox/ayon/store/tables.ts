import { asString } from "../json.ts";
import type * as rows from "./rows.ts";
import {
  Table,
  type Indexes,
  type Journal,
  type Row,
  type TableLike,
} from "./table.ts";

export interface ProjectTables {
  readonly folders: Table<rows.FolderRow>;
  readonly tasks: Table<rows.TaskRow>;
  readonly products: Table<rows.ProductRow>;
  readonly versions: Table<rows.VersionRow>;
  readonly representations: Table<rows.RepresentationRow>;
  readonly workfiles: Table<rows.WorkfileRow>;
  readonly links: Table<rows.LinkRow>;
  readonly activities: Table<rows.ActivityRow>;
  readonly files: Table<rows.FileRow>;
  readonly thumbnails: Table<rows.ThumbnailRow>;
  readonly lists: Table<rows.ListRow>;
  readonly listItems: Table<rows.ListItemRow>;
  readonly listFolders: Table<rows.ListFolderRow>;
}

export interface StudioTables {
  readonly projects: Table<rows.ProjectRow>;
  readonly users: Table<rows.UserRow>;
  readonly attributes: Table<rows.AttributeRow>;
  readonly events: Table<rows.EventRow>;
  readonly secrets: Table<rows.SecretRow>;
  readonly accessGroups: Table<rows.AccessGroupRow>;
  readonly presets: Table<rows.PresetRow>;
  readonly addons: Table<rows.AddonRow>;
  readonly overrides: Table<rows.OverridesRow>;
  readonly bundles: Table<rows.BundleRow>;
  readonly services: Table<rows.ServiceRow>;
  readonly hosts: Table<rows.HostRow>;
  readonly productTypes: Table<rows.ProductTypeRow>;
}

const lower = (text: string): string => text.toLowerCase();

/** Unique names count among active rows only; this index holds those. */
const activeName = (
  row: { active: boolean; name: string },
  parent: string,
): string | null => (row.active ? `${parent} ${lower(row.name)}` : null);

const ftrackId = (row: { attrib: Record<string, unknown> }): string | null =>
  asString(row.attrib["ftrackId"]);

/** The tables of one project; `uid` is the project's row id, which outlives a rename. */
export function projectTables(uid: string, journal: Journal): ProjectTables {
  const make = <R extends Row>(name: string, keys: Indexes<R>): Table<R> =>
    new Table(`project/${uid}/${name}`, keys, journal);
  return {
    folders: make<rows.FolderRow>("folders", {
      parent: (r) => r.parentId ?? "root",
      name: (r) => activeName(r, r.parentId ?? "root"),
      ftrackId,
    }),
    tasks: make<rows.TaskRow>("tasks", {
      parent: (r) => r.folderId,
      name: (r) => activeName(r, r.folderId),
      ftrackId,
    }),
    products: make<rows.ProductRow>("products", {
      parent: (r) => r.folderId,
      name: (r) => activeName(r, r.folderId),
    }),
    versions: make<rows.VersionRow>("versions", {
      parent: (r) => r.productId,
      name: (r) => (r.active ? `${r.productId} ${r.version}` : null),
      task: (r) => r.taskId,
      ftrackId,
    }),
    representations: make<rows.RepresentationRow>("representations", {
      parent: (r) => r.versionId,
      name: (r) => activeName(r, r.versionId),
    }),
    workfiles: make<rows.WorkfileRow>("workfiles", {
      parent: (r) => r.taskId,
      path: (r) => r.path,
    }),
    links: make<rows.LinkRow>("links", {
      entity: (r) => [r.inputId, r.outputId],
    }),
    activities: make<rows.ActivityRow>("activities", {
      entity: (r) =>
        r.references.map((ref) => ref.entityId).filter((id) => id !== null),
    }),
    files: make<rows.FileRow>("files", { activity: (r) => r.activityId }),
    thumbnails: make<rows.ThumbnailRow>("thumbnails", {}),
    lists: make<rows.ListRow>("lists", { label: (r) => r.label }),
    listItems: make<rows.ListItemRow>("listItems", {
      list: (r) => r.listId,
      entity: (r) => r.entityId,
    }),
    listFolders: make<rows.ListFolderRow>("listFolders", {}),
  };
}

export function studioTables(journal: Journal): StudioTables {
  const make = <R extends Row>(name: string, keys: Indexes<R> = {}): Table<R> =>
    new Table(`studio/${name}`, keys, journal);
  return {
    projects: make<rows.ProjectRow>("projects", {
      name: (r) => lower(r.name),
      code: (r) => lower(r.code),
    }),
    users: make<rows.UserRow>("users", {
      name: (r) => lower(r.id),
      email: (r) => asString(r.attrib["email"])?.toLowerCase() ?? null,
      key: (r) => apiKeyHashes(r),
    }),
    attributes: make<rows.AttributeRow>("attributes"),
    events: make<rows.EventRow>("events", {
      hash: (r) => r.hash,
      topic: (r) => r.topic,
      dependsOn: (r) => r.dependsOn,
    }),
    secrets: make<rows.SecretRow>("secrets"),
    accessGroups: make<rows.AccessGroupRow>("accessGroups"),
    presets: make<rows.PresetRow>("presets"),
    addons: make<rows.AddonRow>("addons", { name: (r) => r.name }),
    overrides: make<rows.OverridesRow>("overrides"),
    bundles: make<rows.BundleRow>("bundles"),
    services: make<rows.ServiceRow>("services", { host: (r) => r.hostname }),
    hosts: make<rows.HostRow>("hosts"),
    productTypes: make<rows.ProductTypeRow>("productTypes"),
  };
}

function apiKeyHashes(user: rows.UserRow): string[] {
  const keys = user.data["apiKeys"];
  const several = Array.isArray(keys)
    ? (keys as { key?: unknown }[]).map((k) => asString(k.key))
    : [];
  return [asString(user.data["apiKey"]), ...several].filter(
    (hash) => hash !== null,
  );
}

export function tablesOf(group: StudioTables | ProjectTables): TableLike[] {
  return Object.values(group) as TableLike[];
}
