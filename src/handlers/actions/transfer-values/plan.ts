import { castTo, isSameStored, isSet } from "../../../core/attribute-pairs.ts";
import type { FtrackValue } from "../../../core/change.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { AttributeConfiguration } from "../../../core/reference.ts";
import type { ValueRow } from "../../../core/rows.ts";
import { valueChange } from "../values.ts";

/** Why values of one attribute can never be values of the other; null when they can. */
export function obstacleTo(
  from: AttributeConfiguration,
  to: AttributeConfiguration,
): string | null {
  if (from.id === to.id) return "Choose two different attributes.";
  if (to.type === "text" || from.type === to.type) return null;
  return `Values of type ${from.type} cannot become values of type ${to.type}.`;
}

export interface TransferPlan {
  readonly changes: readonly FtrackValue[];
  /** Entities whose value cannot be converted; then nothing is to be written. */
  readonly refused: readonly { readonly id: FtrackId; readonly why: string }[];
  readonly set: number;
  readonly removed: number;
}

/** @param clearFirst - what the source has no value for loses its value in the destination too */
export function planTransfer(
  from: AttributeConfiguration,
  to: AttributeConfiguration,
  rows: readonly ValueRow[],
  clearFirst: boolean,
): TransferPlan {
  const sources = rows.filter(
    (row) => row.configurationId === from.id && isSet(row.value),
  );
  const present = new Map(
    rows
      .filter((row) => row.configurationId === to.id)
      .map((row) => [row.entityId, row]),
  );
  const changes: FtrackValue[] = [];
  const refused: { id: FtrackId; why: string }[] = [];
  const filled = new Set<FtrackId>();
  const entity = (id: FtrackId) => ({ id, name: id });
  for (const { entityId, value } of sources) {
    const cast = castTo(asText(value, to), to);
    filled.add(entityId);
    const row = present.get(entityId);
    if (!cast.ok) refused.push({ id: entityId, why: cast.reason });
    else if (row === undefined || !isSameStored(row.value, cast.value, to))
      changes.push(
        valueChange(to, entity(entityId), row !== undefined, cast.value),
      );
  }
  const set = changes.length;
  if (clearFirst)
    for (const { entityId } of present.values())
      if (!filled.has(entityId))
        changes.push(valueChange(to, entity(entityId), true, undefined));
  return { changes, refused, set, removed: changes.length - set };
}

/** Anything can become text; a list is its items. */
function asText(value: unknown, to: AttributeConfiguration): unknown {
  if (to.type !== "text") return value;
  if (Array.isArray(value)) return value.map(String).join(", ");
  if (typeof value === "number" || typeof value === "boolean")
    return String(value);
  return value;
}
