import type { z } from "zod";
import type { FtrackId } from "../../../core/ids.ts";
import type { AttributeConfiguration } from "../../../core/reference.ts";
import { isSameName } from "../../../core/status.ts";
import type { createDailyLists } from "../../../settings/addon/daily-lists.ts";

export type ListSettings = z.infer<typeof createDailyLists>["lists"][number];
type Filter = ListSettings["filters"][number];
type Attribute = Filter["custom_attributes"][number];

export interface Version {
  readonly id: FtrackId;
  readonly status: string;
  /** From the project down; without the version itself. */
  readonly above: readonly string[];
}

export interface FilterFacts {
  readonly versions: readonly Version[];
  readonly configurations: readonly AttributeConfiguration[];
  /** Names of all statuses. */
  readonly statuses: readonly string[];
  /** The stored value of an entity; undefined without a row. */
  readonly valueOf: (configurationId: FtrackId, entityId: string) => unknown;
}

/** An attribute of versions goes before a hierarchical one of the same key. */
export function definitionOf(
  key: string,
  configurations: readonly AttributeConfiguration[],
): AttributeConfiguration | null {
  const named = configurations.filter((c) => c.key === key);
  return (
    named.find((c) => !c.isHierarchical && c.entityType === "assetversion") ??
    named.find((c) => c.isHierarchical) ??
    null
  );
}

/** The versions that fit one of the filters; without a filter, none does. */
export function fitting(
  { filters }: Pick<ListSettings, "filters">,
  facts: FilterFacts,
): readonly Version[] {
  return facts.versions.filter((version) =>
    filters.some((filter) => fits(version, filter, facts)),
  );
}

function fits(version: Version, filter: Filter, facts: FilterFacts): boolean {
  const known = filter.statuses.filter((name) =>
    facts.statuses.some((status) => isSameName(status, name)),
  );
  const hasStatus =
    filter.statuses.length === 0 ||
    known.some((name) => isSameName(name, version.status));
  return (
    hasStatus &&
    filter.custom_attributes.every((attribute) =>
      hasValue(version, attribute, facts),
    )
  );
}

function hasValue(
  version: Version,
  attribute: Attribute,
  { configurations, valueOf }: FilterFacts,
): boolean {
  const definition = definitionOf(attribute.attr_name, configurations);
  if (definition === null) return false;
  const chain = definition.isHierarchical
    ? [version.id, ...version.above.toReversed()]
    : [version.id];
  const stored = chain
    .map((id) => valueOf(definition.id, id))
    .find((value) => value !== undefined && value !== null);
  const value = stored ?? definition.default;
  switch (attribute.attr_type) {
    case "bool_value":
      return value === attribute.bool_value;
    case "str_value":
      return value === attribute.str_value;
    case "int_value":
      return value === attribute.int_value;
    case "float_value":
      return value === attribute.float_value;
    case "enum_value": {
      const chosen = (Array.isArray(value) ? value : [value]).map(String);
      return attribute.enum_value.some((wanted) => chosen.includes(wanted));
    }
  }
}
