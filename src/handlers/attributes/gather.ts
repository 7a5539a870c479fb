import { z } from "zod";
import { authorOf } from "../../core/actor.ts";
import { pairsOf, typesNamed, type Pair } from "../../core/attribute-pairs.ts";
import type { FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import {
  and,
  any,
  chunk,
  inList,
  is,
  select,
  type Condition,
  type Query,
} from "../../core/query.ts";
import type { ObjectType } from "../../core/reference.ts";
import { idField, linkField, pathOf, valuesOf } from "../../core/rows.ts";
import { arrivalsIn, editsIn, type FoundEdit } from "./events.ts";
import type { Arrival, AttributeFacts, Context, Edit } from "./facts.ts";

export interface AttributeSettings {
  readonly interest_entity_types: readonly string[];
  readonly interest_attributes: readonly string[];
}

/** Ids times definitions in one query of values: what servers are known to answer in time. */
const CELLS = 5000;
const IDS = 500;

const contextRow = z
  .object({
    __entity_type__: z.string().catch("TypedContext"),
    id: idField,
    object_type_id: idField,
    link: linkField,
  })
  .transform((row): Context => {
    const above = row.link.slice(0, -1).map((item) => idField.parse(item.id));
    return {
      id: row.id,
      entityType: row.__entity_type__,
      objectTypeId: row.object_type_id,
      chain: [...above, row.id],
      path: pathOf(row.link) || row.id,
    };
  });

function contextsWhere(where: Condition): Query<Context> {
  return select({
    type: "TypedContext",
    fields: ["id", "object_type_id", "link"],
    row: contextRow,
    where,
  });
}

function contextsById(ids: readonly FtrackId[]): Query<Context>[] {
  return chunk(ids, IDS).map((part) => contextsWhere(inList("id", part)));
}

/** Edits that this service did not make itself are marked as no echo. */
async function markEchoes(
  found: readonly FoundEdit[],
  ctx: HandlerContext,
): Promise<Edit[]> {
  const [serviceUser, own] = await Promise.all([
    ctx.reference.serviceUser(),
    ctx.recall(found.map((edit) => edit.entityId)),
  ]);
  return found.map(({ actor, ...edit }) => ({
    ...edit,
    isEcho:
      authorOf(actor, serviceUser) !== "somebody" &&
      own.wrote(edit.entityId, edit.key, edit.value),
  }));
}

export async function gatherAttributes(
  events: readonly FtrackEvent[],
  settings: AttributeSettings,
  ctx: HandlerContext,
): Promise<AttributeFacts> {
  const { id: projectId, fullName: projectName } = ctx.project.ftrack;
  const [configurations, objectTypes] = await Promise.all([
    ctx.reference.configurations(),
    ctx.reference.objectTypes(),
  ]);
  const pairs = pairsOf(
    settings.interest_attributes,
    configurations,
    projectId,
  );
  const subjectTypes = typesNamed(settings.interest_entity_types, objectTypes);
  const shownOn = typesShowing(pairs, subjectTypes, objectTypes);
  const isIdle = shownOn.size === 0;
  const found = isIdle
    ? []
    : editsIn(
        events,
        pairs.map((p) => p.key),
      );
  const arrivals = isIdle ? [] : arrivalsIn(events, shownOn);
  const edits = found.length === 0 ? [] : await markEchoes(found, ctx);
  const actors = [...new Set(events.flatMap((e) => e.actor.id ?? []))];
  const contexts = await readContexts(edits, arrivals, shownOn, ctx);
  const values = await readValues(contexts, pairs, ctx);
  return {
    projectId,
    projectName,
    pairs,
    subjectTypes,
    edits,
    arrivals,
    contexts,
    values,
    actors,
  };
}

/** Object types with one of the attributes: the listed ones, and Task, whose parent decides. */
function typesShowing(
  pairs: readonly Pair[],
  subjectTypes: ReadonlySet<FtrackId>,
  objectTypes: readonly ObjectType[],
): ReadonlySet<FtrackId> {
  if (subjectTypes.size === 0) return new Set();
  const candidates = new Set([
    ...subjectTypes,
    ...typesNamed(["Task"], objectTypes),
  ]);
  const typed = pairs.flatMap((pair) => [...pair.typed.keys()]);
  return new Set(typed.filter((id) => candidates.has(id)));
}

/** One request; a second one only for tasks whose parents are still unknown. */
async function readContexts(
  edits: readonly Edit[],
  arrivals: readonly Arrival[],
  types: ReadonlySet<FtrackId>,
  ctx: HandlerContext,
): Promise<ReadonlyMap<FtrackId, Context>> {
  const projectId = ctx.project.ftrack.id;
  const edited = edits.filter((e) => !e.isEcho).map((e) => e.entityId);
  const moved = arrivals.filter((a) => !a.isNew);
  const tops = new Set([...edited, ...moved.map((m) => m.entityId)]);
  const isWhole = tops.delete(projectId);
  const ids = new Set([...tops, ...arrivals.map((a) => a.entityId)]);
  const ofTypes = inList.bind(null, "object_type_id", types);
  const queries = [
    ...contextsById([...ids]),
    ...(isWhole
      ? [contextsWhere(and(is("project_id", projectId), ofTypes()))]
      : chunk([...tops], IDS).map((part) =>
          contextsWhere(and(any("ancestors", inList("id", part)), ofTypes())),
        )),
  ];
  const contexts = new Map<FtrackId, Context>();
  const keep = (rows: readonly (readonly Context[])[]): void => {
    for (const context of rows.flat()) contexts.set(context.id, context);
  };
  if (queries.length > 0) keep(await ctx.ftrack.query(...queries));
  const parents = [...contexts.values()].flatMap(({ entityType, chain }) => {
    const parentId = entityType === "Task" ? chain.at(-2) : undefined;
    return parentId === undefined ||
      parentId === projectId ||
      contexts.has(parentId)
      ? []
      : [parentId];
  });
  const missing = contextsById([...new Set(parents)]);
  if (missing.length > 0) keep(await ctx.ftrack.query(...missing));
  return contexts;
}

async function readValues(
  contexts: ReadonlyMap<FtrackId, Context>,
  pairs: readonly Pair[],
  ctx: HandlerContext,
): Promise<AttributeFacts["values"]> {
  const ids = new Set([...contexts.values()].flatMap((c) => c.chain));
  const definitions = pairs.flatMap((pair) => [
    pair.hierarchical.id,
    ...[...pair.typed.values()].map((d) => d.id),
  ]);
  const values = new Map<FtrackId, Map<FtrackId, unknown>>();
  if (ids.size === 0 || definitions.length === 0) return values;
  const size = Math.max(1, Math.floor(CELLS / definitions.length));
  const rows = await ctx.ftrack.query(
    ...chunk([...ids], size).map((part) => valuesOf(part, definitions)),
  );
  for (const { entityId, configurationId, value } of rows.flat()) {
    const own = values.get(entityId) ?? new Map<FtrackId, unknown>();
    values.set(entityId, own.set(configurationId, value));
  }
  return values;
}
