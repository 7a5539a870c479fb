import { isSet, type Pair } from "../../core/attribute-pairs.ts";
import {
  ftrackDatetime,
  type FtrackValue,
  type Subject,
} from "../../core/change.ts";
import type { Issue, Skip, SkipReason } from "../../core/decision.ts";
import type { FtrackId } from "../../core/ids.ts";
import { writtenForm } from "../../core/own-writes.ts";
import type { AttributeConfiguration } from "../../core/reference.ts";
import type { AttributeFacts, Context } from "./facts.ts";

/** The values of one pair of attributes as they will stand once the changes noted on it are made. */
export interface Sheet {
  /** The entity's own value; undefined without a row. A row may hold null. */
  own(entityId: FtrackId, definition: AttributeConfiguration): unknown;
  /** The hierarchical value at the end of a chain: the nearest one that is set, else the default. */
  effective(chain: readonly FtrackId[]): unknown;
  /** Notes a value; null takes the row away. */
  write(
    entity: Context,
    definition: AttributeConfiguration,
    value: unknown,
  ): void;
  skip(entity: Context, reason: SkipReason, detail: string): void;
  /** Notes a value that the definition cannot hold. */
  refuse(
    entity: Context,
    definition: AttributeConfiguration,
    value: unknown,
    reason: string,
  ): void;
  readonly changes: ReadonlyMap<string, FtrackValue>;
  readonly skips: readonly Skip[];
  readonly issues: readonly Issue[];
}

export function openSheet(pair: Pair, facts: AttributeFacts): Sheet {
  const touched = new Set(
    [...facts.edits, ...facts.arrivals].map((e) => e.entityId),
  );

  /** What is below an edited or arrived entity is written because of that one. */
  function subjectOf({ id, path, entityType, chain }: Context): Subject {
    const because = chain.filter((above) => touched.has(above));
    return { ftrackId: id, path, type: entityType, because };
  }

  const noted = new Map<string, unknown>();
  const changes = new Map<string, FtrackValue>();
  const skips: Skip[] = [];
  const issues: Issue[] = [];

  function stored(
    entityId: FtrackId,
    definition: AttributeConfiguration,
  ): unknown {
    return facts.values.get(entityId)?.get(definition.id);
  }

  function own(
    entityId: FtrackId,
    definition: AttributeConfiguration,
  ): unknown {
    const cell = cellOf(entityId, definition);
    return noted.has(cell) ? noted.get(cell) : stored(entityId, definition);
  }

  function effective(chain: readonly FtrackId[]): unknown {
    const { hierarchical } = pair;
    const values = chain.map((id) => own(id, hierarchical));
    return values.findLast(isSet) ?? hierarchical.default;
  }

  function write(
    entity: Context,
    definition: AttributeConfiguration,
    value: unknown,
  ): void {
    const cell = cellOf(entity.id, definition);
    noted.set(cell, isSet(value) ? value : undefined);
    changes.set(cell, {
      id: `value-${cell}`,
      kind: "ftrack.value",
      subject: subjectOf(entity),
      configurationId: definition.id,
      key: pair.key,
      entityId: entity.id,
      rowExists: stored(entity.id, definition) !== undefined,
      ...(isSet(value)
        ? { value: wireValue(value, definition) }
        : { value: null, unset: true as const }),
    });
  }

  function skip(entity: Context, reason: SkipReason, detail: string): void {
    const subject = subjectOf(entity);
    skips.push({ subject, reason, detail: `${pair.key}: ${detail}` });
  }

  function refuse(
    entity: Context,
    definition: AttributeConfiguration,
    value: unknown,
    reason: string,
  ): void {
    const kind = definition.isHierarchical
      ? "the hierarchical attribute"
      : `the attribute of ${entity.entityType}`;
    const detail = `"${writtenForm(value)}" ${reason}, so ${kind} cannot hold it.`;
    skip(entity, "value-unreadable", detail);
    issues.push({
      severity: "warning",
      rule: "attributes-differ",
      subject: subjectOf(entity),
      detail: `${pair.key}: ${detail}`,
      fix: "Correct the value, or give both attributes of this key the same type and options.",
    });
  }

  return { own, effective, write, skip, refuse, changes, skips, issues };
}

function cellOf(
  entityId: FtrackId,
  definition: AttributeConfiguration,
): string {
  return `${definition.id}-${entityId}`;
}

function wireValue(
  value: unknown,
  definition: AttributeConfiguration,
): unknown {
  return definition.type === "date" && typeof value === "string"
    ? ftrackDatetime(value)
    : value;
}
