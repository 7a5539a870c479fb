import { validationError } from "../api/errors.ts";
import { relatedMany } from "../query/relations.ts";
import type { EntityType } from "../schema/catalogue.ts";
import { joinKey, keyOf, type Row } from "../store/row.ts";
import { changeRow } from "./change.ts";
import { createRow } from "./create.ts";
import { typeOfRow, type WriteContext } from "./context.ts";
import type { Collection } from "./data.ts";
import { removeRow } from "./remove.ts";

/**
 * Makes to-many relations hold exactly the given members. Clients send the full new list, so the server
 * works out what is new and what is gone. Answers the rows that are out of a relation but still there,
 * because the client deletes them itself.
 */
export function setCollections(
  owner: Row,
  type: EntityType,
  collections: readonly Collection[],
  context: WriteContext,
): ReadonlySet<Row> {
  const left = new Set<Row>();
  for (const collection of collections) {
    if (type.immutable.has(collection.name))
      throw validationError(`Attribute ${collection.name} is immutable.`);
    for (const row of setMembers(owner, collection, context)) left.add(row);
  }
  return left;
}

function setMembers(
  owner: Row,
  { name, relation, members: wanted }: Collection,
  context: WriteContext,
): readonly Row[] {
  const target = context.catalogue.types.get(relation.target);
  if (target === undefined) throw new Error(`No type ${relation.target}`);
  // Custom attribute values are written one by one; their list only says that they are there.
  if (target.definition.virtual === true) return [];
  const keyFor = (row: Row): string =>
    joinKey(target.key.map((column) => keyOf(row, column)));
  const present = new Map(
    [...relatedMany(relation, target, owner, context.store)].map((row) => [
      keyFor(row),
      row,
    ]),
  );
  const kept = new Set(wanted);
  const gone = [...present].filter(([key]) => !kept.has(key));
  const added = [...kept].filter((key) => !present.has(key));
  const { members } = relation;
  if (members.by === "resolver") {
    if (gone.length + added.length > 0)
      throw validationError(`Attribute ${name} is computed.`);
    return [];
  }
  const left: Row[] = [];
  for (const [key, row] of gone)
    if (members.by === "link") unlink(owner, members, key, context);
    else if (!detach(row, members.column, target, context)) left.push(row);
  for (const key of added)
    if (members.by === "link") link(owner, members, key, context);
    else attach(owner, members.column, target, key, context);
  return left;
}

interface Link {
  readonly entity: string;
  readonly from: string;
  readonly to: string;
}

function link(owner: Row, via: Link, key: string, context: WriteContext): void {
  const type = context.catalogue.types.get(via.entity);
  if (type === undefined) throw new Error(`No type ${via.entity}`);
  const columns = new Map([
    [via.from, keyOf(owner, "id")],
    [via.to, key],
  ]);
  createRow(type, columns, context);
}

function unlink(
  owner: Row,
  via: Link,
  key: string,
  context: WriteContext,
): void {
  const { store } = context;
  const type = context.catalogue.types.get(via.entity);
  for (const row of [...store.find(via.entity, via.from, keyOf(owner, "id"))])
    if (keyOf(row, via.to) === key)
      removeRow(
        via.entity,
        joinKey((type?.key ?? ["id"]).map((c) => keyOf(row, c))),
        row,
        context,
      );
}

function attach(
  owner: Row,
  column: string,
  target: EntityType,
  key: string,
  context: WriteContext,
): void {
  const member = context.store.get(target.base, key);
  if (member === undefined || !target.concrete.has(member.$type))
    throw validationError(`There is no ${target.id} ${key}.`);
  const columns = new Map([[column, owner["id"] ?? null]]);
  changeRow(member, columns, typeOfRow(context, member), context);
}

/**
 * Takes a member out. One that needs an owner goes altogether; one that has the owner in its key stays:
 * the client deletes it with the next operation.
 */
function detach(
  member: Row,
  column: string,
  target: EntityType,
  context: WriteContext,
): boolean {
  const type = typeOfRow(context, member);
  if (type.key.includes(column)) return false;
  if (type.required.includes(column))
    removeRow(target.base, keyOf(member, "id"), member, context);
  else changeRow(member, new Map([[column, null]]), type, context);
  return true;
}
