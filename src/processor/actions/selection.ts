import { z } from "zod";
import type { Selected, Selection } from "../../core/action.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import type { FtrackReads } from "../../core/ports.ts";
import { inList, select, type Query } from "../../core/query.ts";
import type { Reference as Facts } from "../../core/reference.ts";
import { idField, idOrNull, linkField, pathOf } from "../../core/rows.ts";
import type { Reference } from "./request.ts";

type Found = Selected & { readonly objectTypeId?: FtrackId | null };

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const project = z
  .object({ id: idField, full_name: text })
  .transform((row): Found => ({
    id: row.id,
    kind: "project",
    type: "Project",
    name: row.full_name,
    path: row.full_name,
    projectId: row.id,
  }));

const context = z
  .object({
    id: idField,
    name: text,
    project_id: idOrNull,
    object_type_id: idOrNull,
    link: linkField,
  })
  .transform((row): Found => ({
    id: row.id,
    kind: "context",
    type: "",
    name: row.name,
    path: row.link.length === 0 ? row.name : pathOf(row.link),
    projectId: row.project_id,
    objectTypeId: row.object_type_id,
  }));

const version = z
  .object({ id: idField, version: z.number().catch(0), link: linkField })
  .transform((row): Found => {
    const [top] = row.link;
    const last = row.link.at(-1)?.name ?? `v${row.version}`;
    return {
      id: row.id,
      kind: "version",
      type: "AssetVersion",
      name: last,
      path: row.link.length === 0 ? last : pathOf(row.link),
      projectId: top === undefined || top.id === "" ? null : ftrackId(top.id),
    };
  });

const review = z
  .object({ id: idField, name: text, project_id: idOrNull })
  .transform((row): Found => ({
    id: row.id,
    kind: "review",
    type: "ReviewSession",
    name: row.name,
    path: row.name,
    projectId: row.project_id,
  }));

const list = z
  .object({ id: idField, name: text, project_id: idOrNull })
  .transform((row): Found => ({
    id: row.id,
    kind: "other",
    type: "List",
    name: row.name,
    path: row.name,
    projectId: row.project_id,
  }));

interface Table {
  readonly type: string;
  readonly fields: readonly string[];
  readonly row: z.ZodType<Found>;
}

const CONTEXT_FIELDS = ["id", "name", "project_id", "object_type_id", "link"];
const LIST: Table = {
  type: "List",
  fields: ["id", "name", "project_id"],
  row: list,
};

/** Tables an action may be about. What is in another is taken as it is. */
const TABLES: ReadonlyMap<string, Table> = new Map([
  ["show", { type: "Project", fields: ["id", "full_name"], row: project }],
  ["task", { type: "TypedContext", fields: CONTEXT_FIELDS, row: context }],
  [
    "assetversion",
    { type: "AssetVersion", fields: ["id", "version", "link"], row: version },
  ],
  [
    "reviewsession",
    {
      type: "ReviewSession",
      fields: ["id", "name", "project_id"],
      row: review,
    },
  ],
  ["list", LIST],
  ["assetversionlist", LIST],
  ["typedcontextlist", LIST],
]);

function unknownThing({ id, table }: Reference): Selected {
  return {
    id: ftrackId(id),
    kind: "other",
    type: "",
    name: table,
    path: table,
    projectId: null,
  };
}

/** Finds out what was selected: one request, whatever the number of entities. */
export async function readSelection(
  ftrack: FtrackReads,
  facts: Pick<Facts, "objectTypes">,
  references: readonly Reference[],
): Promise<Selection> {
  const ids = new Map<Table, string[]>();
  for (const { id, table } of references) {
    const known = TABLES.get(table);
    if (known !== undefined) ids.set(known, [...(ids.get(known) ?? []), id]);
  }
  const queries = [...ids].map(([table, own]): Query<Found> =>
    select({
      type: table.type,
      fields: table.fields,
      row: table.row,
      where: inList("id", own),
    }),
  );
  const [rows, objectTypes] = await Promise.all([
    queries.length === 0 ? [] : ftrack.query(...queries),
    facts.objectTypes(),
  ]);
  const typeNames = new Map(
    // The API's name of an object type has no blanks: "Asset Build" is AssetBuild.
    objectTypes.map((type) => [type.id, type.name.replaceAll(" ", "")]),
  );
  const found = new Map(rows.flat().map((row) => [row.id, row]));
  const items = references.flatMap((reference): Selected[] => {
    if (!TABLES.has(reference.table)) return [unknownThing(reference)];
    const row = found.get(ftrackId(reference.id));
    if (row === undefined) return [];
    const { objectTypeId, ...selected } = row;
    return objectTypeId === undefined || objectTypeId === null
      ? [selected]
      : [{ ...selected, type: typeNames.get(objectTypeId) ?? "" }];
  });
  return { items, unreadable: references.length - items.length };
}
