import type { AyonType } from "../../../core/ports.ts";
import type { NamedRow } from "../../../core/reference.ts";
import { isSameName } from "../../../core/status.ts";

/** An entry of one of the AYON project's lists, as it is sent. */
export interface Entry {
  readonly name: string;
  /** AYON's way to rename an entry in use: entities follow. */
  readonly original_name?: string;
  readonly [key: string]: unknown;
}

/** An AYON name, and whether the project learns it by this very plan. */
export interface Word {
  readonly name: string;
  readonly isNew: boolean;
}

/** One of the AYON project's lists after what is missing was added. */
export interface Extended {
  readonly list: readonly Entry[];
  readonly isChanged: boolean;
  wordFor(name: string): Word | null;
}

/** A short name nobody has yet: the wanted one, else with a number. */
export function uniqueShortName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}${n}`;
  taken.add(name.toLowerCase());
  return name;
}

/**
 * Adds the types that are missing; never drops one.
 *
 * @param renames - also brings the case of names in line with Ftrack's (FS-5)
 */
export function extendTypes(
  known: readonly AyonType[],
  wanted: readonly NamedRow[],
  renames: boolean,
  make: (name: string) => Entry,
): Extended {
  const list: Entry[] = [...known];
  const news = new Set<string>();
  for (const { name } of wanted) {
    const at = list.findIndex((entry) => isSameName(entry.name, name));
    const entry = list[at];
    if (entry === undefined) {
      list.push(make(name));
      news.add(name);
    } else if (renames && entry.name !== name && !news.has(entry.name)) {
      list[at] = { ...entry, name, original_name: entry.name };
      news.add(name);
    }
  }
  return {
    list,
    isChanged: news.size > 0,
    wordFor(name) {
      const entry = list.find((e) => isSameName(e.name, name));
      return entry === undefined
        ? null
        : { name: entry.name, isNew: news.has(entry.name) };
    },
  };
}
