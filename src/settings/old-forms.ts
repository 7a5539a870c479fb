/**
 * Settings as older versions of the ftrack addon stored them, brought to today's form.
 *
 * The server converts overrides only when an administrator copies them from version to version; what came
 * in another way still has its old keys. Today's keys win where both are there and filled.
 */

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy without nulls, which mean "not set" to older versions. Lists keep theirs. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, v]) =>
      v === null ? [] : [[key, copy(v)]],
    ),
  );
}

function child(tree: Tree, ...path: readonly string[]): Tree | null {
  let at: Tree = tree;
  for (const key of path) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined;
    if (!isTree(next)) return null;
    at = next;
  }
  return at;
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

function rename(tree: Tree, from: string, to: string): void {
  if (!Object.hasOwn(tree, from)) return;
  if (!isFilled(tree[to])) tree[to] = tree[from];
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy of ours, and a name from a fixed list
  delete tree[from];
}

/** Until 1.2 each of the two rules had one list, whose name said which kind it was. */
function assetTypes(
  tree: Tree,
  handler: string,
  oldKey: string,
  filter: string,
): void {
  const rule = child(tree, "service_event_handlers", handler);
  if (rule === null || !Object.hasOwn(rule, oldKey)) return;
  const isReplaced = isFilled(rule["asset_types"]);
  rename(rule, oldKey, "asset_types");
  if (!isReplaced) rule["asset_types_filter_type"] = filter;
}

/** Until 1.1 profiles had OpenPype's names, until 1.5 product types. */
function profiles(tree: Tree, plugin: string, key: string): void {
  const list = child(tree, "publish", plugin)?.[key];
  if (!Array.isArray(list)) return;
  for (const profile of list) {
    if (!isTree(profile)) continue;
    rename(profile, "hosts", "host_names");
    rename(profile, "families", "product_types");
    rename(profile, "product_types", "product_base_types");
    rename(profile, "subset_names", "product_names");
  }
}

/** Until 1.4 roles lay by kind of attribute, and there was no mapping: equal names were brought over. */
function customAttributes(tree: Tree): void {
  const attributes = child(tree, "custom_attributes");
  if (attributes === null) return;
  const kinds = [
    ["show", ["auto_sync_enabled"]],
    ["is_hierarchical", ["ayon_id", "ayon_path", "ayon_sync_failed"]],
  ] as const;
  for (const [kind, keys] of kinds) {
    const old = child(attributes, kind);
    if (old === null) continue;
    const mandatory = child(attributes, "mandatory_attributes") ?? {};
    attributes["mandatory_attributes"] = mandatory;
    for (const key of keys)
      if (!isFilled(mandatory[key]) && isTree(old[key]))
        mandatory[key] = old[key];
    attributes["attributes_mapping"] ??= { enabled: false };
  }
}

export function acceptOldForms(raw: unknown): Readonly<Tree> {
  const tree = copy(raw);
  if (!isTree(tree)) return {};
  assetTypes(
    tree,
    "status_task_to_version",
    "asset_types_filter",
    "allow_list",
  );
  assetTypes(
    tree,
    "status_version_to_task",
    "asset_types_to_skip",
    "deny_list",
  );
  profiles(tree, "CollectFtrackFamily", "profiles");
  profiles(tree, "IntegrateFtrackInstance", "asset_versions_status_profiles");
  profiles(tree, "IntegrateFtrackFarmStatus", "farm_status_profiles");
  const instance = child(tree, "publish", "IntegrateFtrackInstance");
  if (instance !== null)
    rename(instance, "product_type_mapping", "product_base_type_mapping");
  customAttributes(tree);
  return tree;
}
