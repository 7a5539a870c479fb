import type { GraphQLFieldResolver } from "graphql";
import type { JsonObject } from "../json.ts";
import type { GraphContext } from "./context.ts";

/** Resolves one field of a node. */
export type Resolver<N> = (
  node: N,
  args: JsonObject,
  context: GraphContext,
) => unknown;

/** Fields of a type that are not simply a column of its row. */
export type Resolvers<N> = Readonly<Record<string, Resolver<N>>>;

/** Type name → its resolvers. */
export type ResolverMap = Readonly<Record<string, Resolvers<never>>>;

/** Takes the type's own resolver, else the column of this name in the node's row, else the node's own field. */
export function fieldResolver(
  map: ResolverMap,
): GraphQLFieldResolver<unknown, GraphContext> {
  return (source, args, context, info) => {
    const own = map[info.parentType.name]?.[info.fieldName] as
      Resolver<unknown> | undefined;
    if (own !== undefined) return own(source, args as JsonObject, context);
    const node = (source ?? {}) as { readonly row?: JsonObject } & JsonObject;
    return node.row?.[info.fieldName] ?? node[info.fieldName] ?? null;
  };
}
