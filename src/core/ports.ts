/**
 * What handlers may read. Interfaces only: `ftrack/`, `ayon/` and `processor/` implement them, and a
 * handler's `gather` gets them through its context.
 */
import type { AyonId, FtrackId, ProjectName } from "./ids.ts";
import type { Query } from "./query.ts";

// --- Ftrack -----------------------------------------------------------------------------------------

export type RowsOf<Q> = Q extends Query<infer Row> ? Row[] : never;

export interface FtrackReads {
  /**
   * Runs the queries in one HTTP request; where one has more rows than a page, further requests follow
   * until every query is read to its end (or its limit).
   *
   * @throws UnavailableError, AuthError; RejectedError `E_FTRACK_QUERY` for a query the server refuses.
   */
  query<const Q extends readonly Query<unknown>[]>(
    ...queries: Q
  ): Promise<{ -readonly [K in keyof Q]: RowsOf<Q[K]> }>;
  /**
   * Ids of rows that were there but did not fit their query's schema, so far. Such an entity exists: it
   * must not be taken for removed because its row is missing.
   */
  unreadable(): ReadonlySet<FtrackId>;
  /** Bytes and media type of a component in the server location; null when it is gone. */
  download(
    componentId: FtrackId,
  ): Promise<{ data: Uint8Array; contentType: string } | null>;
}

// --- AYON -------------------------------------------------------------------------------------------

interface AyonNode {
  readonly id: AyonId;
  readonly name: string;
  readonly label: string | null;
  readonly status: string;
  readonly active: boolean;
  readonly tags: readonly string[];
  readonly thumbnailId: string | null;
  /** Values set on this entity itself, without inherited ones. */
  readonly own: Readonly<Record<string, unknown>>;
  /** Free data of the entity; ours lies under `ftrackAttributes`. Empty when there is none. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Names with a leading slash: `/sq01/sh010`. */
  readonly path: string;
}

export interface AyonFolder extends AyonNode {
  readonly folderType: string;
  readonly parentId: AyonId | null;
}

export interface AyonTask extends AyonNode {
  readonly taskType: string;
  readonly folderId: AyonId;
  readonly assignees: readonly string[];
}

export interface AyonProduct {
  readonly id: AyonId;
  readonly name: string;
  readonly folderId: AyonId;
  readonly productType: string;
  readonly active: boolean;
}

export interface AyonVersion {
  readonly id: AyonId;
  readonly version: number;
  readonly productId: AyonId;
  readonly taskId: AyonId | null;
  readonly status: string;
  readonly active: boolean;
  readonly thumbnailId: string | null;
  readonly own: Readonly<Record<string, unknown>>;
}

