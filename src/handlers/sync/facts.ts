import { REMOVED } from "../../core/bookkeeping.ts";
import type { AttributeBinding } from "../../core/attribute-mapping.ts";
import { toAyonId, type AyonId, type FtrackId } from "../../core/ids.ts";
import type {
  AyonAttribute,
  AyonFolder,
  AyonLinkRow,
  AyonListRow,
  AyonProduct,
  AyonProject,
  AyonTask,
  AyonVersion,
} from "../../core/ports.ts";
import type {
  AttributeConfiguration,
  FtrackProject,
  FtrackStatus,
  NamedRow,
  ObjectType,
  ProjectSchema,
  UserMap,
} from "../../core/reference.ts";
import type { Interest } from "./interest.ts";

/** An Ftrack Project is neither; an Ftrack Task is a task, every other typed context a folder. */
export type Kind = "folder" | "task";

/** A typed context as it stands in Ftrack now. */
export interface FtrackContext {
  readonly id: FtrackId;
  readonly name: string;
  /** The project's id at the top. */
  readonly parentId: FtrackId;
  readonly objectTypeId: FtrackId;
  readonly typeId: FtrackId | null;
  readonly statusId: FtrackId | null;
  readonly priorityId: FtrackId | null;
  readonly thumbnailId: FtrackId | null;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly description: string | null;
  /** ISO time; tells the older of two namesakes. */
  readonly createdAt: string | null;
}

/** The Ftrack project's own values, for the AYON project's attributes. */
export interface FtrackProjectValues {
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly thumbnailId: FtrackId | null;
}

/** An AYON folder or task, told apart by `kind`. */
export interface Node {
  readonly kind: Kind;
  readonly id: AyonId;
  readonly name: string;
  readonly label: string | null;
  readonly type: string;
  /** Folder it lies in; null at the project's root. */
  readonly parentId: AyonId | null;
  readonly status: string;
  readonly active: boolean;
  readonly thumbnailId: string | null;
  readonly own: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly assignees: readonly string[];
}

export { REMOVED };

/** Id of the Ftrack entity a node is linked to; null when there is none, or it is known to be gone. */
export function linkedTo(node: Node): FtrackId | null {
  const id = node.own["ftrackId"];
  return typeof id === "string" && id !== "" && id !== REMOVED
    ? (id as FtrackId)
    : null;
}

export function folderNode(folder: AyonFolder): Node {
  return {
    ...folder,
    kind: "folder",
    type: folder.folderType,
    assignees: [],
  };
}

export function taskNode(task: AyonTask): Node {
  return {
    ...task,
    kind: "task",
    type: task.taskType,
    parentId: task.folderId,
  };
}

/** Definitions of the attributes this service itself writes into Ftrack; null where Ftrack lacks one. */
export interface Bookkeeping {
  readonly ayonId: AttributeConfiguration | null;
  readonly ayonPath: AttributeConfiguration | null;
  readonly syncFailed: AttributeConfiguration | null;
  readonly listType: AttributeConfiguration | null;
}

/** What changes slowly: definitions of both servers. */
export interface World {
  readonly objectTypes: ReadonlyMap<FtrackId, ObjectType>;
  readonly taskTypes: ReadonlyMap<FtrackId, NamedRow>;
  readonly statuses: ReadonlyMap<FtrackId, FtrackStatus>;
  readonly priorities: ReadonlyMap<FtrackId, NamedRow>;
  readonly schema: ProjectSchema;
  readonly attributes: ReadonlyMap<string, AyonAttribute>;
  readonly bindings: readonly AttributeBinding[];
  readonly bookkeeping: Bookkeeping;
  readonly users: UserMap;
}

/** A dependency between two contexts. */
export interface FtrackLink {
  readonly id: FtrackId;
  readonly from: FtrackId;
  readonly to: FtrackId;
}

export interface LinkFacts {
  /** Full name of the AYON link type, `breakdown|folder|folder`; null when links are not brought over. */
  readonly linkType: string | null;
  /** The setting names a link type that the AYON project lacks. */
  readonly missingType: string | null;
  /** Folders of which all links of either side are known; null: of all folders. */
  readonly ends: ReadonlySet<FtrackId> | null;
  readonly ftrack: readonly FtrackLink[];
  readonly ayon: readonly AyonLinkRow[];
  /** Links that an event said were removed. */
  readonly removed: readonly FtrackLink[];
}

