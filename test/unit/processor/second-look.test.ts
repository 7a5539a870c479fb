import { describe, expect, it } from "vitest";
import type { ChangeResult } from "../../../src/core/change.ts";
import { withSecondLook } from "../../../src/processor/second-look.ts";

const failed = (code: string): ChangeResult => ({
  changeId: code,
  status: "failed",
  error: { code, message: "no", transient: false },
});
const applied: ChangeResult = { changeId: "a", status: "applied" };

function looked(
  results: readonly ChangeResult[],
  attempt: number,
): { refreshed: string[]; transient: (boolean | undefined)[] } {
  const refreshed: string[] = [];
  const after = withSecondLook(results, attempt, {
    refresh: (what) => void refreshed.push(what),
  });
  return { refreshed, transient: after.map((r) => r.error?.transient) };
}

describe("a name that AYON misses", () => {
  it.each<[string, readonly ChangeResult[], number, boolean, unknown]>([
    [
      "may only be out of date here: looked up anew, and tried again",
      [applied, failed("E_AYON_REFERENCE"), failed("E_AYON_INVALID")],
      1,
      true,
      [undefined, true, false],
    ],
    [
      "is really missing after some tries",
      [failed("E_AYON_REFERENCE")],
      4,
      false,
      [false],
    ],
    [
      "is not what other failures are about",
      [applied, failed("E_AYON_INVALID")],
      1,
      false,
      [undefined, false],
    ],
  ])("%s", (_title, results, attempt, isRefreshed, transient) => {
    expect(looked(results, attempt)).toEqual({
      refreshed: isRefreshed ? ["ayon-project"] : [],
      transient,
    });
  });
});
