import { RejectedError } from "../core/errors.ts";
import { type AyonId, ayonId } from "../core/ids.ts";
import type {
  AyonCommentRow,
  AyonLinkRow,
  AyonListRow,
  AyonProject,
  AyonReads,
  AyonStamps,
  AyonUserRow,
} from "../core/ports.ts";
import { chunk } from "../core/query.ts";
import { z } from "zod";
import { type Argument, readAll, readParts } from "./graphql.ts";
import type { AyonHttp } from "./http.ts";
import { route } from "./route.ts";
import { PAGE_SIZE, selectEntities } from "./select.ts";
import { USER_FIELDS, wireUser, wireUserNode } from "./wire-people.ts";
import { wireAttributes, wireProject, wireProjects } from "./wire-project.ts";
import {
  COMMENT_FIELDS,
  LINK_FIELDS,
  LIST_FIELDS,
  wireComment,
  wireLink,
  wireList,
  wireListItem,
} from "./wire-relations.ts";

/** Lists whose items are read in one request. */
const LISTS_PER_REQUEST = 50;
/** Ids in one argument: keeps a single question to the server short. */
const IDS_PER_REQUEST = 2_000;

function ids(name: string, value: readonly string[]): Argument {
  return { name, type: "[String!]", value };
}

/** Null instead of the error when the server does not know it. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof RejectedError && thrown.code === "E_AYON_NOT_FOUND")
      return null;
    throw thrown;
  }
}

async function readProject(
  http: AyonHttp,
  name: string,
  signal?: AbortSignal,
): Promise<AyonProject | null> {
  // The server answers other characters with an error about the request, not with "not found".
  if (!/^[a-zA-Z0-9_]+$/.test(name)) return null;
  return orNull(
    http.send({
      method: "GET",
      path: route`/api/projects/${name}`,
      answer: wireProject,
      signal,
    }),
  );
}

async function readUser(
  http: AyonHttp,
  name: string,
  signal?: AbortSignal,
): Promise<AyonUserRow | null> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*[a-zA-Z0-9]$/.test(name)) return null;
  return orNull(
    http.send({
      method: "GET",
      path: route`/api/users/${name}`,
      answer: wireUser,
      signal,
    }),
  );
}

async function readLinks(
  http: AyonHttp,
  project: string,
  linkType: string,
  folderIds: readonly AyonId[] | "all",
  signal?: AbortSignal,
): Promise<readonly AyonLinkRow[]> {
  const [name, input, output] = linkType.split("|");
  const types = [ids("linkTypes", [name ?? linkType])];
  if (input !== undefined) types.push(ids("inputTypes", [input]));
  if (output !== undefined) types.push(ids("outputTypes", [output]));
  // The server takes an empty list for "no filter" and would answer with every link there is.
  const parts: (readonly Argument[])[] =
    folderIds === "all"
      ? [types]
      : chunk([...new Set(folderIds)], IDS_PER_REQUEST).map((some) => [
          ...types,
          ids("entityIds", some),
        ]);
  const rows = new Map<AyonId, AyonLinkRow>();
  for (const args of parts) {
    const found = await readAll(
      http,
      { project },
      {
        field: "links",
        args,
        fields: LINK_FIELDS,
        row: wireLink,
        rowsAre: "edges",
        pageSize: PAGE_SIZE,
      },
      signal,
    );
    for (const row of found) rows.set(row.id, row);
  }
  return [...rows.values()];
}

/**
 * Lists, then their items. The items of lists of different entity types cannot be read in one request:
 * the server refuses it.
 */
async function readLists(
  http: AyonHttp,
  project: string,
  signal?: AbortSignal,
): Promise<readonly AyonListRow[]> {
  const found = await readAll(
    http,
    { project },
    {
      field: "entityLists",
      args: [],
      fields: LIST_FIELDS,
      row: wireList,
      pageSize: PAGE_SIZE,
    },
    signal,
  );
  const lists = found.filter((list) => list.active);
  const items = new Map<AyonId, AyonListRow["items"]>();
  const types = new Set(lists.map((list) => list.entityType));
  for (const type of types) {
    const ofType = lists.filter((list) => list.entityType === type);
    for (const some of chunk(ofType, LISTS_PER_REQUEST)) {
      const read = await readParts(
        http,
        { project },
        some.map((list, index) => ({
          alias: `list${index}`,
          parent: {
            field: "entityList",
            args: [{ name: "id", type: "String!", value: list.id }],
          },
          field: "items",
          args: [],
          fields: "id entityId",
          row: wireListItem,
          rowsAre: "edges" as const,
          pageSize: PAGE_SIZE,
        })),
        signal,
      );
      for (const [index, list] of some.entries())
        items.set(list.id, read.get(`list${index}`) ?? []);
    }
  }
  return lists.map(({ id, label, entityType, own }) => ({
    id,
    label,
    entityType,
    own,
    items: items.get(id) ?? [],
  }));
}

