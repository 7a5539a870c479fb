import { isSameName } from "../../core/status.ts";

/** A row of a mapping: statuses `value` lead to, or come from, `name`, as the setting says. */
export interface NamedList {
  readonly name: string;
  readonly value: readonly string[];
}

export function includesName(names: readonly string[], name: string): boolean {
  return names.some((each) => isSameName(each, name));
}

/** What the mapping wants for this name, best first; the name itself comes last. */
export function candidatesFor(
  mapping: readonly NamedList[],
  name: string,
): readonly string[] {
  const row = mapping.find((each) => isSameName(each.name, name));
  return [...(row?.value ?? []), name];
}

export interface AssetTypeFilter {
  readonly asset_types_filter_type: "allow_list" | "deny_list";
  /** Short names of asset types; an empty list is no restriction. */
  readonly asset_types: readonly string[];
}

export function passesFilter(
  filter: AssetTypeFilter,
  assetType: string,
): boolean {
  if (filter.asset_types.length === 0) return true;
  const isListed = includesName(filter.asset_types, assetType);
  return filter.asset_types_filter_type === "allow_list" ? isListed : !isListed;
}
