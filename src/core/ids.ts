import { createHash } from "node:crypto";

/** Brands, so that the ids of the two servers, both strings, cannot be swapped. */
declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** Id of an Ftrack entity: usually a dashed lower-case uuid, but any string is accepted from the wire. */
export type FtrackId = Brand<string, "FtrackId">;
/** Id of an AYON entity: 32 hex digits, lower case, no dashes. */
export type AyonId = Brand<string, "AyonId">;
/** Name of an AYON project; equals the `full_name` of the Ftrack project. */
export type ProjectName = Brand<string, "ProjectName">;

/** Marks a string as an Ftrack id. No check: use where the wire says it is one. */
export function ftrackId(value: string): FtrackId {
  return value as FtrackId;
}

/** Marks a string as an AYON id. No check: use where the server says it is one. */
export function ayonId(value: string): AyonId {
  return value as AyonId;
}

export function projectName(value: string): ProjectName {
  return value as ProjectName;
}

/** A uuid, dashed or not, as AYON writes ids; null when the text is not a uuid. */
export function toAyonId(value: string): AyonId | null {
  const hex = value.replaceAll("-", "").toLowerCase();
  return /^[0-9a-f]{32}$/.test(hex) ? (hex as AyonId) : null;
}

/**
 * An AYON id that is always the same for the same seed: a create that is tried again after an answer was
 * lost meets its own id instead of making a second entity.
 */
export function deriveAyonId(seed: string): AyonId {
  return createHash("sha256").update(seed).digest("hex").slice(0, 32) as AyonId;
}

/** An id for an entity of Ftrack that is always the same for the same seed. */
export function deriveFtrackId(seed: string): FtrackId {
  const hex = createHash("sha256").update(seed).digest("hex").slice(0, 32);
  return ftrackId(
    hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  );
}
