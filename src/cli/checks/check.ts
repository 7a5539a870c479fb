import { failureOf } from "../exit.ts";

/** One thing that was looked at. */
export interface Check {
  readonly area: string;
  readonly name: string;
  /** `skipped`: could not be looked at, for a reason that is told elsewhere. */
  readonly state: "ok" | "doubtful" | "wrong" | "skipped";
  readonly detail: string;
  /** What mends it; empty when nothing has to be done. */
  readonly fix: string;
}

/** A check whose question may fail: then that is what it found. */
export async function attempt(
  area: string,
  name: string,
  look: () => Promise<Pick<Check, "state" | "detail"> & { fix?: string }>,
): Promise<Check> {
  try {
    return { area, name, fix: "", ...(await look()) };
  } catch (thrown) {
    const { code, message, fix } = failureOf(thrown);
    return {
      ...{ area, name, fix },
      state: "wrong",
      detail: `${code}: ${message}`,
    };
  }
}

export function ok(detail: string): Pick<Check, "state" | "detail"> {
  return { state: "ok", detail };
}
