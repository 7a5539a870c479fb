/** Which fields of an entity may have changed, by their names in events. */
export type Interest =
  | { readonly all: true }
  | {
      readonly all: false;
      readonly keys: ReadonlySet<string>;
      /** Those that may have lost their value; the others have one, by what the events say. */
      readonly cleared: ReadonlySet<string>;
    };

export const everything: Interest = { all: true };

/** Event keys that decide where an entity lies and what it is called. */
export const STRUCTURE_KEYS = ["name", "parent_id"] as const;

/** Not a key of Ftrack: stands for rows of assignments, which events report as entities of their own. */
export const ASSIGNEES = "(assignees)";

/** Not a key of Ftrack: the entity itself did not change, but something it lies in was renamed or moved. */
export const PATH = "(path)";

export function interestIn(
  keys: readonly string[],
  cleared: readonly string[] = keys,
): Interest {
  return { all: false, keys: new Set(keys), cleared: new Set(cleared) };
}

export function join(a: Interest | undefined, b: Interest): Interest {
  if (a === undefined || b.all) return b;
  if (a.all) return a;
  return interestIn([...a.keys, ...b.keys], [...a.cleared, ...b.cleared]);
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
