import { transliterate } from "./transliterate.ts";

const SEPARATORS = /[ ,./\\;:!|*^#@~+\-_=]/;

/**
 * The AYON name of an Ftrack name: ASCII letters and digits joined by `_`, case kept.
 *
 * `sh-010`, `sh 010` and `_sh__010_` all give `sh_010`; `A (copy)` gives `A_copy`. Empty when nothing is
 * left (`***`); such a name cannot be brought over. What is not empty always passes AYON's rule for names.
 */
export function slug(name: string): string {
  return transliterate(name)
    .split(SEPARATORS)
    .map((piece) => piece.replace(/[^A-Za-z0-9]/g, ""))
    .filter((piece) => piece !== "")
    .join("_");
}

/** What two names must share to be the same name to AYON's database, which ignores case. */
export function sameNameKey(name: string): string {
  return name.toLowerCase();
}

/**
 * The AYON label of an Ftrack name; null when the name says it all.
 *
 * AYON refuses `'` and `;` in labels, so they become `’` and `,`.
 * Source: AYON label rule `^[^';]*$`.
 */
export function labelOf(name: string, ayonName: string): string | null {
  const label = name.replaceAll("'", "’").replaceAll(";", ",").trim();
  return label === "" || label === ayonName ? null : label;
}
