import type { IncomingMessage, ServerResponse } from "node:http";
import { resetConnection } from "../control/disturb.ts";
import { strikes } from "../control/faults.ts";
import { readBody, sendJson, urlOf } from "../http.ts";
import { authenticate } from "../permissions/credentials.ts";
import type { Sandbox } from "../sandbox.ts";
import { isArray, isObject, type Raw } from "../store/values.ts";
import { errorBody, runBatch, type BatchResult } from "./batch.ts";
import {
  ApiError,
  invalidCredentials,
  serverError,
  validationError,
} from "./errors.ts";
import { readCredentials, readHeaders, type Request } from "./session.ts";

/** `POST /api`: a list of operations in, a list of results out; or one error. */
export async function handleApi(
  request: IncomingMessage,
  response: ServerResponse,
  sandbox: Sandbox,
): Promise<void> {
  const headers = readHeaders(request.headers);
  try {
    const body = parse(await readBody(request));
    const sender = signIn(request, headers, sandbox);
    const { requests, state } = sandbox;
    requests.add(
      body,
      sender.identity.username,
      headers.clientToken,
      state.nowText(),
    );
    fail(body, sandbox);
    const batch = runBatch(body, state, sender, sandbox);
    sandbox.committed(batch.writes);
    answer(request, response, batch, sandbox);
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 500;
    const strict = headers.strict && sandbox.state.behaviour.strictStatuses;
    sendJson(response, strict ? status : 200, errorBody(error));
  }
}

function parse(body: Buffer): Raw {
  try {
    return JSON.parse(body.toString()) as Raw;
  } catch {
    // The client gets the reason as an error like any other.
    throw validationError("The body is not JSON.");
  }
}

function signIn(
  request: IncomingMessage,
  headers: Omit<Request, "identity">,
  { state }: Sandbox,
): Request {
  const { username, key } = readCredentials(
    request.headers,
    urlOf(request).searchParams,
  );
  const identity = authenticate(username, key, state.store);
  if (identity === undefined) throw invalidCredentials();
  return { ...headers, identity };
}

/** Fails the batch when that was asked for. */
function fail(body: Raw, { faults, chance }: Sandbox): void {
  const { failNext, refuse } = faults;
  if (failNext !== null) {
    faults.failNext = null;
    throw new ApiError(
      failNext.exception,
      failNext.content,
      500,
      failNext.code,
    );
  }
  if (refuse !== null && writesWith(refuse.holding, body))
    throw new ApiError(refuse.exception, refuse.content, 403);
  if (faults.errorRate > 0 && chance() < faults.errorRate)
    throw serverError("The server had a problem.");
}

function writesWith(text: string, body: Raw): boolean {
  return (isArray(body) ? body : []).some(
    (operation) =>
      isObject(operation) &&
      operation["action"] !== "query" &&
      JSON.stringify(operation).includes(text),
  );
}

/** Answers a batch and tells the hub of it, in the order the server is set to. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { results, event, changes }: BatchResult,
  sandbox: Sandbox,
): void {
  const tell = (): void => {
    if (event !== undefined) sandbox.updates.send(event);
  };
  if (changes.length > 0 && strikes(sandbox.faults, "commitThenReset")) {
    resetConnection(request.socket);
    tell();
    return;
  }
  if (event !== undefined && sandbox.state.behaviour.eventOrder === "after")
    // "close" follows "finish", and comes when the client has gone away as well.
    response.once("close", () => setImmediate(tell));
  else tell();
  sendJson(response, 200, results);
}
