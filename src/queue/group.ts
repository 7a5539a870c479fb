/** Items by key, each group in the order of the items. */
export function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Consecutive parts of at most `size` items. */
export function chunks<T>(items: readonly T[], size: number): readonly T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < items.length; i += size) {
    parts.push(items.slice(i, i + size));
  }
  return parts;
}

/** Consecutive parts of at most `size` items and, but for single large ones, `most` characters. */
export function chunksOfText<T extends { readonly text: string }>(
  items: readonly T[],
  size: number,
  most: number,
): readonly T[][] {
  const parts: T[][] = [];
  let length = Infinity;
  for (const item of items) {
    const last = parts.at(-1);
    if (
      last === undefined ||
      last.length >= size ||
      length + item.text.length > most
    ) {
      parts.push([item]);
      length = item.text.length;
    } else {
      last.push(item);
      length += item.text.length;
    }
  }
  return parts;
}
