export interface Step {
  readonly name: string;
  /** Subtype the related entity is taken as: `parent[Shot]`. */
  readonly cast?: string;
}
export type Path = readonly Step[];

/** A literal as written. A quoted `none` is the text, an unquoted one the absence of a value. */
export interface Literal {
  readonly text: string;
  readonly quoted: boolean;
}

export type Comparison =
  "is" | "is_not" | "like" | "not_like" | ">" | "<" | ">=" | "<=";

export type Expression =
  | { readonly kind: "and" | "or"; readonly terms: readonly Expression[] }
  | { readonly kind: "not"; readonly term: Expression }
  | {
      readonly kind: "some";
      /** `has` asks a to-one relation, `any` a to-many one. */
      readonly relation: "has" | "any";
      readonly path: Path;
      readonly inner: Expression | undefined;
    }
  | {
      readonly kind: "compare";
      readonly path: Path;
      readonly comparison: Comparison;
      readonly value: Literal;
    }
  | {
      readonly kind: "in";
      readonly path: Path;
      readonly negated: boolean;
      readonly values: readonly Literal[] | Query;
    };

export interface Aggregate {
  readonly kind: "aggregate";
  readonly name: string;
  readonly path: Path;
}
export type Item = { readonly kind: "path"; readonly path: Path } | Aggregate;

export interface Ordering {
  readonly path: Path;
  readonly descending: boolean;
}

export interface Query {
  /** Absent without `select`: the type's default projections. */
  readonly items: readonly Item[] | undefined;
  readonly type: string;
  readonly where: Expression | undefined;
  readonly groupBy: readonly Path[];
  readonly orderBy: readonly Ordering[];
  readonly offset: number;
  readonly limit: number | undefined;
}
