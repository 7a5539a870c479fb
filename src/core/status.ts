import { slug } from "./slug.ts";

/** Two statuses, types or roles have the same name when only the case differs. */
export function isSameName(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/**
 * The entry of that name, ignoring case; failing that, the one whose slug is the same, so that
 * `In-Progress` finds `In progress`.
 */
export function findByName<T extends { readonly name: string }>(
  entries: readonly T[],
  name: string,
): T | undefined {
  const exact = entries.find((entry) => isSameName(entry.name, name));
  if (exact !== undefined) return exact;
  const key = slug(name).toLowerCase();
  if (key === "") return undefined;
  return entries.find((entry) => slug(entry.name).toLowerCase() === key);
}
