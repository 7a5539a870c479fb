import type { AyonComment, ChangeResult } from "../core/change.ts";
import { RejectedError, UnavailableError } from "../core/errors.ts";
import {
  failed,
  resultOf,
  unlessRefusedAs,
  type Written,
} from "./change-result.ts";
import { type AyonHttp, nothing } from "./http.ts";
import { remove } from "./remove.ts";
import { route } from "./route.ts";
import { wireUser } from "./wire-people.ts";

/** Characters (code points) that the server takes. */
const MAX_BODY = 2_000;

/**
 * An unknown user to act as is a bare "Internal Server Error" of the server, like any trouble of it. Asking
 * for the user tells the two apart.
 */
async function explain(
  http: AyonHttp,
  asUser: string | undefined,
  thrown: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  if (asUser === undefined || !(thrown instanceof UnavailableError))
    return thrown;
  try {
    await http.send({
      method: "GET",
      path: route`/api/users/${asUser}`,
      answer: wireUser,
      signal,
    });
    return thrown;
  } catch (asked) {
    if (!(asked instanceof RejectedError)) return thrown;
    return new RejectedError(`AYON has no user ${asUser} to write as`, {
      code: "E_AYON_USER_UNKNOWN",
      system: "ayon",
      subject: { user: asUser },
    });
  }
}

async function write(
  http: AyonHttp,
  change: AyonComment,
  signal?: AbortSignal,
): Promise<Written> {
  const { project, activityId } = change;
  switch (change.op) {
    case "create":
      return unlessRefusedAs(["E_AYON_DUPLICATE"], () =>
        http.send({
          method: "POST",
          path: route`/api/projects/${project}/${`${change.entityType}s`}/${change.entityId}/activities`,
          body: {
            id: activityId,
            activityType: "comment",
            body: change.body,
            ...(change.data === undefined ? {} : { data: change.data }),
            ...(change.timestamp === undefined
              ? {}
              : { timestamp: change.timestamp }),
          },
          answer: nothing,
          isRepeatable: true,
          asUser: change.asUser,
          signal,
        }),
      );
    case "update":
      // As the service, which may edit any comment; the author stays.
      await http.send({
        method: "PATCH",
        path: route`/api/projects/${project}/activities/${activityId}`,
        body: {
          body: change.body,
          ...(change.data === undefined ? {} : { data: change.data }),
        },
        answer: nothing,
        isRepeatable: true,
        signal,
      });
      return "applied";
    case "delete":
      return remove(
        http,
        route`/api/projects/${project}/activities/${activityId}`,
        signal,
      );
  }
}

/**
 * Writes a comment. Its author is `asUser`, who needs access to the project (`E_AYON_FORBIDDEN` otherwise,
 * `E_AYON_USER_UNKNOWN` when there is no such user), or the service.
 */
export async function applyComment(
  http: AyonHttp,
  change: AyonComment,
  signal?: AbortSignal,
): Promise<ChangeResult> {
  if (change.op !== "delete" && Array.from(change.body).length > MAX_BODY)
    return failed(
      change.id,
      "E_AYON_TOO_LARGE",
      `A comment may have ${MAX_BODY} characters`,
      false,
    );
  return resultOf(change.id, async () => {
    try {
      return await write(http, change, signal);
    } catch (thrown) {
      throw await explain(http, change.asUser, thrown, signal);
    }
  });
}
