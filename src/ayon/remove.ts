import { unlessRefusedAs, type Written } from "./change-result.ts";
import { type AyonHttp, nothing } from "./http.ts";

/** Removes what lies at the path; what is gone already is gone. */
export function remove(
  http: AyonHttp,
  path: string,
  signal?: AbortSignal,
): Promise<Written> {
  return unlessRefusedAs(["E_AYON_NOT_FOUND"], () =>
    http.send({
      method: "DELETE",
      path,
      answer: nothing,
      isRepeatable: true,
      signal,
    }),
  );
}
