import type { ChangeResult } from "./change.ts";
import { UnavailableError, type System } from "./errors.ts";

/** How many of the changes ended so. */
export function countOf(
  results: readonly ChangeResult[],
  ...statuses: readonly ChangeResult["status"][]
): number {
  return results.filter((result) => statuses.includes(result.status)).length;
}

/** The first change that may succeed later, as an error. */
export function transientOf(
  results: readonly ChangeResult[],
): UnavailableError | null {
  const found = results.find((result) => result.error?.transient === true);
  if (found?.error === undefined) return null;
  const { code, message } = found.error;
  return new UnavailableError(message, { code, system: systemOf(code) });
}

/**
 * For work that is repeated as a whole and finds done what is done.
 *
 * @throws UnavailableError when something did not answer.
 */
export function throwTransient(results: readonly ChangeResult[]): void {
  const error = transientOf(results);
  if (error !== null) throw error;
}

function systemOf(code: string): System {
  if (code.startsWith("E_AYON")) return "ayon";
  if (code.startsWith("E_FTRACK")) return "ftrack";
  return code.startsWith("E_REDIS") ? "redis" : null;
}
