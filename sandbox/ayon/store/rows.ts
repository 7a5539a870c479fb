import type { JsonObject } from "../json.ts";
import type { Row } from "./table.ts";

// --- Entities of a project ---------------------------------------------------------------------------

export type EntityType =
  "folder" | "task" | "product" | "version" | "representation" | "workfile";

interface EntityBase extends Row {
  /** Own values only. */
  readonly attrib: JsonObject;
  readonly data: JsonObject;
  readonly active: boolean;
  readonly status: string;
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly createdBy: string | null;
  readonly updatedBy: string | null;
}

export interface FolderRow extends EntityBase {
  readonly type: "folder";
  readonly name: string;
  readonly label: string | null;
  readonly folderType: string;
  readonly parentId: string | null;
  readonly thumbnailId: string | null;
}

export interface TaskRow extends EntityBase {
  readonly type: "task";
  readonly name: string;
  readonly label: string | null;
  readonly taskType: string;
  readonly folderId: string;
  readonly assignees: readonly string[];
  readonly thumbnailId: string | null;
}

export interface ProductRow extends EntityBase {
  readonly type: "product";
  readonly name: string;
  readonly folderId: string;
  readonly productType: string;
  readonly productBaseType: string | null;
}

export interface VersionRow extends EntityBase {
  readonly type: "version";
  /** Negative: the hero version. */
  readonly version: number;
  readonly productId: string;
  readonly taskId: string | null;
  readonly thumbnailId: string | null;
  readonly author: string | null;
}

export interface RepresentationRow extends EntityBase {
  readonly type: "representation";
  readonly name: string;
  readonly versionId: string;
  readonly files: readonly JsonObject[];
  readonly traits: JsonObject | null;
}

export interface WorkfileRow extends EntityBase {
  readonly type: "workfile";
  readonly path: string;
  readonly taskId: string;
  readonly thumbnailId: string | null;
}

export type EntityRow =
  | FolderRow
  | TaskRow
  | ProductRow
  | VersionRow
  | RepresentationRow
  | WorkfileRow;

export interface LinkRow extends Row {
  readonly linkType: string;
  readonly inputType: string;
  readonly outputType: string;
  readonly inputId: string;
  readonly outputId: string;
  readonly name: string | null;
  readonly data: JsonObject;
  readonly author: string | null;
  readonly createdAt: string;
}

