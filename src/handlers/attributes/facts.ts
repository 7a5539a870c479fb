import type { Pair } from "../../core/attribute-pairs.ts";
import type { FtrackId } from "../../core/ids.ts";

/** A value that somebody set or cleared, by its event, which does not say on which of the two attributes. */
export interface Edit {
  readonly entityId: FtrackId;
  readonly key: string;
  /** As an event shows it; null when it was cleared. */
  readonly value: unknown;
  readonly old: unknown;
  /** This service wrote it; there is nothing to answer. */
  readonly isEcho: boolean;
}

/** An entity that was created, or came to lie below another parent. */
export interface Arrival {
  readonly entityId: FtrackId;
  readonly isNew: boolean;
}

/** A typed context as it stands in Ftrack now. */
export interface Context {
  readonly id: FtrackId;
  /** Schema id of the API: `Shot`, `Task`. */
  readonly entityType: string;
  readonly objectTypeId: FtrackId;
  /** From the project down to itself. */
  readonly chain: readonly FtrackId[];
  readonly path: string;
}

export interface AttributeFacts {
  readonly projectId: FtrackId;
  readonly projectName: string;
  readonly pairs: readonly Pair[];
  /** Object types whose two attributes are kept equal. */
  readonly subjectTypes: ReadonlySet<FtrackId>;
  /** The last edit of each entity and key. */
  readonly edits: readonly Edit[];
  readonly arrivals: readonly Arrival[];
  /** The edited and arrived ones, everything below them that has one of the attributes, and the tasks' parents. */
  readonly contexts: ReadonlyMap<FtrackId, Context>;
  /** Entity → definition → stored value, of all of these and of everything above them. */
  readonly values: ReadonlyMap<FtrackId, ReadonlyMap<FtrackId, unknown>>;
  /** Those who made the edits; they are told what could not be done. */
  readonly actors: readonly FtrackId[];
}