async function readComments(
  http: AyonHttp,
  project: string,
  entityIds: readonly AyonId[],
  signal?: AbortSignal,
): Promise<readonly AyonCommentRow[]> {
  const rows = new Map<AyonId, AyonCommentRow>();
  for (const some of chunk([...new Set(entityIds)], IDS_PER_REQUEST)) {
    const found = await readAll(
      http,
      { project },
      {
        field: "activities",
        args: [
          ids("entityIds", some),
          ids("activityTypes", ["comment"]),
          // Without it a comment comes once more for everything it mentions.
          ids("referenceTypes", ["origin"]),
        ],
        fields: COMMENT_FIELDS,
        row: wireComment,
        pageSize: PAGE_SIZE,
      },
      signal,
    );
    for (const row of found) if (row !== null) rows.set(row.activityId, row);
  }
  return [...rows.values()];
}

async function readFoldersWithVersions(
  http: AyonHttp,
  project: string,
  folderIds: readonly AyonId[],
  signal?: AbortSignal,
): Promise<ReadonlySet<AyonId>> {
  const row = z.object({
    id: z.string().transform(ayonId),
    hasVersions: z.boolean(),
  });
  const found = new Set<AyonId>();
  for (const some of chunk([...new Set(folderIds)], IDS_PER_REQUEST)) {
    const rows = await readAll(
      http,
      { project },
      {
        field: "folders",
        args: [ids("ids", some)],
        fields: "id hasVersions",
        row,
        pageSize: some.length + 1,
      },
      signal,
    );
    for (const { id, hasVersions } of rows) if (hasVersions) found.add(id);
  }
  return found;
}

const wireStamp = z.object({
  id: z.string().transform(ayonId),
  updatedAt: z.string(),
});

async function readStamps(
  http: AyonHttp,
  project: string,
  kinds: readonly string[],
  signal?: AbortSignal,
): Promise<AyonStamps> {
  if (kinds.length === 0) return new Map();
  const parts = kinds.map((kind) => ({
    alias: kind,
    field: kind,
    args: [],
    fields: "id updatedAt",
    row: wireStamp,
    pageSize: PAGE_SIZE,
  }));
  const found = await readParts(http, { project }, parts, signal);
  const rows = [...found.values()].flat();
  return new Map(rows.map(({ id, updatedAt }) => [id, updatedAt]));
}

/** Reads of AYON. `signal` ends whatever is under way. */
export function createAyonReads(
  http: AyonHttp,
  signal?: AbortSignal,
): AyonReads {
  return {
    project: (name) => readProject(http, name, signal),
    projects: () =>
      http.send({
        method: "GET",
        path: "/api/projects",
        answer: wireProjects,
        signal,
      }),
    attributes: () =>
      http.send({
        method: "GET",
        path: "/api/attributes",
        answer: wireAttributes,
        signal,
      }),
    users: () =>
      readAll(
        http,
        null,
        {
          field: "users",
          args: [],
          fields: USER_FIELDS,
          row: wireUserNode,
          pageSize: PAGE_SIZE,
        },
        signal,
      ),
    user: (name) => readUser(http, name, signal),
    select: (project, selection) =>
      selectEntities(http, project, selection, signal),
    stamps: (project, kinds) => readStamps(http, project, kinds, signal),
    foldersWithVersions: (project, folderIds) =>
      readFoldersWithVersions(http, project, folderIds, signal),
    links: (project, linkType, folderIds) =>
      readLinks(http, project, linkType, folderIds, signal),
    lists: (project) => readLists(http, project, signal),
    comments: (project, entityIds) =>
      readComments(http, project, entityIds, signal),
  };
}
