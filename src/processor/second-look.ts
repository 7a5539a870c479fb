import type { ChangeResult } from "../core/change.ts";
import type { Reference } from "../core/reference.ts";

/** Tries of a batch in which a missing name may be one that was there when it was last looked up. */
const SECOND_LOOKS = 3;

/**
 * What a project's statuses and types are is remembered for a while, and another process may have changed them
 * meanwhile. Then AYON misses a name that stood there; with a fresh look the same event goes through.
 */
export function withSecondLook(
  results: readonly ChangeResult[],
  attempt: number,
  reference: Pick<Reference, "refresh">,
): readonly ChangeResult[] {
  const isMissing = ({ error }: ChangeResult): boolean =>
    error?.code === "E_AYON_REFERENCE";
  if (attempt > SECOND_LOOKS || !results.some(isMissing)) return results;
  reference.refresh("ayon-project");
  return results.map((result) =>
    result.error !== undefined && isMissing(result)
      ? { ...result, error: { ...result.error, transient: true } }
      : result,
  );
}
