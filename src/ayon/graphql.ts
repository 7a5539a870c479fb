import { z } from "zod";
import {
  RejectedError,
  type ServiceError,
  UnavailableError,
  AuthError,
} from "../core/errors.ts";
import type { AyonHttp } from "./http.ts";

/** A query that sends values as variables only: nothing is written into the text. */
export interface GraphqlRequest<T> {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly data: z.ZodType<T>;
  readonly signal?: AbortSignal | undefined;
}

const wireErrors = z.array(
  z.looseObject({
    message: z.string().catch("unknown error"),
    extensions: z
      .looseObject({ status: z.number().optional() })
      .nullish()
      .catch(null),
  }),
);

const wireFailure = z.looseObject({ errors: wireErrors.min(1) });

/** Messages of a database or a pool that gives way; such a question may be asked again. */
const PASSING =
  /timeout|timed out|pool|connection|deadlock|canceling statement|too many clients/i;

function errorOfGraphql(errors: z.infer<typeof wireErrors>): ServiceError {
  const status = errors.find((e) => e.extensions?.status !== undefined)
    ?.extensions?.status;
  const text = errors
    .map((e) => e.message)
    .join("; ")
    .slice(0, 500);
  const details = {
    system: "ayon" as const,
    subject: { path: "/graphql", status: status ?? null },
  };
  if (status === 401)
    return new AuthError(`AYON refuses the query: ${text}`, {
      code: "E_AYON_AUTH",
      ...details,
    });
  if (status === 404)
    return new RejectedError(`AYON does not know it: ${text}`, {
      code: "E_AYON_NOT_FOUND",
      ...details,
    });
  if ((status ?? 0) >= 500 || PASSING.test(text))
    return new UnavailableError(`AYON cannot answer the query: ${text}`, {
      code: "E_AYON_UNAVAILABLE",
      ...details,
    });
  return new RejectedError(`AYON refuses the query: ${text}`, {
    code: "E_AYON_GRAPHQL",
    ...details,
  });
}

/**
 * Runs a query. Errors come with status 200 and with partial data; any error fails the whole query, since
 * a missing part would look like an empty one.
 *
 * @throws what `AyonHttp.send` throws; RejectedError `E_AYON_GRAPHQL`, `E_AYON_NOT_FOUND`.
 */
export async function graphql<T>(
  http: AyonHttp,
  request: GraphqlRequest<T>,
): Promise<T> {
  const { data } = await http.send({
    method: "POST",
    path: "/graphql",
    body: { query: request.query, variables: request.variables },
    isRepeatable: true,
    signal: request.signal,
    inspect: (json) => {
      const failure = wireFailure.safeParse(json);
      if (failure.success) throw errorOfGraphql(failure.data.errors);
    },
    answer: z.object({ data: request.data }),
  });
  return data;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

const pageInfo: z.ZodType<PageInfo> = z
  .object({
    hasNextPage: z.boolean(),
    endCursor: z.string().nullish(),
  })
  .transform((p) => ({ ...p, endCursor: p.endCursor ?? null }));

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly pageInfo: PageInfo;
}

/** Rows are the nodes of the edges, or the edges themselves where these carry the fields. */
function page<Row>(
  row: z.ZodType<Row>,
  rowsAre: "nodes" | "edges",
): z.ZodType<Page<Row>> {
  if (rowsAre === "edges")
    return z
      .object({ edges: z.array(row), pageInfo })
      .transform(({ edges, pageInfo }) => ({ rows: edges, pageInfo }));
  return z
    .object({ edges: z.array(z.object({ node: row })), pageInfo })
    .transform(({ edges, pageInfo }) => ({
      rows: edges.map((e) => e.node),
      pageInfo,
    }));
}

/** A GraphQL argument. Its value is sent as a variable. */
export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
}

/** One connection within a query, under an alias of ours. */
export interface Part<Row> {
  readonly alias: string;
  /** Field that has the pages: `folders`, `entityLists`. */
  readonly field: string;
  readonly args: readonly Argument[];
  /** Fields of a row, as GraphQL text. */
  readonly fields: string;
  readonly row: z.ZodType<Row>;
  readonly pageSize: number;
  /** @defaultValue "nodes" */
  readonly rowsAre?: "nodes" | "edges";
  /** A single object between the root and the field: `entityList(id: …)`. */
  readonly parent?: {
    readonly field: string;
    readonly args: readonly Argument[];
  };
}

