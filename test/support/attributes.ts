import { pairsOf } from "../../src/core/attribute-pairs.ts";
import { ftrackId, type FtrackId } from "../../src/core/ids.ts";
import {
  decideEqual,
  type EqualizeSettings,
} from "../../src/handlers/attributes/equalize.ts";
import type { AttributeFacts } from "../../src/handlers/attributes/facts.ts";
import { aConfiguration } from "./reference-data.ts";

/**
 * show / seq / shot, shot2; task and task2 lie below shot, stray below seq. Rows are given as "entity.kind": kind h is the
 * hierarchical attribute, t the one of the entity's type.
 */
const CHAINS: Readonly<Record<string, readonly string[]>> = {
  seq: ["show", "seq"],
  shot: ["show", "seq", "shot"],
  shot2: ["show", "seq", "shot2"],
  task: ["show", "seq", "shot", "task"],
  task2: ["show", "seq", "shot", "task2"],
  stray: ["show", "seq", "stray"],
};
const TYPES: Readonly<Record<string, string>> = {
  seq: "Sequence",
  shot: "Shot",
  shot2: "Shot",
};

function typeOf(id: string): string {
  return TYPES[id] ?? "Task";
}

export interface AttributeScene {
  readonly rows?: Readonly<Record<string, unknown>>;
  /** Entity → [old, new] as in an event; "!" in front says that this service wrote it. */
  readonly edits?: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly created?: readonly string[];
  readonly moved?: readonly string[];
  readonly gone?: readonly string[];
  readonly types?: readonly string[];
  /** Tasks have the attribute too. */
  readonly onTasks?: boolean;
  readonly default?: unknown;
  readonly hierarchical?: string;
  readonly typed?: string;
}

export function attributeFacts(row: AttributeScene): AttributeFacts {
  const typed = (name: string) =>
    aConfiguration(`t-${name}`, "frameStart", row.typed ?? "number", {
      isHierarchical: false,
      entityType: "task",
      objectTypeId: ftrackId(name),
      config: { isDecimal: false },
    });
  const configurations = [
    aConfiguration("h", "frameStart", row.hierarchical ?? "number", {
      default: row.default ?? null,
    }),
    typed("Shot"),
    ...(row.onTasks === true ? [typed("Task")] : []),
  ];
  const values = new Map<FtrackId, Map<FtrackId, unknown>>();
  for (const [cell, value] of Object.entries(row.rows ?? {})) {
    const [id = "", kind] = cell.split(".");
    const own = values.get(ftrackId(id)) ?? new Map<FtrackId, unknown>();
    own.set(ftrackId(kind === "h" ? "h" : `t-${typeOf(id)}`), value);
    values.set(ftrackId(id), own);
  }
  return {
    projectId: ftrackId("show"),
    projectName: "Show",
    pairs: pairsOf(["frameStart"], configurations, ftrackId("show")),
    subjectTypes: new Set((row.types ?? ["Shot"]).map(ftrackId)),
    edits: Object.entries(row.edits ?? {}).map(([id, [old, value]]) => ({
      entityId: ftrackId(id.replace("!", "")),
      key: "frameStart",
      value,
      old,
      isEcho: id.startsWith("!"),
    })),
    arrivals: [
      ...(row.created ?? []).map((id) => ({
        entityId: ftrackId(id),
        isNew: true,
      })),
      ...(row.moved ?? []).map((id) => ({
        entityId: ftrackId(id),
        isNew: false,
      })),
    ],
    contexts: new Map(
      Object.entries(CHAINS)
        .filter(([id]) => row.gone?.includes(id) !== true)
        .map(([id, chain]) => [
          ftrackId(id),
          {
            id: ftrackId(id),
            entityType: typeOf(id),
            objectTypeId: ftrackId(typeOf(id)),
            chain: chain.map(ftrackId),
            path: chain.join("/"),
          },
        ]),
    ),
    values,
    actors: [],
  };
}

export interface AttributeRow extends AttributeScene {
  readonly settings?: EqualizeSettings;
  /** "shot.t" → value; null removes the row. */
  readonly writes?: Readonly<Record<string, unknown>>;
  readonly skips?: Readonly<Record<string, string>>;
}

export const QUIET: EqualizeSettings = { materialize_on_create: false };

/** The values a decision writes, by cell. */
export function attributeWrites(
  facts: AttributeFacts,
  settings = QUIET,
): Record<string, unknown> {
  return Object.fromEntries(
    decideEqual(facts, settings).changes.map((change) => {
      if (change.kind !== "ftrack.value") throw new Error(change.kind);
      const kind = change.configurationId === "h" ? "h" : "t";
      return [`${change.entityId}.${kind}`, change.value];
    }),
  );
}

/** The same facts once the changes are made, and the events come again. */
export function afterwards(
  facts: AttributeFacts,
  settings = QUIET,
): AttributeFacts {
  const values = new Map([...facts.values].map(([id, v]) => [id, new Map(v)]));
  for (const change of decideEqual(facts, settings).changes) {
    if (change.kind !== "ftrack.value") continue;
    const own = values.get(change.entityId) ?? new Map<FtrackId, unknown>();
    if (change.unset === true) own.delete(change.configurationId);
    else own.set(change.configurationId, change.value);
    values.set(change.entityId, own);
  }
  return { ...facts, values };
}