export interface ActivityRow extends Row {
  readonly activityType: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly body: string;
  readonly tags: readonly string[];
  readonly data: JsonObject;
  readonly author: string | null;
  /** Every place it shows at, its own entity among them. */
  readonly references: readonly ActivityReference[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ActivityReference {
  readonly id: string;
  readonly referenceType:
    "origin" | "author" | "mention" | "relation" | "watching";
  readonly entityType: string;
  /** Null for a user, who goes by `entityName`. */
  readonly entityId: string | null;
  readonly entityName: string | null;
}

export interface FileRow extends Row {
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly author: string | null;
  readonly activityId: string | null;
  /** Base64. */
  readonly content: string;
  readonly createdAt: string;
}

export interface ThumbnailRow extends Row {
  readonly mime: string;
  /** Base64. */
  readonly content: string;
  readonly createdAt: string;
}

export interface ListRow extends Row {
  readonly label: string;
  readonly entityListType: string;
  readonly entityType: string;
  readonly folderId: string | null;
  readonly access: JsonObject;
  readonly attrib: JsonObject;
  readonly data: JsonObject;
  readonly template: JsonObject;
  readonly tags: readonly string[];
  readonly owner: string | null;
  readonly active: boolean;
  readonly createdBy: string | null;
  readonly updatedBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ListItemRow extends Row {
  readonly listId: string;
  readonly entityId: string;
  readonly position: number;
  readonly label: string | null;
  readonly attrib: JsonObject;
  readonly data: JsonObject;
  readonly tags: readonly string[];
  readonly createdBy: string | null;
  readonly updatedBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ListFolderRow extends Row {
  readonly label: string;
  readonly parentId: string | null;
  readonly owner: string;
  readonly access: JsonObject;
  readonly data: JsonObject;
  readonly createdAt: string;
  readonly updatedAt: string;
}

// --- Studio ------------------------------------------------------------------------------------------

/** A folder type, task type, status or tag: the name is the key, the rest free. */
export interface Named extends JsonObject {
  readonly name: string;
}

export interface LinkType {
  readonly name: string;
  readonly linkType: string;
  readonly inputType: string;
  readonly outputType: string;
  readonly data: JsonObject;
}

export interface ProjectRow extends Row {
  readonly name: string;
  readonly code: string;
  readonly label: string | null;
  readonly library: boolean;
  readonly folderTypes: readonly Named[];
  readonly taskTypes: readonly Named[];
  readonly statuses: readonly Named[];
  readonly tags: readonly Named[];
  readonly linkTypes: readonly LinkType[];
  readonly config: JsonObject;
  readonly attrib: JsonObject;
  readonly data: JsonObject;
  readonly active: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `id` is the user's name. */
export interface UserRow extends Row {
  readonly attrib: JsonObject;
  readonly data: JsonObject;
  readonly active: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface AttributeDefinition extends JsonObject {
  readonly type: string;
  readonly title?: string | null;
}

/** `id` is the attribute's name. */
export interface AttributeRow extends Row {
  readonly position: number;
  readonly scope: readonly string[];
  readonly builtin: boolean;
  readonly data: AttributeDefinition;
}

export type EventStatus =
  "pending" | "in_progress" | "finished" | "failed" | "aborted" | "restarted";

export interface EventRow extends Row {
  readonly hash: string;
  readonly topic: string;
  readonly sender: string | null;
  readonly senderType: string | null;
  readonly project: string | null;
  readonly user: string | null;
  readonly dependsOn: string | null;
  readonly status: EventStatus;
  readonly retries: number;
  readonly description: string;
  readonly summary: JsonObject;
  readonly payload: JsonObject;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `id` is the secret's name. */
export interface SecretRow extends Row {
  readonly value: string;
}

/** `id` is the group's name. */
export interface AccessGroupRow extends Row {
  readonly data: JsonObject;
}

/** `id` is the preset's name. */
export interface PresetRow extends Row {
  readonly primary: boolean;
  readonly anatomy: JsonObject;
}

/** `id` is `name version`. */
export interface AddonRow extends Row {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly services: JsonObject;
  /** Null: the addon has no settings. */
  readonly defaults: JsonObject | null;
  /** Usable only after the server restarted. */
  readonly pending: boolean;
}

/** Stored differences from the defaults. `id` is `addon version variant [project]`. */
export interface OverridesRow extends Row {
  readonly data: JsonObject;
}

/** `id` is the bundle's name. */
export interface BundleRow extends Row {
  readonly createdAt: string;
  readonly isProduction: boolean;
  readonly isStaging: boolean;
  readonly isArchived: boolean;
  readonly isDev: boolean;
  readonly isProject: boolean;
  readonly activeUser: string | null;
  readonly addons: JsonObject;
  readonly installerVersion: string | null;
  readonly dependencyPackages: JsonObject;
  readonly addonDevelopment: JsonObject;
}

/** `id` is the service's name. */
export interface ServiceRow extends Row {
  readonly hostname: string;
  readonly addonName: string;
  readonly addonVersion: string;
  readonly service: string;
  readonly shouldRun: boolean;
  readonly isRunning: boolean;
  /** Milliseconds since 1970. */
  readonly lastSeen: number | null;
  readonly data: JsonObject;
}

/** `id` is the host's name. */
export interface HostRow extends Row {
  readonly lastSeen: string;
  readonly health: JsonObject;
}

/** `id` is the product type's name: the studio-wide list grows by itself. */
export type ProductTypeRow = Row;
