import { z } from "zod";
import { guard } from "./redis-error.ts";
import type { Connection } from "./redis.ts";
import type { Cursor } from "./types.ts";

const stored = z.object({
  boot: z.string(),
  seq: z.number(),
  at: z.number(),
  position: z.json(),
});

/** Where the leecher stands; null when there is no word of it, or one of another version. */
export async function readCursor({
  client,
  keys,
}: Connection): Promise<Cursor | null> {
  const text = await guard(client.get(keys.cursor));
  if (text === null) return null;
  const parsed = stored.safeParse(JSON.parse(text));
  return parsed.success ? { ...parsed.data } : null;
}
