import type { Issue } from "./decision.ts";
import type { AyonId, FtrackId, ProjectName } from "./ids.ts";

/** What a change, skip or issue is about, for people and for queries over outcomes. */
export interface Subject {
  readonly ftrackId: FtrackId | null;
  /** Ftrack path with names joined by "/", or whatever names the thing best. */
  readonly path: string;
  /** "Shot", "Task", "AssetVersion", "List", … */
  readonly type: string;
  readonly ayonId?: AyonId | null;
  /** Entities of events that led to it, where it is about another: the outcome of their events tells of it. */
  readonly because?: readonly FtrackId[];
}

interface Base {
  /** Unique within one decision. */
  readonly id: string;
  readonly subject: Subject;
  /** Ids of changes that must have been applied before; when one fails, this one is `blocked`. */
  readonly needs?: readonly string[];
}

export type AyonEntityType = "folder" | "task" | "product" | "version";

/**
 * One operation of AYON's `operations` endpoint. The write door keeps the order of the decision, folds
 * nothing (the planner emits one operation per entity and stage) and sends stage by stage.
 *
 * Source: POST /api/projects/\{name\}/operations. `data` holds only changed keys; `attrib` is partial and
 * null unsets; `assignees`, `tags` are whole lists.
 */
export interface AyonOperation extends Base {
  readonly kind: "ayon.operation";
  readonly project: ProjectName;
  readonly op: "create" | "update" | "delete";
  readonly entityType: AyonEntityType;
  /** Always chosen by us, on create too: a repeated create is recognised by its id. */
  readonly entityId: AyonId;
  readonly data: Readonly<Record<string, unknown>>;
  /** Operations of a later stage go into a later request. 0 unless one entity needs two writes. */
  readonly stage: number;
  readonly force?: boolean;
  /** Write in the name of this AYON user. */
  readonly asUser?: string;
}

/** PATCH of the AYON project. Lists (types, statuses, tags) replace the whole list on the server. */
export interface AyonProjectUpdate extends Base {
  readonly kind: "ayon.project.update";
  readonly project: ProjectName;
  readonly patch: Readonly<Record<string, unknown>>;
}

export interface AyonProjectCreate extends Base {
  readonly kind: "ayon.project.create";
  readonly project: ProjectName;
  readonly code: string;
  readonly anatomy: Readonly<Record<string, unknown>>;
}