export interface AyonLinkRow {
  readonly id: AyonId;
  readonly linkType: string;
  readonly input: AyonId;
  readonly output: AyonId;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface AyonListRow {
  readonly id: AyonId;
  readonly label: string;
  readonly entityType: string;
  readonly own: Readonly<Record<string, unknown>>;
  readonly items: readonly { readonly id: AyonId; readonly entityId: AyonId }[];
}

export interface AyonCommentRow {
  readonly activityId: AyonId;
  readonly entityType: string;
  readonly entityId: AyonId;
  readonly body: string;
  readonly author: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

/** Filters of one part are joined by "and"; an empty list finds nothing and costs nothing. */
export interface FolderFilter {
  readonly ids?: readonly AyonId[];
  readonly ftrackIds?: readonly FtrackId[];
  /** null is the project root. */
  readonly parentIds?: readonly (AyonId | null)[];
  readonly paths?: readonly string[];
}
export interface TaskFilter {
  readonly ids?: readonly AyonId[];
  readonly ftrackIds?: readonly FtrackId[];
  readonly folderIds?: readonly AyonId[];
}
export interface ProductFilter {
  readonly ids?: readonly AyonId[];
  readonly folderIds?: readonly AyonId[];
}
export interface VersionFilter {
  readonly ids?: readonly AyonId[];
  readonly ftrackIds?: readonly FtrackId[];
  readonly productIds?: readonly AyonId[];
  readonly taskIds?: readonly AyonId[];
}

/** Several filters of a kind are joined by "or"; `"all"` reads the whole project. */
export interface AyonSelection {
  readonly folders?: readonly FolderFilter[] | "all";
  readonly tasks?: readonly TaskFilter[] | "all";
  readonly products?: readonly ProductFilter[];
  readonly versions?: readonly VersionFilter[];
}

export interface AyonEntities {
  readonly folders: readonly AyonFolder[];
  readonly tasks: readonly AyonTask[];
  readonly products: readonly AyonProduct[];
  readonly versions: readonly AyonVersion[];
}

export interface AyonType {
  readonly name: string;
  readonly shortName: string;
  readonly icon: string;
  readonly color?: string;
  readonly [key: string]: unknown;
}

export interface AyonStatus {
  readonly name: string;
  readonly shortName: string;
  readonly state: "not_started" | "in_progress" | "done" | "blocked";
  readonly icon: string;
  readonly color: string;
  readonly scope: readonly string[];
}

export interface AyonProject {
  readonly name: ProjectName;
  readonly code: string;
  readonly active: boolean;
  readonly library: boolean;
  readonly folderTypes: readonly AyonType[];
  readonly taskTypes: readonly AyonType[];
  readonly statuses: readonly AyonStatus[];
  readonly tags: readonly { readonly name: string; readonly color: string }[];
  readonly linkTypes: readonly {
    readonly name: string;
    readonly linkType: string;
  }[];
  /** Own values; AYON stores the project's defaults as own values too. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface AyonAttribute {
  readonly name: string;
  /** Words for people; the name where there are none. */
  readonly title?: string;
  readonly scope: readonly string[];
  readonly builtin: boolean;
  readonly type: string;
  readonly inherit: boolean;
  readonly default: unknown;
  readonly enum:
    | readonly { readonly value: string | number; readonly label: string }[]
    | null;
  readonly gt: number | null;
  readonly ge: number | null;
  readonly lt: number | null;
  readonly le: number | null;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly regex: string | null;
}

export interface AyonUserRow {
  readonly name: string;
  readonly active: boolean;
  readonly email: string | null;
  readonly fullName: string | null;
  readonly isService: boolean;
  readonly isAdmin: boolean;
  readonly isManager: boolean;
  readonly isGuest: boolean;
  readonly accessGroups: Readonly<Record<string, readonly string[]>>;
  readonly defaultAccessGroups: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  /** As AYON writes it; changes with every change of the user. */
  readonly updatedAt?: string;
}

/** When entities were last written, by id: text to compare for equality, nothing else. */
export type AyonStamps = ReadonlyMap<AyonId, string>;

export interface AyonReads {
  /** Null when there is none of that name (compared case-insensitively by the server). */
  project(name: string): Promise<AyonProject | null>;
  projects(): Promise<
    readonly {
      readonly name: ProjectName;
      readonly code: string;
      readonly active: boolean;
    }[]
  >;
  attributes(): Promise<readonly AyonAttribute[]>;
  /** All users; their `data` is empty here: the server tells it user by user. `Reference.users` has it. */
  users(): Promise<readonly AyonUserRow[]>;
  /** One user with its `data` (hashes of credentials left out); null when there is none. */
  user(name: string): Promise<AyonUserRow | null>;
  /** One GraphQL request for the whole selection (more only where a part has several pages). */
  select(project: ProjectName, selection: AyonSelection): Promise<AyonEntities>;
  /**
   * When each entity of the project was written last, archived ones too. A small part of what `select` would
   * bring.
   */
  stamps(
    project: ProjectName,
    kinds: readonly ("folders" | "tasks" | "versions")[],
  ): Promise<AyonStamps>;
  /**
   * Of the given folders, those that the server will not let be renamed, moved or retyped: it or a folder
   * below it holds a version.
   */
  foldersWithVersions(
    project: ProjectName,
    ids: readonly AyonId[],
  ): Promise<ReadonlySet<AyonId>>;
  links(
    project: ProjectName,
    linkType: string,
    folderIds: readonly AyonId[] | "all",
  ): Promise<readonly AyonLinkRow[]>;
  lists(project: ProjectName): Promise<readonly AyonListRow[]>;
  comments(
    project: ProjectName,
    entityIds: readonly AyonId[],
  ): Promise<readonly AyonCommentRow[]>;
}

/** What AYON offers to whoever sets up a project or its people. */
export interface AyonStudioReads {
  /** Names of the groups that say what artists may do in a project. */
  accessGroups(): Promise<readonly string[]>;
  anatomyPresets(): Promise<
    readonly { readonly name: string; readonly isPrimary: boolean }[]
  >;
  /** A preset as a new project takes it; null when there is none of that name. */
  anatomy(preset: string): Promise<Readonly<Record<string, unknown>> | null>;
  /**
   * The folder structure of a project, as the core addon keeps it: JSON, of an empty object where that addon
   * has none or is not installed.
   */
  projectStructure(project: ProjectName): Promise<string>;
}