interface Pending<Row> extends Part<Row> {
  readonly after: string | null;
}

/** Where the parts hang: below a project, or at the root of the query. */
export type Root = { readonly project: string } | null;

interface Rendered {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

function render<Row>(root: Root, parts: readonly Pending<Row>[]): Rendered {
  const declarations: string[] = [];
  const variables: Record<string, unknown> = {};
  function call(
    field: string,
    prefix: string,
    args: readonly Argument[],
  ): string {
    const given = args.map(({ name, type, value }) => {
      const variable = `${prefix}_${name}`;
      declarations.push(`$${variable}: ${type}`);
      variables[variable] = value;
      return `${name}: $${variable}`;
    });
    return given.length === 0 ? field : `${field}(${given.join(", ")})`;
  }
  const fields = parts.map((part) => {
    const paging: Argument[] = [
      { name: "first", type: "Int!", value: part.pageSize },
    ];
    if (part.after !== null)
      paging.push({ name: "after", type: "String", value: part.after });
    const field = call(part.field, part.alias, [...part.args, ...paging]);
    const row =
      part.rowsAre === "edges" ? part.fields : `node { ${part.fields} }`;
    const content = `${field} { edges { ${row} } pageInfo { hasNextPage endCursor } }`;
    if (part.parent === undefined) return `${part.alias}: ${content}`;
    const parent = call(part.parent.field, `${part.alias}_p`, part.parent.args);
    return `${part.alias}: ${parent} { page: ${content} }`;
  });
  if (root === null)
    return {
      query: `query Select(${declarations.join(", ")}) { ${fields.join("\n")} }`,
      variables,
    };
  declarations.push("$project: String!");
  variables["project"] = root.project;
  return {
    query: `query Select(${declarations.join(", ")}) { project(name: $project) { ${fields.join("\n")} } }`,
    variables,
  };
}

function shapeOf<Row>(
  root: Root,
  parts: readonly Pending<Row>[],
): z.ZodType<Record<string, Page<Row>>> {
  const shape = z.object(
    Object.fromEntries(
      parts.map((part) => {
        const content = page(part.row, part.rowsAre ?? "nodes");
        return [
          part.alias,
          part.parent === undefined
            ? content
            : z.object({ page: content }).transform((p) => p.page),
        ];
      }),
    ),
  );
  return root === null
    ? shape
    : z.object({ project: shape }).transform((p) => p.project);
}

/**
 * Reads several connections in one request. Where some have more pages, these are read in further requests,
 * again all in one.
 *
 * `hasNextPage` is also true when the last page is exactly full; the empty page that follows ends it.
 *
 * @throws RejectedError `E_AYON_NOT_FOUND` for an unknown project; what `graphql` throws.
 */
export async function readParts<Row>(
  http: AyonHttp,
  root: Root,
  parts: readonly Part<Row>[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const found = new Map<string, Row[]>(parts.map((p) => [p.alias, []]));
  let pending: readonly Pending<Row>[] = parts.map((p) => ({
    ...p,
    after: null,
  }));
  while (pending.length > 0) {
    const pages = await graphql(http, {
      ...render(root, pending),
      data: shapeOf(root, pending),
      signal,
    });
    pending = pending.flatMap((part) => {
      const content = pages[part.alias];
      if (content === undefined) return [];
      found.get(part.alias)?.push(...content.rows);
      const { hasNextPage, endCursor } = content.pageInfo;
      // A cursor that does not move would ask for the same page for ever.
      return hasNextPage && endCursor !== null && endCursor !== part.after
        ? [{ ...part, after: endCursor }]
        : [];
    });
  }
  return found;
}

/** All rows of one connection. */
export async function readAll<Row>(
  http: AyonHttp,
  root: Root,
  part: Omit<Part<Row>, "alias">,
  signal?: AbortSignal,
): Promise<readonly Row[]> {
  const found = await readParts(
    http,
    root,
    [{ ...part, alias: "rows" }],
    signal,
  );
  return found.get("rows") ?? [];
}
