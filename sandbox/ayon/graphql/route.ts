import {
  execute,
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from "graphql";
import type { AttributeLibrary } from "../entities/attributes.ts";
import { ApiError } from "../errors.ts";
import { actorFrom, jsonBody, type App } from "../http.ts";
import { asObject, asString, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { ACTIVITY_RESOLVERS } from "./activities.ts";
import { createContext, type GraphContext } from "./context.ts";
import { EVENT_RESOLVERS } from "./events.ts";
import { LINK_RESOLVERS } from "./links.ts";
import { LIST_RESOLVERS } from "./lists.ts";
import { PROJECT_RESOLVERS } from "./projects.ts";
import { fieldResolver, type ResolverMap } from "./resolve.ts";
import { ENTITY_RESOLVERS } from "./resolvers-entities.ts";
import { createSchema } from "./schema.ts";
import { USER_RESOLVERS } from "./users.ts";

const RESOLVERS: ResolverMap = {
  ...PROJECT_RESOLVERS,
  ...ENTITY_RESOLVERS,
  ...LINK_RESOLVERS,
  ...ACTIVITY_RESOLVERS,
  ...USER_RESOLVERS,
  ...EVENT_RESOLVERS,
  ...LIST_RESOLVERS,
};

/** Parsed queries kept, oldest dropped first: clients send the same few texts over and over. */
const MAX_DOCUMENTS = 200;

type Prepared =
  | { readonly document: DocumentNode }
  | { readonly errors: readonly GraphQLError[] };

export function graphqlRoute(app: App, sandbox: Sandbox): void {
  let built: { attributes: AttributeLibrary; schema: GraphQLSchema } | null =
    null;
  let documents = new Map<string, Prepared>();
  const resolve = fieldResolver(RESOLVERS);

  const schemaNow = (): GraphQLSchema => {
    if (built?.attributes !== sandbox.attributes) {
      built = {
        attributes: sandbox.attributes,
        schema: createSchema(sandbox.attributes),
      };
      documents = new Map();
    }
    return built.schema;
  };

  const prepare = (text: string, schema: GraphQLSchema): Prepared => {
    let prepared = documents.get(text);
    if (prepared === undefined) {
      prepared = parseAndCheck(text, schema);
      const oldest = documents.keys().next().value;
      if (documents.size >= MAX_DOCUMENTS && oldest !== undefined)
        documents.delete(oldest);
      documents.set(text, prepared);
    }
    return prepared;
  };

  app.post("/graphql", async (request, reply) => {
    const actor = actorFrom(request);
    const body = asObject(jsonBody(request));
    const text = asString(body["query"]);
    if (text === null)
      return reply.code(400).send("No GraphQL query found in the request");
    const schema = schemaNow();
    const prepared = prepare(text, schema);
    if ("errors" in prepared)
      return { data: null, errors: prepared.errors.map(errorBody) };
    const contextValue: GraphContext = createContext(sandbox, actor);
    const result = await execute({
      schema,
      document: prepared.document,
      contextValue,
      variableValues: asObject(body["variables"]),
      operationName: asString(body["operationName"]),
      fieldResolver: resolve,
      typeResolver: (value) => (value as { typename?: string }).typename,
    });
    return answer(result);
  });
}

function parseAndCheck(text: string, schema: GraphQLSchema): Prepared {
  try {
    const document = parse(text);
    const errors = validate(schema, document);
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

/** Failures travel in a 200: `data` may be partial, `errors` says what is missing. */
function answer({ data, errors }: ExecutionResult): JsonObject {
  return errors === undefined
    ? { data }
    : { data: data ?? null, errors: errors.map(errorBody) };
}

function errorBody(error: GraphQLError): JsonObject {
  const cause = error.originalError;
  return {
    // The server's GraphQL library quotes names with single quotes.
    message:
      cause instanceof Error
        ? error.message
        : error.message.replaceAll('"', "'"),
    locations: error.locations,
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(cause instanceof ApiError
      ? { extensions: { status: cause.status } }
      : {}),
  };
}
