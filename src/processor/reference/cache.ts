/** A value that is asked for again when it is older than its time to live, or was forgotten. */
export interface Cached<T> {
  get(): Promise<T>;
  forget(): void;
}

/** Questions that come together share one request; a failed one is not kept. */
export function cached<T>(
  ttlMs: number,
  now: () => number,
  load: () => Promise<T>,
): Cached<T> {
  let kept: { readonly at: number; readonly value: Promise<T> } | null = null;
  return {
    get() {
      if (kept !== null && now() - kept.at <= ttlMs) return kept.value;
      const entry = { at: now(), value: load() };
      kept = entry;
      entry.value.catch(() => {
        // Whoever asked gets the error; the next one asks again.
        if (kept === entry) kept = null;
      });
      return entry.value;
    },
    forget() {
      kept = null;
    },
  };
}

/** One cached value per key. The oldest go when there are too many. */
export interface CachedByKey<K, T> {
  get(key: K): Promise<T>;
  forget(): void;
}

const MAX_KEYS = 2_000;

export function cachedByKey<K, T>(
  ttlMs: number,
  now: () => number,
  load: (key: K) => Promise<T>,
): CachedByKey<K, T> {
  const entries = new Map<K, Cached<T>>();
  return {
    get(key) {
      let entry = entries.get(key);
      if (entry === undefined) {
        entry = cached(ttlMs, now, () => load(key));
        entries.set(key, entry);
        const [oldest] = entries.keys();
        if (entries.size > MAX_KEYS && oldest !== undefined)
          entries.delete(oldest);
      }
      return entry.get();
    },
    forget() {
      entries.clear();
    },
  };
}
