import type { ChangeResult } from "../core/change.ts";
import { RejectedError, ServiceError } from "../core/errors.ts";

export type Written = "applied" | "unchanged";

export function failed(
  changeId: string,
  code: string,
  message: string,
  transient: boolean,
): ChangeResult {
  return { changeId, status: "failed", error: { code, message, transient } };
}

/**
 * Result of one write from what it returned or threw.
 *
 * A refusal is for good. Whatever else went wrong between us and a server may not happen again, and it is
 * unknown whether the write came through. A lost fence and an abort are thrown on, as is everything that is
 * no ServiceError: a bug must not look like a result.
 */
export async function resultOf(
  changeId: string,
  write: () => Promise<Written>,
): Promise<ChangeResult> {
  try {
    return { changeId, status: await write() };
  } catch (thrown) {
    if (!(thrown instanceof ServiceError) || thrown.system === null)
      throw thrown;
    const transient = !(thrown instanceof RejectedError);
    return failed(changeId, thrown.code, thrown.message, transient);
  }
}

/** Runs a write for which one refusal means that all is well already. */
export async function unlessRefusedAs(
  codes: readonly string[],
  write: () => Promise<unknown>,
): Promise<Written> {
  try {
    await write();
    return "applied";
  } catch (thrown) {
    if (thrown instanceof RejectedError && codes.includes(thrown.code))
      return "unchanged";
    throw thrown;
  }
}
