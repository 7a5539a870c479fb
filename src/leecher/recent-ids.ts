/** A bounded memory of numbers; the oldest are forgotten first. */
export interface RecentIds {
  has(id: number): boolean;
  add(id: number): void;
  clear(): void;
}

export function createRecentIds(most: number): RecentIds {
  const ids = new Set<number>();
  return {
    has: (id) => ids.has(id),
    clear: () => {
      ids.clear();
    },
    add(id) {
      ids.add(id);
      if (ids.size <= most) return;
      const [oldest] = ids;
      if (oldest !== undefined) ids.delete(oldest);
    },
  };
}
