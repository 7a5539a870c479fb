import type { AyonAttribute, AyonProject, AyonUserRow } from "./ports.ts";
import type { FtrackId, ProjectName } from "./ids.ts";

/**
 * Slow-changing facts of both servers, cached with a time to live and re-read when a decision meets
 * something unknown (`refresh`). Implemented by `processor/reference.ts`.
 */
export interface Reference {
  ftrackProject(id: FtrackId): Promise<FtrackProject | null>;
  ayonProject(name: ProjectName): Promise<AyonProject | null>;
  ayonAttributes(): Promise<readonly AyonAttribute[]>;
  /** All definitions of custom attributes, of all projects. */
  configurations(): Promise<readonly AttributeConfiguration[]>;
  objectTypes(): Promise<readonly ObjectType[]>;
  taskTypes(): Promise<readonly NamedRow[]>;
  statuses(): Promise<readonly FtrackStatus[]>;
  priorities(): Promise<readonly NamedRow[]>;
  schema(projectSchemaId: FtrackId): Promise<ProjectSchema>;
  users(): Promise<UserMap>;
  /** The Ftrack user whose key this service uses; null when it cannot be found. */
  serviceUser(): Promise<FtrackUser | null>;
  /** Names of the security roles of a user, whatever projects they are limited to. */
  rolesOf(user: {
    id: FtrackId | null;
    username: string | null;
  }): Promise<readonly string[] | null>;
  /** Forgets what may be out of date, so that the next question is asked again. */
  refresh(
    what:
      | "ftrack-project"
      | "ayon-project"
      | "schema"
      | "configurations"
      | "users"
      | "all",
  ): void;
}

export interface NamedRow {
  readonly id: FtrackId;
  readonly name: string;
  readonly sort: number | null;
}

export interface ObjectType extends NamedRow {
  readonly isLeaf: boolean;
  readonly isStatusable: boolean;
  readonly isTypeable: boolean;
}

export interface FtrackStatus extends NamedRow {
  readonly color: string | null;
  /** NOT_STARTED, IN_PROGRESS, DONE, BLOCKED; anything else is passed on as it is. */
  readonly state: string;
  readonly stateName: string;
}

export interface FtrackProject {
  readonly id: FtrackId;
  /** The AYON project's name. */
  readonly fullName: string;
  /** The AYON project's code. */
  readonly name: string;
  /** "active" or "hidden". */
  readonly status: string;
  readonly isPrivate: boolean;
  readonly schemaId: FtrackId;
  /** Value of `auto_sync_enabled`; null when the attribute cannot be read. */
  readonly autoSync: boolean | null;
}

/** Statuses and types that a project's schema offers. Ids only; names come from `statuses()` and `taskTypes()`. */
export interface ProjectSchema {
  readonly id: FtrackId;
  readonly objectTypes: readonly FtrackId[];
  readonly taskTypes: readonly FtrackId[];
  readonly taskStatuses: readonly FtrackId[];
  /** Task type id → statuses that replace `taskStatuses`. */
  readonly taskStatusOverrides: ReadonlyMap<FtrackId, readonly FtrackId[]>;
  readonly versionStatuses: readonly FtrackId[];
  /** Object type id → its statuses. */
  readonly objectStatuses: ReadonlyMap<FtrackId, readonly FtrackId[]>;
  /** Object type id → its types (asset builds, milestones). */
  readonly objectTypesOf: ReadonlyMap<FtrackId, readonly FtrackId[]>;
}

export interface FtrackUser {
  readonly id: FtrackId;
  readonly username: string;
  readonly email: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly isActive: boolean;
}

/** Who is who. One AYON user belongs to at most one Ftrack user. */
export interface UserMap {
  readonly ayonOf: ReadonlyMap<FtrackId, AyonUserRow>;
  readonly ftrackOf: ReadonlyMap<string, FtrackUser>;
  readonly ftrackUsers: ReadonlyMap<FtrackId, FtrackUser>;
  /** All of AYON, services too, with what AYON remembers of them. */
  readonly ayonUsers: readonly AyonUserRow[];
}

export interface AttributeConfiguration {
  readonly id: FtrackId;
  readonly key: string;
  readonly label: string;
  /** Legacy names: show, task, assetversion, asset, list, user. */
  readonly entityType: string;
  readonly objectTypeId: FtrackId | null;
  /** Null applies to all projects. */
  readonly projectId: FtrackId | null;
  readonly isHierarchical: boolean;
  /** text, number, boolean, date, enumerator, "dynamic enumerator", expression, url. */
  readonly type: string;
  readonly default: unknown;
  /** Parsed; data of enumerators is parsed too. */
  readonly config: {
    readonly isDecimal?: boolean;
    readonly multiSelect?: boolean;
    readonly options?: readonly {
      readonly menu: string;
      readonly value: string;
    }[];
  };
  readonly group: string | null;
}
