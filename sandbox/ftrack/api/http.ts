import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody, sendJson, urlOf } from "../http.ts";
import { authenticate } from "../permissions/credentials.ts";
import type { State } from "../state.ts";
import type { Write } from "../store/store.ts";
import type { Raw } from "../store/values.ts";
import {
  errorBody,
  runBatch,
  type BatchHooks,
  type BatchResult,
} from "./batch.ts";
import { ApiError, invalidCredentials, validationError } from "./errors.ts";
import { readCredentials, readHeaders, type Request } from "./session.ts";

/** Told what each batch changed, after it was committed. */
export interface ApiHooks extends BatchHooks {
  /** Called once per request that can be read. */
  readonly received: (body: Raw, username: string) => void;
  /** Called when rows changed; the answer is sent by `answer`. */
  readonly committed: (
    batch: BatchResult,
    request: Request,
    answer: () => void,
  ) => void;
}

export type { Write };

/** `POST /api`: a list of operations in, a list of results out; or one error. */
export async function handleApi(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
  hooks: ApiHooks,
): Promise<void> {
  const headers = readHeaders(request.headers);
  try {
    const { username, key } = readCredentials(
      request.headers,
      urlOf(request).searchParams,
    );
    const body = parse(await readBody(request));
    const identity = authenticate(username, key, state.store);
    if (identity === undefined) throw invalidCredentials();
    hooks.received(body, username);
    const full: Request = { ...headers, identity };
    const batch = runBatch(body, state, full, hooks);
    const answer = (): void => {
      sendJson(response, 200, batch.results);
    };
    if (batch.changes.length === 0) answer();
    else hooks.committed(batch, full, answer);
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 500;
    const strict = headers.strict && state.behaviour.strictStatuses;
    sendJson(response, strict ? status : 200, errorBody(error));
  }
}

function parse(body: Buffer): Raw {
  try {
    return JSON.parse(body.toString()) as Raw;
  } catch {
    // The reason is the client's; it gets it as an error like any other.
    throw validationError("The body is not JSON.");
  }
}
