import type { ChangeResult } from "../../core/change.ts";
import {
  codeOf,
  FencedError,
  RejectedError,
  retryOf,
  toError,
  UnavailableError,
} from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import { chunk } from "../../core/query.ts";
import { codes } from "../errors.ts";
import { createFtrackReads } from "../reads.ts";
import type { FtrackSession } from "../session.ts";
import type { FtrackWrite, Item } from "./item.ts";
import { prepare } from "./prepare.ts";
import { settle, type Settled } from "./settle.ts";

export type { FtrackWrite } from "./item.ts";

/** Operations in one transaction: many enough to be cheap, few enough to take apart when one is refused. */
const BATCH = 100;
/**
 * So many answers of trouble in a row, and it is the server's trouble, not one operation's. More than it
 * takes to cut a batch down to one operation.
 */
const TROUBLE_LIMIT = 12;
/** How often a batch is sent again when no usable answer came. */
const RESENDS = 2;

export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called right before each request that writes; throws FencedError when this process may not. */
  readonly beforeWrite?: (() => Promise<void>) | undefined;
}

/**
 * Writes to Ftrack, in the order given; one result per change, in the same order.
 *
 * A refused operation harms only itself, and what needs it: a batch is a transaction, so it is cut in halves
 * until the refused operation stands alone. Repeating is safe: a create whose id exists, a delete of what is
 * gone, a value row with the other verb all count as done. When no usable answer came, the server is asked
 * what is there and the rest is sent again. An outage ends the work: what was not written is `failed` and
 * `transient`.
 *
 * @throws FencedError, from `beforeWrite` or as the reason of the signal.
 */
export async function writeFtrack(
  session: FtrackSession,
  log: Logger,
  changes: readonly FtrackWrite[],
  options: WriteOptions = {},
): Promise<readonly ChangeResult[]> {
  const { signal, beforeWrite } = options;
  const reads = createFtrackReads({
    session,
    log,
    ...(signal === undefined ? {} : { signal }),
  });
  const results = new Map<string, ChangeResult>();
  let outage: Error | null = null;
  let troubles = 0;

  for (const part of chunk(changes, BATCH)) {
    const prepared = await orOutage(prepare(part, session, reads));
    if (prepared === null) break;
    for (const result of prepared.refused) results.set(result.changeId, result);
    await send(prepared.items, 0);
    if (isOut()) break;
  }
  return changes.map(
    (change) => results.get(change.id) ?? failure(change, outage),
  );

  async function send(all: readonly Item[], resends: number): Promise<void> {
    const items = all.filter(isUnblocked);
    if (items.length === 0 || isOut()) return;
    await beforeWrite?.();
    const error = await session
      .call(
        items.map((item) => item.operation),
        // The answer is not used; dates as objects is the form in which no value can spoil it.
        { purpose: "write", signal, datesAsObjects: true },
      )
      .then(() => null, toError);
    if (error === null) {
      troubles = 0;
      for (const item of items) settled(item, "applied");
    } else if (error instanceof FencedError) {
      throw error;
    } else if (isTrouble(error) && troubles < TROUBLE_LIMIT) {
      troubles += 1;
      await refused(items, error);
    } else if (error instanceof RejectedError) {
      troubles = 0;
      await refused(items, error);
    } else if (mayHaveTakenEffect(error) && resends < RESENDS) {
      log.warn(
        { err: error, operations: items.length },
        "no usable answer to a write; asking what is there",
      );
      const found = await orOutage(settle(items, session, reads));
      if (found === null && isOut()) return;
      const rest = found === null ? items : take(found, "applied");
      // The request may still be at work over there: what is found now need not be the last word.
      await send(
        rest.map((item) => ({ ...item, isProbed: false })),
        resends + 1,
      );
    } else {
      outage = error;
    }
  }

  async function refused(items: readonly Item[], error: Error): Promise<void> {
    let rest = items;
    if (items.some((item) => !item.isProbed)) {
      const found = await orOutage(settle(items, session, reads));
      if (found === null && !isOut()) await orOutage(assertAnswers());
      if (isOut()) return;
      if (found !== null) {
        rest = take(found, "unchanged");
        const isSame =
          rest.length === items.length &&
          rest.every((item, i) => item.verb === items[i]?.verb);
        if (!isSame) {
          await send(rest, 0);
          return;
        }
      }
    }
    const [only] = rest;
    if (only === undefined) return;
    if (rest.length === 1) {
      results.set(only.change.id, failure(only.change, error));
      return;
    }
    const middle = Math.ceil(rest.length / 2);
    await send(rest.slice(0, middle), 0);
    await send(rest.slice(middle), 0);
  }

  /** Is it these operations that the server refuses, or everything? */
  async function assertAnswers(): Promise<void> {
    try {
      await session.call(
        [{ action: "query", expression: "select id from User limit 1" }],
        { purpose: "query", signal },
      );
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      throw new UnavailableError(
        `Ftrack refuses everything: ${error.message}`,
        {
          code: codes.serverTrouble,
          system: "ftrack",
          cause: error,
        },
      );
    }
  }

  function take(found: Settled, as: "applied" | "unchanged"): readonly Item[] {
    for (const item of found.done) settled(item, as);
    for (const item of found.gone) {
      const { id } = item.change;
      const message = `There is no ${item.entityType} ${item.key?.values.join(" ") ?? ""}`;
      results.set(id, {
        changeId: id,
        status: "failed",
        error: { code: codes.notFound, message, transient: false },
      });
    }
    return found.open;
  }

  function settled(item: Item, status: "applied" | "unchanged"): void {
    const changeId = item.change.id;
    results.set(changeId, { changeId, status });
  }

  /** False, with its result set, when something it needs was tried and is not there. */
  function isUnblocked(item: Item): boolean {
    const { id, needs = [] } = item.change;
    const missing = needs.find((need) => {
      const status = results.get(need)?.status;
      return (
        status === "failed" || status === "blocked" || status === "conflict"
      );
    });
    if (missing === undefined) return true;
    const message = `It needs ${missing}, which was not written`;
    results.set(id, {
      changeId: id,
      status: "blocked",
      error: { code: "E_BLOCKED", message, transient: false },
    });
    return false;
  }

  /** A function, because the compiler does not see that `send` sets it. */
  function isOut(): boolean {
    return outage !== null;
  }

  async function orOutage<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof FencedError) throw error;
      outage = toError(error);
      return null;
    }
  }
}

function isTrouble(error: Error): boolean {
  return codeOf(error) === codes.serverTrouble;
}

function mayHaveTakenEffect(error: Error): boolean {
  const code = codeOf(error);
  return code === codes.unavailable || code === codes.timeout;
}

function failure(change: FtrackWrite, error: Error | null): ChangeResult {
  return {
    changeId: change.id,
    status: "failed",
    error: {
      code: codeOf(error),
      message: error?.message ?? "It was not tried",
      transient: retryOf(error) === "backoff",
    },
  };
}
