import type { Actor } from "../actor.ts";
import {
  ApiError,
  AssertionFailure,
  badRequest,
  conflict,
  DatabaseApiError,
  IntegrityError,
  ModelError,
} from "../errors.ts";
import type { EventDraft } from "../events/drafts.ts";
import type { JsonObject } from "../json.ts";
import type { EntityType } from "../store/rows.ts";
import { createEntity, type Written } from "./create.ts";
import { deleteEntity } from "./delete.ts";
import type { ProjectScope } from "./scope.ts";
import { updateEntity } from "./update.ts";

export interface Operation {
  readonly id: string;
  readonly type: "create" | "update" | "delete";
  readonly entityType: EntityType;
  readonly entityId: string | null;
  readonly data: JsonObject | null;
  readonly force: boolean;
  /** Whoever this operation is done as; null is the system. */
  readonly actor: Actor | null;
}

export interface OperationResult {
  readonly id: string;
  readonly type: Operation["type"];
  readonly entityType: EntityType;
  readonly entityId: string | null;
  readonly success: boolean;
  readonly status: number;
  readonly errorCode: string | null;
  readonly detail: string | null;
}

export interface OperationsOutcome {
  readonly operations: readonly OperationResult[];
  readonly success: boolean;
  readonly events: readonly EventDraft[];
}

/** Lets a test make an operation fail: what it returns is thrown in its place. */
export type OperationFault = (operation: Operation) => Error | null;

export interface OperationsMode {
  readonly canFail: boolean;
  /** Throw the first failure as an error of the whole request (then nothing is kept). */
  readonly raiseOnError: boolean;
  readonly fault?: OperationFault;
}

/** @throws ApiError 400 for two updates or deletes of one entity, and for one without an id. */
export function checkOperations(operations: readonly Operation[]): void {
  const seen = new Set<string>();
  for (const operation of operations) {
    if (operation.type === "create") continue;
    if (operation.entityId === null || operation.entityId === "") {
      throw badRequest("entity_id is required for update/delete");
    }
    const key = `${operation.entityType} ${operation.entityId}`;
    if (seen.has(key)) throw badRequest(`Duplicate operation for ${key}`);
    seen.add(key);
  }
}

/**
 * Runs a batch in its own order.
 *
 * With `canFail` every operation commits by itself and all are reported. Without it the batch stops at the
 * first failure and the list ends there; what came before is undone only when the database itself refused
 * (duplicate, missing reference, deadlock). After any other failure it stays, although no event tells of it.
 */
export function runOperations(
  scope: ProjectScope,
  operations: readonly Operation[],
  mode: OperationsMode,
): OperationsOutcome {
  checkOperations(operations);
  const results: OperationResult[] = [];
  const events: EventDraft[] = [];
  const runOne = (operation: Operation): boolean => {
    try {
      const written = scope.db.transaction(() =>
        perform(scope, operation, mode.fault),
      );
      results.push(done(operation, written));
      events.push(...written.events);
      return true;
    } catch (error) {
      if (mode.raiseOnError && !mode.canFail) throw asRequestError(error);
      results.push(failed(operation, error));
      if (!mode.canFail && isDatabaseError(error)) throw new Undone();
      return mode.canFail;
    }
  };
  if (mode.canFail) {
    for (const operation of operations) runOne(operation);
  } else {
    try {
      scope.db.transaction(() => operations.every(runOne));
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    }
  }
  const success = results.every((result) => result.success);
  const told = success || mode.canFail ? events : [];
  if (told.length > 0 && operations.some((o) => o.entityType === "folder")) {
    workOutInheritance(scope);
  }
  return { operations: results, success, events: told };
}

/** Signals that the transaction around the batch has to be undone. */
class Undone extends Error {}

/** The server refreshes its copies of inherited values once a request with folders has succeeded. */
export function workOutInheritance(scope: ProjectScope): void {
  if (scope.stale === null) return;
  for (const id of [...scope.stale]) {
    if (scope.tables.folders.has(id)) scope.stale.delete(id);
  }
}

function perform(
  scope: ProjectScope,
  operation: Operation,
  fault: OperationFault | undefined,
): Written {
  const injected = fault?.(operation) ?? null;
  if (injected !== null) throw injected;
  const { actor, entityType, data, force } = operation;
  const entityId = operation.entityId ?? "";
  switch (operation.type) {
    case "create":
      return createEntity(
        scope,
        actor,
        entityType,
        required(data, "create"),
        operation.entityId,
      );
    case "update":
      return updateEntity(
        scope,
        actor,
        entityType,
        entityId,
        required(data, "update"),
        force,
      );
    case "delete":
      return deleteEntity(scope, actor, entityType, entityId, force);
  }
}

function required(data: JsonObject | null, what: string): JsonObject {
  if (data === null) throw new AssertionFailure(`data is required for ${what}`);
  return data;
}

function isDatabaseError(error: unknown): boolean {
  return (
    error instanceof IntegrityError ||
    error instanceof DatabaseApiError ||
    (error instanceof ApiError && error.code === "database-deadlock-detected")
  );
}

function asRequestError(error: unknown): unknown {
  return error instanceof IntegrityError ? conflict(error.message) : error;
}

function done(operation: Operation, written: Written): OperationResult {
  return {
    ...head(operation),
    entityId: written.id,
    success: true,
    status: written.status,
    errorCode: null,
    detail: null,
  };
}

function failed(operation: Operation, error: unknown): OperationResult {
  const [status, errorCode] = statusOf(error);
  return {
    ...head(operation),
    entityId: operation.entityId,
    success: false,
    status,
    errorCode,
    detail: detailOf(error),
  };
}

function head(
  operation: Operation,
): Pick<OperationResult, "id" | "type" | "entityType"> {
  const { id, type, entityType } = operation;
  return { id, type, entityType };
}

function statusOf(error: unknown): [status: number, errorCode: string | null] {
  if (error instanceof ApiError) return [error.status, error.code];
  if (error instanceof ModelError) return [400, "invalid_data"];
  if (error instanceof IntegrityError) return [error.code, error.kind];
  return [500, null];
}

function detailOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof ModelError
    ? `Invalid data provided: ${message}`
    : message;
}

export function deadlock(): ApiError {
  return new ApiError(503, "Database deadlock detected", {
    code: "database-deadlock-detected",
  });
}