/** A list with its members as they stand in Ftrack. */
export interface FtrackList {
  readonly id: FtrackId;
  readonly name: string;
  /** `task` holds contexts, `assetversion` versions. */
  readonly systemType: string;
  readonly memberIds: readonly FtrackId[];
}

export interface ListFacts {
  /** Lists in focus. */
  readonly ftrack: readonly FtrackList[];
  /** Lists in focus that are gone. */
  readonly gone: ReadonlySet<FtrackId>;
  /** All lists of the AYON project; empty when no list is in focus. */
  readonly ayon: readonly AyonListRow[];
}

export interface FtrackVersion {
  readonly id: FtrackId;
  readonly version: number;
  readonly statusId: FtrackId | null;
  readonly thumbnailId: FtrackId | null;
  /** Names from the project down; for people. */
  readonly path: string;
  readonly assetName: string;
  /** The context the asset hangs on. */
  readonly contextId: FtrackId;
}

export interface VersionFacts {
  /** Versions whose status is to be brought over, with the fields that may have changed. */
  readonly focus: ReadonlyMap<FtrackId, Interest>;
  /** Those in focus, and members of lists. */
  readonly ftrack: ReadonlyMap<FtrackId, FtrackVersion>;
  readonly ayon: readonly AyonVersion[];
  readonly products: readonly AyonProduct[];
}

/**
 * Everything the planner knows, of one event, a burst or a whole project: the same type for all.
 *
 * The maps may hold more than what is in focus (ancestors, namesakes, siblings); what is in focus is
 * planned, the rest is only looked at. `gather` promises that for every context in focus its ancestors, the
 * AYON counterparts of all of them, and the siblings at the place it wants are there.
 */
export interface SyncFacts {
  /**
   * Where the wish comes from. Decides what happens to what is gone: deleted after an event, else archived.
   * An audit looks at what differs, and takes types and statuses for agreed.
   */
  readonly origin: "events" | "project" | "audit";
  /** In focus is only this context and what lies below it; null: no limit. */
  readonly subtreeId: FtrackId | null;
  readonly project: FtrackProject;
  /** Null when nothing of the project itself is in focus. */
  readonly projectFocus: {
    readonly interest: Interest;
    readonly values: FtrackProjectValues;
  } | null;
  readonly ayonProject: AyonProject;
  readonly timezone: string;
  readonly world: World;
  /** What is planned, and which of its fields. Ids without a context here are gone from Ftrack. */
  readonly focus: ReadonlyMap<FtrackId, Interest>;
  /** Of what is in focus, that which no event named: it was drawn in by a namesake, a parent, a child. */
  readonly drawnIn: ReadonlySet<FtrackId>;
  readonly contexts: ReadonlyMap<FtrackId, FtrackContext>;
  /** Asked for and not in this project of Ftrack. */
  readonly gone: ReadonlySet<FtrackId>;
  /** They exist, but their rows could not be understood: nothing is done about them. */
  readonly unreadable: ReadonlySet<FtrackId>;
  /**
   * Entity → definition → stored value. A stored null is a row; what has no row is absent. Holds at least the
   * bookkeeping rows of what is in focus, of its ancestors and of the children of folders in focus.
   */
  readonly values: ReadonlyMap<FtrackId, ReadonlyMap<FtrackId, unknown>>;
  /** Task → users and groups assigned to it. */
  readonly assigned: ReadonlyMap<FtrackId, ReadonlySet<FtrackId>>;
  readonly nodes: ReadonlyMap<AyonId, Node>;
  /** Folders that AYON will not let be renamed, moved or retyped. */
  readonly frozen: ReadonlySet<AyonId>;
  /** Tasks that versions were published from. */
  readonly publishedTasks: ReadonlySet<AyonId>;
  readonly links: LinkFacts;
  readonly lists: ListFacts;
  readonly versions: VersionFacts;
  /** Users whose edits these are; they are told what went wrong. */
  readonly actors: readonly FtrackId[];
}

/** What Ftrack holds as the id of the counterpart; null when it is none. */
export function storedAyonId(
  facts: Pick<SyncFacts, "world" | "values">,
  id: FtrackId,
): AyonId | null {
  const definition = facts.world.bookkeeping.ayonId;
  const value =
    definition === null ? undefined : facts.values.get(id)?.get(definition.id);
  return typeof value === "string" ? toAyonId(value) : null;
}
