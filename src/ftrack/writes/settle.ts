import { RejectedError } from "../../core/errors.ts";
import type { FtrackReads } from "../../core/ports.ts";
import type { FtrackSession } from "../session.ts";
import { existing } from "./existing.ts";
import { valueItem, type Item } from "./item.ts";

export interface Settled {
  /** Still to be sent, with the verb that fits what is there. */
  readonly open: readonly Item[];
  /** The other side is already so: created before, or gone. */
  readonly done: readonly Item[];
  /** Updates of what does not exist. */
  readonly gone: readonly Item[];
}

/**
 * Asks the server what is there and sorts the items by it. Null when it refuses even that question (one of
 * the types is unknown): ask again for fewer of them.
 *
 * Nothing is inferred from one item about another: that a create was there before says nothing about the
 * update next to it.
 *
 * @throws UnavailableError, AuthError
 */
export async function settle(
  items: readonly Item[],
  session: FtrackSession,
  reads: FtrackReads,
): Promise<Settled | null> {
  let there: ReadonlySet<Item>;
  try {
    there = await existing(reads, items);
  } catch (error) {
    if (error instanceof RejectedError || error instanceof TypeError)
      return null;
    throw error;
  }
  const made = new Set(
    items
      .filter((i) => i.change.kind === "ftrack.create")
      .map((i) => i.key?.values.join()),
  );
  /** An earlier operation of the same transaction creates it. */
  const isMadeHere = ({ change, key }: Item): boolean =>
    change.kind !== "ftrack.value" && made.has(key?.values.join());
  const open: Item[] = [];
  const done: Item[] = [];
  const gone: Item[] = [];
  for (const item of items) {
    const { change, verb, key } = item;
    const exists = there.has(item) || isMadeHere(item);
    if (key === null) open.push({ ...item, isProbed: true });
    else if (verb === "delete" && !exists) done.push(item);
    else if (change.kind === "ftrack.value" && verb !== "delete")
      open.push(valueItem(change, exists ? "update" : "create", session, true));
    else if (verb === "create" && there.has(item)) done.push(item);
    else if (verb === "update" && !exists) gone.push(item);
    else open.push({ ...item, isProbed: true });
  }
  return { open, done, gone };
}
