import { encodeRows } from "../query/encode.ts";
import { project } from "../query/projection.ts";
import type { Query } from "../query/ast.ts";
import { runQuery, show, type QueryContext } from "../query/run.ts";
import type { EntityType } from "../schema/catalogue.ts";
import type { Json, Row, Value } from "../store/row.ts";
import {
  isArray,
  isObject,
  type Raw,
  type RawObject,
} from "../store/values.ts";
import { permissionError, validationError } from "./errors.ts";
import {
  createEntity,
  deleteEntity,
  updateEntity,
  type Written,
} from "../write/entities.ts";
import type { WriteContext } from "../write/context.ts";
import { visibility } from "../permissions/identity.ts";
import type { Request } from "./session.ts";

/** What an operation works with. */
export interface OperationContext extends WriteContext {
  readonly request: Request;
  /** Event rows that nobody may query, or not yet. */
  readonly eventLog: {
    readonly denied: boolean;
    readonly hides: ((row: Row) => boolean) | undefined;
  };
}

export function textOf(operation: RawObject, name: string): string {
  const value = operation[name];
  if (typeof value === "string") return value;
  throw validationError(`The operation needs ${name}.`);
}

/** `entity_key`: one text, or a list in the order of the primary key. */
export function keyIn(operation: RawObject): readonly string[] {
  const raw = operation["entity_key"];
  const parts: readonly Raw[] = isArray(raw) ? raw : [raw];
  return parts.map((part) => {
    if (typeof part !== "string" && typeof part !== "number")
      throw validationError("The operation needs an entity_key.");
    return String(part);
  });
}

function dataIn(operation: RawObject): RawObject {
  const data = operation["entity_data"];
  if (!isObject(data))
    throw validationError("The operation needs entity_data.");
  return data;
}

export function queryContext(context: OperationContext): QueryContext {
  const { store, catalogue, identity, request, behaviour, eventLog } = context;
  const allowed = visibility(identity, store);
  const { hides } = eventLog;
  return {
    catalogue,
    reader: store,
    denormalize: request.denormalize,
    strict: request.strict,
    nestedSubqueries: behaviour.nestedSubqueries,
    visible:
      hides === undefined
        ? allowed
        : (row) =>
            allowed?.(row) !== false && !(row.$type === "Event" && hides(row)),
    admit: (type) => {
      if (type.id === "Event" && eventLog.denied)
        throw permissionError("You may not read events.");
    },
  };
}

export function query(operation: RawObject, context: OperationContext): Json {
  const { data, next } = runQuery(
    textOf(operation, "expression"),
    queryContext(context),
  );
  return { action: "query", data, metadata: { next: { offset: next } } };
}

/** Rows found by a query, as it wants them shown. */
export function encodeFound(
  query: Query,
  type: EntityType,
  rows: readonly Row[],
  context: OperationContext,
): readonly Json[] {
  return show(query, type, rows, queryContext(context));
}

export function create(operation: RawObject, context: OperationContext): Json {
  const data = dataIn(operation);
  const written = createEntity(textOf(operation, "entity_type"), data, context);
  const kept = written.type.columns
    .filter(
      ([name, column]) =>
        column.hidden !== true && (written.row[name] ?? null) !== null,
    )
    .map(([name]) => name);
  const shown = [...kept, ...sentNames(data, written.type)];
  return { action: "create", data: echo(written, shown, context) };
}

export function update(operation: RawObject, context: OperationContext): Json {
  const data = dataIn(operation);
  const written = updateEntity(
    textOf(operation, "entity_type"),
    keyIn(operation),
    data,
    context,
  );
  const shown = sentNames(data, written.type);
  return { action: "update", data: echo(written, shown, context) };
}

/** The attributes that were sent, with the keys of relations: a client takes its new values from the answer. */
function sentNames(data: RawObject, type: EntityType): readonly string[] {
  return Object.keys(data).flatMap((name) => {
    const attribute = type.attributes.get(name);
    if (attribute === undefined) return [];
    return attribute.kind === "one" && attribute.via !== undefined
      ? [attribute.via, name]
      : [name];
  });
}

export function remove(operation: RawObject, context: OperationContext): Json {
  deleteEntity(textOf(operation, "entity_type"), keyIn(operation), context);
  return { action: "delete", data: true };
}

function echo(
  { row, type, left }: Written,
  names: readonly string[],
  context: OperationContext,
): Value {
  const projection = project(
    names
      .filter((name) => {
        const attribute = type.attributes.get(name);
        return !(
          (attribute?.kind === "column" && attribute.hidden === true) ||
          (attribute?.kind === "many" && attribute.restricted === true)
        );
      })
      .map((name) => [{ name }]),
    type,
    context.catalogue,
  );
  const { catalogue, store } = context;
  const [entity] = encodeRows([row], projection, {
    catalogue,
    reader: store,
    denormalize: true,
    visible: (member) => !left.has(member),
  });
  return entity ?? null;
}
