import type { JsonObject } from "../json.ts";

/** One refusal, in the words of pydantic version 1, which clients match on. */
export interface FieldError {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

export type Loc = readonly (string | number)[];

/** A value that passed, coerced; or what is wrong with it. */
export type Checked =
  | { readonly value: unknown; readonly errors?: undefined }
  | { readonly errors: readonly FieldError[] };

export function fail(
  loc: Loc,
  msg: string,
  type: string,
  ctx?: JsonObject,
): Checked {
  return {
    errors: [ctx === undefined ? { loc, msg, type } : { loc, msg, type, ctx }],
  };
}
