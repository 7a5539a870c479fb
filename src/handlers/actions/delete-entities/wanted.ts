/** What somebody asked to have deleted, and how much that is. */
import { z } from "zod";
import type { Reach } from "./reach.ts";

export const WHAT = {
  folders: "Folders, with all that lies in them",
  products: "Products of the selected folders",
  "products-below": "Products of the selected folders and of those in them",
} as const;

export const HOW = {
  archive: "Archive in AYON (they can be made active again there)",
  delete: "Delete in AYON, for ever",
} as const;

export const wanted = z.object({
  what: z.enum(["folders", "products", "products-below"]),
  how: z.enum(["archive", "delete"]),
  /** Names of products; none for folders. */
  names: z.array(z.string()),
});
export type Wanted = z.infer<typeof wanted>;

export const counts = z.object({
  contexts: z.number(),
  assets: z.number(),
  folders: z.number(),
  tasks: z.number(),
  products: z.number(),
  versions: z.number(),
});
export type Counts = z.infer<typeof counts>;

export function isDeep({ what }: Pick<Wanted, "what">): boolean {
  return what !== "products";
}

/** What of the reach is wanted: for products, those of the names, and nothing else. */
export function narrowed(reach: Reach, { what, names }: Wanted): Reach {
  if (what === "folders") return reach;
  const products = reach.products.filter(({ name }) => names.includes(name));
  const ids = new Set(products.map(({ id }) => id));
  return {
    ...reach,
    ...{ products, strangers: [] },
    assets: reach.assets.filter(({ name }) => names.includes(name)),
    versions: reach.versions.filter(({ productId }) => ids.has(productId)),
  };
}

export function countsOf(reach: Reach, { what }: Wanted): Counts {
  const isAboutFolders = what === "folders";
  return {
    contexts: isAboutFolders ? reach.contexts.length : 0,
    assets: reach.assets.length,
    folders: isAboutFolders ? reach.folders.length : 0,
    tasks: isAboutFolders ? reach.tasks.length : 0,
    products: reach.products.length,
    versions: reach.versions.length,
  };
}

/** Whether there is more of anything than when it was confirmed. */
export function hasGrown(now: Counts, then: Counts): boolean {
  return (
    now.contexts > then.contexts ||
    now.assets > then.assets ||
    now.folders > then.folders ||
    now.tasks > then.tasks ||
    now.products > then.products ||
    now.versions > then.versions
  );
}
