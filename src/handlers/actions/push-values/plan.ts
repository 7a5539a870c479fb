import {
  castTo,
  isSameStored,
  isSet,
  type Pair,
} from "../../../core/attribute-pairs.ts";
import type { FtrackValue } from "../../../core/change.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { AttributeConfiguration } from "../../../core/reference.ts";
import type { ValueRow } from "../../../core/rows.ts";
import { chainOf, type TreeRow } from "../contexts.ts";
import { valueChange } from "../values.ts";

export interface PushFacts {
  readonly tree: ReadonlyMap<FtrackId, TreeRow>;
  /** What lies in the selection. */
  readonly scope: readonly TreeRow[];
  readonly pairs: readonly Pair[];
  /** Object types of interest, without Task. */
  readonly types: ReadonlySet<FtrackId>;
  readonly taskTypes: ReadonlySet<FtrackId>;
  readonly values: readonly ValueRow[];
}

export interface PushPlan {
  readonly changes: readonly FtrackValue[];
  /** Values that an attribute cannot hold. */
  readonly refused: readonly string[];
}

/** The effective hierarchical values as values of the entities' own attributes, and those of their tasks. */
export function planPush(facts: PushFacts): PushPlan {
  const { tree, scope, pairs, types, taskTypes } = facts;
  const stored = new Map(
    facts.values.map((row) => [cell(row.configurationId, row.entityId), row]),
  );
  const changes: FtrackValue[] = [];
  const refused: string[] = [];

  function effective({ hierarchical }: Pair, id: FtrackId): unknown {
    const values = chainOf(tree, id).map(
      (one) => stored.get(cell(hierarchical.id, one))?.value,
    );
    return values.find(isSet) ?? hierarchical.default;
  }

  function put(
    definition: AttributeConfiguration,
    entity: TreeRow,
    raw: unknown,
  ): void {
    const row = stored.get(cell(definition.id, entity.id));
    const cast = castTo(raw, definition);
    if (!cast.ok)
      refused.push(`${entity.name}: ${definition.key} ${cast.reason}`);
    else if (
      row === undefined ||
      !isSameStored(row.value, cast.value, definition)
    )
      changes.push(
        valueChange(definition, entity, row !== undefined, cast.value),
      );
  }

  const has = (set: ReadonlySet<FtrackId>, row: TreeRow | undefined): boolean =>
    row?.typeId !== null && row !== undefined && set.has(row.typeId);

  for (const entity of scope) {
    const parent =
      entity.parentId === null ? undefined : tree.get(entity.parentId);
    const isTask = has(taskTypes, entity);
    if (isTask ? !has(types, parent) : !has(types, entity)) continue;
    for (const pair of pairs) {
      const from = isTask && parent !== undefined ? parent : entity;
      const value = effective(pair, from.id);
      if (!isSet(value)) continue;
      // A task that has a value of its own gets that of its parent; one that inherits it goes on to inherit.
      if (isTask && stored.has(cell(pair.hierarchical.id, entity.id)))
        put(pair.hierarchical, entity, value);
      const typed =
        entity.typeId === null ? undefined : pair.typed.get(entity.typeId);
      if (typed !== undefined) put(typed, entity, value);
    }
  }
  return { changes, refused };
}

function cell(configurationId: FtrackId, entityId: FtrackId): string {
  return `${configurationId} ${entityId}`;
}
