import { z } from "zod";

/**
 * The attribute `link` of a context or version, as a path: names from the project down, joined by "/".
 * Empty when the server gave none; a path is only shown to people.
 */
export const linkPath = z
  .array(z.looseObject({ name: z.string().catch("?") }))
  .nullish()
  .catch(null)
  .transform((items) => (items ?? []).map((item) => item.name).join("/"));
