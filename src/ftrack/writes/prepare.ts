import type { ChangeResult, FtrackUpdate } from "../../core/change.ts";
import { RejectedError, toError } from "../../core/errors.ts";
import type { FtrackReads } from "../../core/ports.ts";
import type { FtrackSession } from "../session.ts";
import { conflicts } from "./expects.ts";
import { toItem, type FtrackWrite, type Item } from "./item.ts";

export interface Prepared {
  readonly items: readonly Item[];
  /** Changes that are not sent: no longer as expected, or not writable as they are. */
  readonly refused: readonly ChangeResult[];
}

/**
 * The operations of the changes that still stand.
 *
 * @throws UnavailableError, AuthError when Ftrack cannot be asked.
 */
export async function prepare(
  changes: readonly FtrackWrite[],
  session: FtrackSession,
  reads: FtrackReads,
): Promise<Prepared> {
  const items: Item[] = [];
  const refused: ChangeResult[] = [];
  const stale = await conflictsOneByOneIfNeeded(
    reads,
    changes.filter((c): c is FtrackUpdate => c.kind === "ftrack.update"),
  );
  for (const change of changes) {
    const problem =
      change.kind === "ftrack.update" ? stale.get(change) : undefined;
    if (problem !== undefined) {
      refused.push({ changeId: change.id, ...problem });
      continue;
    }
    try {
      items.push(await toItem(change, session));
    } catch (error) {
      // Data that is no JSON. What the server says of types comes out of the session as it is.
      if (!(error instanceof TypeError || error instanceof RangeError))
        throw error;
      refused.push({
        changeId: change.id,
        ...failed("E_FTRACK_ENCODE", error.message),
      });
    }
  }
  return { items, refused };
}

type Problem = Omit<ChangeResult, "changeId">;

function failed(code: string, message: string): Problem {
  return { status: "failed", error: { code, message, transient: false } };
}

/** Expectations that cannot even be asked for (no such attribute) must not stop the others. */
async function conflictsOneByOneIfNeeded(
  reads: FtrackReads,
  updates: readonly FtrackUpdate[],
): Promise<ReadonlyMap<FtrackUpdate, Problem>> {
  try {
    const found = await conflicts(reads, updates);
    return new Map(
      [...found].map(([update, message]) => [
        update,
        {
          status: "conflict",
          error: { code: "E_CONFLICT", message, transient: false },
        },
      ]),
    );
  } catch (error) {
    if (!(error instanceof RejectedError || error instanceof TypeError))
      throw error;
    const [only, ...others] = updates;
    if (only !== undefined && others.length === 0) {
      const { message } = toError(error);
      return new Map([[only, failed("E_FTRACK_EXPECTS", message)]]);
    }
    const all = new Map<FtrackUpdate, Problem>();
    for (const update of updates) {
      for (const entry of await conflictsOneByOneIfNeeded(reads, [update]))
        all.set(...entry);
    }
    return all;
  }
}
