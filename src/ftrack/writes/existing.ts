import { z } from "zod";
import { and, inList, select } from "../../core/query.ts";
import type { FtrackReads } from "../../core/ports.ts";
import type { Item } from "./item.ts";

const row = z.record(z.string(), z.unknown());

/**
 * Those of the items whose entity exists now. One request; items without a known key are never among them.
 */
export async function existing(
  reads: FtrackReads,
  items: readonly Item[],
): Promise<ReadonlySet<Item>> {
  const byType = new Map<string, Item[]>();
  for (const item of items) {
    if (item.key === null) continue;
    const same = byType.get(item.entityType);
    if (same === undefined) byType.set(item.entityType, [item]);
    else same.push(item);
  }
  const groups = [...byType.values()];
  const queries = groups.map((group) => {
    const names = group[0]?.key?.names ?? [];
    return select({
      type: group[0]?.entityType ?? "",
      fields: names,
      row,
      // For a key of several parts this finds a few rows too many; they are compared below.
      where: and(
        ...names.map((name, i) =>
          inList(
            name,
            group.map((item) => item.key?.values[i] ?? ""),
          ),
        ),
      ),
      orderBy: names[0] ?? "id",
    });
  });
  const found = new Set<Item>();
  if (queries.length === 0) return found;
  const results = await reads.query(...queries);
  for (const [i, group] of groups.entries()) {
    const keys = new Set(
      results[i]?.map((r) =>
        keyText((group[0]?.key?.names ?? []).map((name) => r[name])),
      ),
    );
    for (const item of group) {
      if (item.key !== null && keys.has(keyText(item.key.values)))
        found.add(item);
    }
  }
  return found;
}

function keyText(values: readonly unknown[]): string {
  return JSON.stringify(values).toLowerCase();
}
