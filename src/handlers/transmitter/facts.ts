import type { AyonChange } from "../../core/ayon-event.ts";
import type { AyonId, FtrackId } from "../../core/ids.ts";
import type {
  FtrackStatus,
  ProjectSchema,
  UserMap,
} from "../../core/reference.ts";

/** What is brought over from AYON. */
export interface TransmitterSettings {
  readonly statuses: boolean;
  readonly assignees: boolean;
}

/** An AYON entity as it stands now. */
export interface Source {
  readonly ayonId: AyonId;
  readonly entityType: AyonChange["entityType"];
  readonly path: string;
  readonly status: string;
  /** Names of users; empty for what is no task. */
  readonly assignees: readonly string[];
  /** Its counterpart in Ftrack; null when it has none that is known. */
  readonly ftrackId: FtrackId | null;
}

/** The counterpart, as it stands in Ftrack now. */
export interface Target {
  readonly id: FtrackId;
  /** Schema id of the API: `Shot`, `Task`, `AssetVersion`. */
  readonly entityType: string;
  /** Null for versions. */
  readonly objectTypeId: FtrackId | null;
  /** Type of a task; null for what has none. */
  readonly typeId: FtrackId | null;
  readonly statusId: FtrackId | null;
  readonly path: string;
}

export interface Assignment {
  readonly id: FtrackId;
  readonly taskId: FtrackId;
  readonly userId: FtrackId;
}

export interface TransmitterFacts {
  /** What AYON's events tell, in order. */
  readonly changes: readonly AyonChange[];
  readonly sources: ReadonlyMap<AyonId, Source>;
  readonly targets: ReadonlyMap<FtrackId, Target>;
  readonly assignments: readonly Assignment[];
  readonly users: Pick<UserMap, "ftrackOf">;
  readonly schema: ProjectSchema;
  readonly statuses: readonly FtrackStatus[];
}
