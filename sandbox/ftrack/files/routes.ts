import type { IncomingMessage, ServerResponse } from "node:http";
import { readCredentials } from "../api/session.ts";
import { readBody, sendText, urlOf } from "../http.ts";
import { authenticate } from "../permissions/credentials.ts";
import type { State } from "../state.ts";
import { keyOf } from "../store/row.ts";
import { mediaType, NO_THUMBNAIL } from "./media.ts";
import { UploadError } from "./uploads.ts";

/** Serves files: uploads, downloads, thumbnails. Answers whether the path was one of them. */
export async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): Promise<boolean> {
  const url = urlOf(request);
  const upload = /^\/upload\/([0-9a-f]+)(?:\/(\d+))?$/.exec(url.pathname);
  if (upload?.[1] !== undefined && request.method === "PUT") {
    await receive(request, response, state, upload[1], upload[2]);
    return true;
  }
  switch (url.pathname) {
    case "/img/thumbnail2.png":
      send(response, NO_THUMBNAIL, "image/png");
      return true;
    case "/component/get":
    case "/component/thumbnail":
    case "/component/remove":
      component(request, response, state, url);
      return true;
    default:
      return false;
  }
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  { uploads }: State,
  name: string,
  part: string | undefined,
): Promise<void> {
  const content = await readBody(request);
  try {
    const tag =
      part === undefined
        ? uploads.put(name, content)
        : uploads.putPart(name, Number(part), content);
    response.setHeader("ETag", `"${tag}"`);
    sendText(response, 200, "");
  } catch (error) {
    if (!(error instanceof UploadError)) throw error;
    sendText(response, error.status, error.message);
  }
}

function component(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  url: URL,
): void {
  const id = url.searchParams.get("id") ?? "";
  const { username, key } = readCredentials(request.headers, url.searchParams);
  const signature = url.searchParams.get("signature") ?? "";
  const admitted =
    authenticate(username, key, state.store) !== undefined ||
    (url.pathname === "/component/get" &&
      state.uploads.isSigned(id, signature));
  if (!admitted) {
    sendText(response, 403, "Forbidden");
    return;
  }
  if (url.pathname === "/component/remove") {
    state.blobs.delete(id);
    sendText(response, 200, "");
    return;
  }
  const content = state.blobs.get(id);
  if (content === undefined) {
    sendText(response, 404, "Not found");
    return;
  }
  const row = state.store.get("Component", id);
  send(
    response,
    content,
    mediaType(row === undefined ? "" : keyOf(row, "file_type")),
  );
}

function send(response: ServerResponse, content: Buffer, type: string): void {
  response.writeHead(200, {
    "content-type": type,
    "content-length": content.length,
  });
  response.end(content);
}
