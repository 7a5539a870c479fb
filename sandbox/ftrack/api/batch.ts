import type { HubEvent } from "../hub/event.ts";
import type { State } from "../state.ts";
import type { Json, Value } from "../store/row.ts";
import { netWrites, type Write } from "../store/store.ts";
import { isArray, isObject, type Raw } from "../store/values.ts";
import { ApiError, validationError } from "./errors.ts";
import { handlers } from "./actions.ts";
import type { OperationContext } from "./operations.ts";
import type { Request } from "./session.ts";

/** What a batch did. */
export interface BatchResult {
  readonly results: readonly Value[];
  /** Rows that changed, each once. Empty for a batch that only read. */
  readonly changes: readonly Write[];
  /** All writes, those of the log included. */
  readonly writes: readonly Write[];
  /** What the hub is to be told. */
  readonly event: HubEvent | undefined;
}

/** Hooks into a batch, for what must happen inside its transaction. */
export interface BatchHooks {
  readonly eventLog: OperationContext["eventLog"];
  /** Writes the log rows of the changes; answers the event that tells of them. */
  readonly record: (
    changes: readonly Write[],
    request: Request,
  ) => HubEvent | undefined;
}

/**
 * Runs the operations of one request in order, all or nothing.
 *
 * @throws ApiError of the first operation that fails; nothing of the batch remains
 */
export function runBatch(
  body: Raw,
  state: State,
  request: Request,
  hooks: BatchHooks,
): BatchResult {
  if (!isArray(body))
    throw validationError("A list of operations was expected.");
  const { result, writes } = state.store.transaction((journal) => {
    const now = state.nowText();
    const results = body.map((operation) => {
      if (!isObject(operation))
        throw validationError("An operation must be an object.");
      const action = operation["action"];
      const handler =
        typeof action === "string" ? handlers.get(action) : undefined;
      if (handler === undefined)
        throw new ApiError(
          "ServerError",
          `Invalid action u'${typeof action === "string" ? action : ""}'`,
          400,
        );
      return handler(operation, {
        state,
        store: state.store,
        catalogue: state.catalogue,
        behaviour: state.behaviour,
        identity: request.identity,
        now,
        request,
        eventLog: hooks.eventLog,
      });
    });
    const changes = netWrites(journal);
    const event =
      changes.length === 0 ? undefined : hooks.record(changes, request);
    return { results, changes, event };
  });
  return { ...result, writes };
}

/** An error as the body of an answer: one object in place of the list of results. */
export function errorBody(error: unknown): Json {
  return error instanceof ApiError
    ? {
        exception: error.exception,
        content: error.message,
        error_code: error.code,
      }
    : {
        exception: "ServerError",
        content: error instanceof Error ? error.message : String(error),
        error_code: null,
      };
}
