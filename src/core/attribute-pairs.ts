/**
 * Attributes that Ftrack holds twice under one key: once hierarchical, which is inherited down the tree, and
 * once on types of entities, which stands in their spreadsheets. Pure parts that the event and the action
 * that keep the two equal have in common.
 */
import {
  boolean,
  dateText,
  list,
  number,
  text,
  type Converted,
} from "./attribute-value.ts";
import { isSameInstant } from "./dates.ts";
import type { FtrackId } from "./ids.ts";
import type { AttributeConfiguration, ObjectType } from "./reference.ts";

export interface Pair {
  readonly key: string;
  readonly hierarchical: AttributeConfiguration;
  /** Object type → its own definition. */
  readonly typed: ReadonlyMap<FtrackId, AttributeConfiguration>;
}

/**
 * The keys that have both kinds of definition in a project; a definition of the project wins over one of all
 * projects, those of other projects do not count.
 */
export function pairsOf(
  keys: readonly string[],
  configurations: readonly AttributeConfiguration[],
  projectId: FtrackId,
): Pair[] {
  // Later entries win below: first the global ones, then the project's own.
  const valid = [
    ...configurations.filter((c) => c.projectId === null),
    ...configurations.filter((c) => c.projectId === projectId),
  ];
  return [...new Set(keys)].flatMap((key) => {
    const named = valid.filter((c) => c.key === key);
    const hierarchical = named.findLast((c) => c.isHierarchical);
    const typed = new Map<FtrackId, AttributeConfiguration>();
    for (const c of named)
      if (
        !c.isHierarchical &&
        c.entityType === "task" &&
        c.objectTypeId !== null
      )
        typed.set(c.objectTypeId, c);
    return hierarchical === undefined || typed.size === 0
      ? []
      : [{ key, hierarchical, typed }];
  });
}

/** Object types by the names of a setting: "asset build", "AssetBuild" and "Asset Build" are one. */
export function typesNamed(
  names: readonly string[],
  objectTypes: readonly ObjectType[],
): ReadonlySet<FtrackId> {
  const plain = (name: string): string =>
    name.replaceAll(/\s/g, "").toLowerCase();
  const wanted = new Set(names.map(plain));
  return new Set(
    objectTypes.filter((t) => wanted.has(plain(t.name))).map((t) => t.id),
  );
}

/** Whether a value stands for one: an empty row does not, it only looks like one. */
export function isSet(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/**
 * A value in the form its definition stores, from the form another one stores or an event shows.
 *
 * Null is no value and must not come here.
 */
export function castTo(
  raw: unknown,
  definition: Pick<AttributeConfiguration, "type" | "config">,
): Converted {
  const { config } = definition;
  switch (definition.type) {
    case "number": {
      const value = number(raw);
      if (value === null) return bad("is not a number");
      const isWhole = config.isDecimal !== false || Number.isInteger(value);
      return isWhole ? good(value) : bad("is not a whole number");
    }
    case "boolean": {
      const value = boolean(raw);
      return value === null ? bad("is not yes or no") : good(value);
    }
    case "date": {
      const iso = dateText(raw);
      return iso === null || Number.isNaN(Date.parse(iso))
        ? bad("is not a date")
        : good(iso);
    }
    case "enumerator": {
      const items = list(raw);
      if (items === null) return bad("is not a list");
      const { options } = config;
      const unknown = items.filter(
        (item) => options?.some((o) => o.value === item) === false,
      );
      if (unknown.length > 0) return bad(`has no option ${unknown.join(", ")}`);
      return config.multiSelect === true || items.length <= 1
        ? good(items)
        : bad("takes one option only");
    }
    case "text":
    case "url": {
      const value = text(raw);
      return value === null ? bad("is not a text") : good(value);
    }
    default:
      return bad(`cannot be written: it is of type ${definition.type}`);
  }
}

function bad(reason: string): Converted {
  return { ok: false, reason };
}

function good(value: unknown): Converted {
  return { ok: true, value };
}

/** Whether two values of a definition are one. Either may be unset. */
export function isSameStored(
  a: unknown,
  b: unknown,
  definition: Pick<AttributeConfiguration, "type">,
): boolean {
  if (!isSet(a) || !isSet(b)) return isSet(a) === isSet(b);
  if (Array.isArray(a) && Array.isArray(b)) {
    const other: readonly unknown[] = b;
    return a.length === other.length && a.every((item, i) => item === other[i]);
  }
  if (definition.type === "date") {
    const [left, right] = [dateText(a), dateText(b)];
    if (left !== null && right !== null) return isSameInstant(left, right);
  }
  return a === b;
}
