/** Which fields of an entity may have changed, by their names in events. */
export type Interest =
  | { readonly all: true }
  | { readonly all: false; readonly keys: ReadonlySet<string> };

export const everything: Interest = { all: true };

/** Event keys that decide where an entity lies and what it is called. */
export const STRUCTURE_KEYS = ["name", "parent_id"] as const;

/** Not a key of Ftrack: stands for rows of assignments, which events report as entities of their own. */
export const ASSIGNEES = "(assignees)";

/** Not a key of Ftrack: the entity itself did not change, but something it lies in was renamed or moved. */
export const PATH = "(path)";

export function interestIn(keys: Iterable<string>): Interest {
  return { all: false, keys: new Set(keys) };
}

export function join(a: Interest | undefined, b: Interest): Interest {
  if (a === undefined || b.all) return b;
  return a.all ? a : { all: false, keys: new Set([...a.keys, ...b.keys]) };
}

export function concerns(
  interest: Interest,
  ...keys: readonly string[]
): boolean {
  return interest.all || keys.some((key) => interest.keys.has(key));
}

export function isStructural(interest: Interest): boolean {
  return concerns(interest, ...STRUCTURE_KEYS);
}
