import { z } from "zod";
import type { FtrackUpdate } from "../../core/change.ts";
import type { FtrackReads } from "../../core/ports.ts";
import { chunk, inList, select } from "../../core/query.ts";

const row = z.looseObject({ id: z.string() });

/**
 * Reads again what the updates expect to replace, in one request, and says for each update that no longer
 * stands why not. An entity that is gone counts as changed.
 */
export async function conflicts(
  reads: FtrackReads,
  updates: readonly FtrackUpdate[],
): Promise<ReadonlyMap<FtrackUpdate, string>> {
  const found = new Map<FtrackUpdate, string>();
  const careful = updates.filter(
    (u) => Object.keys(u.expects ?? {}).length > 0,
  );
  const byType = new Map<string, FtrackUpdate[]>();
  for (const update of careful) {
    const same = byType.get(update.entityType);
    if (same === undefined) byType.set(update.entityType, [update]);
    else same.push(update);
  }
  const parts = [...byType.values()].flatMap((group) => chunk(group, 500));
  if (parts.length === 0) return found;
  const results = await reads.query(
    ...parts.map((part) =>
      select({
        type: part[0]?.entityType ?? "",
        fields: [
          ...new Set([
            "id",
            ...part.flatMap((u) => Object.keys(u.expects ?? {})),
          ]),
        ],
        row,
        where: inList(
          "id",
          part.map((u) => u.entityId),
        ),
      }),
    ),
  );
  for (const [i, part] of parts.entries()) {
    const now = new Map(results[i]?.map((r) => [r.id, r]));
    for (const update of part) {
      const problem = difference(update, now.get(update.entityId));
      if (problem !== null) found.set(update, problem);
    }
  }
  return found;
}

function difference(
  update: FtrackUpdate,
  now: Readonly<Record<string, unknown>> | undefined,
): string | null {
  if (now === undefined) return "the entity is gone";
  for (const [name, expected] of Object.entries(update.expects ?? {})) {
    const actual = now[name] ?? null;
    if (actual !== expected)
      return `${name} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
  }
  return null;
}