export interface AyonLink extends Base {
  readonly kind: "ayon.link.create";
  readonly project: ProjectName;
  readonly linkId: AyonId;
  readonly input: AyonId;
  readonly output: AyonId;
  /** Full name: `breakdown|folder|folder`. */
  readonly linkType: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface AyonLinkDelete extends Base {
  readonly kind: "ayon.link.delete";
  readonly project: ProjectName;
  readonly linkId: AyonId;
}

/** Create, change or remove an entity list, or its items. */
export interface AyonList extends Base {
  readonly kind: "ayon.list";
  readonly project: ProjectName;
  readonly op: "create" | "update" | "delete" | "items";
  readonly listId: AyonId;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A comment (activity). `body` is within AYON's limit of 2000 characters. */
export interface AyonComment extends Base {
  readonly kind: "ayon.comment";
  readonly project: ProjectName;
  readonly op: "create" | "update" | "delete";
  readonly activityId: AyonId;
  readonly entityType: AyonEntityType;
  readonly entityId: AyonId;
  readonly body: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** ISO time of the note in Ftrack. */
  readonly timestamp?: string;
  readonly asUser?: string;
}

/** Copy the image of an Ftrack component to an AYON entity. */
export interface AyonThumbnail extends Base {
  readonly kind: "ayon.thumbnail";
  readonly project: ProjectName;
  readonly entityType: "project" | "folder" | "task" | "version";
  readonly entityId: AyonId | null;
  readonly componentId: FtrackId;
}

/** Create (PUT) or change (PATCH) an AYON user. */
export interface AyonUser extends Base {
  readonly kind: "ayon.user";
  readonly op: "create" | "update";
  readonly user: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface FtrackCreate extends Base {
  readonly kind: "ftrack.create";
  readonly entityType: string;
  /** Holds the client-made id, so that a repeated create is recognised. */
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Update of one Ftrack entity.
 *
 * `expects` are values that must still stand when the write is made (read again just before it); where one
 * differs the change ends as `conflict`.
 */
export interface FtrackUpdate extends Base {
  readonly kind: "ftrack.update";
  readonly entityType: string;
  readonly entityId: FtrackId;
  readonly data: Readonly<Record<string, unknown>>;
  readonly expects?: Readonly<Record<string, string | number | boolean | null>>;
}

export interface FtrackDelete extends Base {
  readonly kind: "ftrack.delete";
  readonly entityType: string;
  /** In the order of the primary key. */
  readonly key: readonly string[];
}

/**
 * One row of the sparse table of custom attribute values. `rowExists` picks create or update (the server
 * takes only the right verb); `unset` deletes the row, so that the entity inherits again.
 */
export interface FtrackValue extends Base {
  readonly kind: "ftrack.value";
  readonly configurationId: FtrackId;
  /** The attribute's key, for the ledger of own writes and for people. */
  readonly key: string;
  readonly entityId: FtrackId;
  readonly rowExists: boolean;
  readonly value: unknown;
  readonly unset?: true;
}

/** A message or a form, as the web client takes it. */
export type MessageContent =
  | {
      readonly type: "message";
      readonly success: boolean;
      readonly message: string;
    }
  | {
      readonly type: "widget";
      readonly title: string;
      readonly items: readonly Readonly<Record<string, unknown>>[];
      readonly submitLabel?: string;
      /** The action that gets what is sent in, as if it had been clicked on this selection. */
      readonly action?: {
        readonly identifier: string;
        readonly selection: readonly Picked[];
      };
    };

/** What went wrong with somebody's edits: told once for a whole burst of them, under this title. */
export interface ReportContent {
  readonly type: "report";
  readonly title: string;
  readonly issues: readonly Issue[];
}

/** A message or a form in the Ftrack web client of one user. Fire and forget. */
export interface FtrackMessage extends Base {
  readonly kind: "ftrack.message";
  readonly userId: FtrackId;
  readonly content: MessageContent | ReportContent;
}

/** Something selected in Ftrack's interface: an id, and the name of its table. */
export interface Picked {
  readonly entityId: FtrackId;
  readonly entityType: string;
}

/**
 * Starts long work in the queue of jobs. While a job of the same key waits, a second one adds nothing.
 *
 * `key` is unique over all projects: `full-sync-<project id>`.
 */
export interface JobStart extends Base {
  readonly kind: "job.start";
  readonly job: string;
  readonly key: string;
  readonly delayMs?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Every write this service can make. A new kind of write is a new member, and the compiler points at what is missing. */
export type Change =
  | AyonOperation
  | AyonProjectUpdate
  | AyonProjectCreate
  | AyonLink
  | AyonLinkDelete
  | AyonList
  | AyonComment
  | AyonThumbnail
  | AyonUser
  | FtrackCreate
  | FtrackUpdate
  | FtrackDelete
  | FtrackValue
  | FtrackMessage
  | JobStart;

export type ChangeKind = Change["kind"];
export type ChangeOf<K extends ChangeKind> = Extract<Change, { kind: K }>;

/**
 * What became of one change.
 *
 * `unchanged`: the other side already was so (a repeated create, a delete of what is gone). `blocked`: a
 * change it needs failed. `planned`: dry run.
 */
export interface ChangeResult {
  readonly changeId: string;
  readonly status:
    "applied" | "unchanged" | "conflict" | "failed" | "blocked" | "planned";
  readonly error?: {
    readonly code: string;
    readonly message: string;
    /** True when a later try may succeed. */
    readonly transient: boolean;
  };
}

/**
 * A point in time inside `data` or `value` of an Ftrack write. Strings there are text, whatever they look
 * like, except in properties that Ftrack's schema calls date-time; a custom attribute of type date needs
 * this form.
 */
export interface FtrackDatetime {
  readonly __type__: "datetime";
  readonly value: string;
}

/** A time for an Ftrack write, as plain data. @param iso - ISO-8601; without a zone it is UTC. */
export function ftrackDatetime(iso: string): FtrackDatetime {
  return { __type__: "datetime", value: iso };
}
