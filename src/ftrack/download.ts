import axios from "axios";
import { RejectedError, UnavailableError } from "../core/errors.ts";
import type { FtrackId } from "../core/ids.ts";
import { classify, codes } from "./errors.ts";
import type { FtrackSession } from "./session.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Bytes and media type of a component in the server location; null when it is gone. At most 64 MiB.
 *
 * The address carries the API key (the server knows no other way), so it is built here, used here, and in
 * no error.
 *
 * @throws RejectedError `E_FTRACK_TOO_LARGE`, `E_FTRACK_PERMISSION`, `E_FTRACK_REFUSED`; AuthError; UnavailableError.
 */
export async function downloadComponent(
  session: FtrackSession,
  componentId: FtrackId,
  signal?: AbortSignal,
  maxBytes = MAX_BYTES,
): Promise<{ data: Uint8Array; contentType: string } | null> {
  const { serverUrl, apiUser, apiKey } = session.credentials;
  const url = new URL("/component/get", serverUrl);
  url.search = new URLSearchParams({
    id: componentId,
    username: apiUser,
    apiKey,
  }).toString();
  const subject = { componentId };
  const response = await axios
    .get<Buffer>(url.href, {
      responseType: "arraybuffer",
      maxContentLength: maxBytes,
      maxRedirects: 5,
      timeout: 60_000,
      validateStatus: () => true,
      ...(signal === undefined ? {} : { signal }),
    })
    .catch((error: unknown) => {
      if (error instanceof Error && error.message.includes("maxContentLength"))
        throw new RejectedError(`The file is larger than ${maxBytes} bytes`, {
          code: "E_FTRACK_TOO_LARGE",
          system: "ftrack",
          subject,
        });
      throw classify(error, {
        purpose: "transfer",
        scrub: session.scrub,
        signal,
        subject,
      });
    });
  const { status } = response;
  const contentType = String(
    response.headers["content-type"] ?? "application/octet-stream",
  );
  if (status === 404 || status === 410) return null;
  if (status === 401 || status === 403) {
    // Wrong key or missing right? The API can tell: with a wrong key this throws AuthError.
    await session.call(
      [{ action: "query", expression: "select id from User limit 1" }],
      { purpose: "query", signal },
    );
    throw new RejectedError("Ftrack does not give out the file", {
      code: codes.permission,
      system: "ftrack",
      subject,
    });
  }
  if (status >= 500 || status === 429)
    throw new UnavailableError(`Ftrack answered ${status} to a download`, {
      code: codes.unavailable,
      system: "ftrack",
      subject,
    });
  // A page in place of a file: a log-in form or a proxy in front of the server.
  if (status >= 400 || contentType.startsWith("text/html"))
    throw new RejectedError(
      `Ftrack answered ${status} ${contentType} to a download`,
      { code: codes.refused, system: "ftrack", subject },
    );
  return { data: response.data, contentType };
}
