import fc from "fast-check";

/** Text that has broken programs before. */
const NASTY = [
  ...["__proto__", "constructor", "prototype", "hasOwnProperty", "toString"],
  ...["", " ", '"', "'", "\\", '\\"', "%", "%00", "\u0000", "\n", "..", "."],
  ...['" or name like "%', "'); drop table", "../../etc/passwd", "a/b?c#d&e=f"],
  ...["{project}", "*", "null", "undefined", "NaN", "\ud800", "\u202etxet"],
  ...["ünïcödé 場面 🎬", "<script>", "2024-01-01T00:00:00", "1e999"],
  "x".repeat(10_000),
] as const;

export const hostileText = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...NASTY) },
  fc.string({ unit: "binary" }),
);

/** Any JSON, with such text as values and as names of fields. */
export const hostileJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    hostileText,
    fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.boolean()),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(hostileText, tie("value")), { maxLength: 4 })
      // As JSON.parse does it: `__proto__` is a field like any other.
      .map((entries) => Object.fromEntries(entries) as unknown),
  ),
})).value;

type Place = readonly (string | number)[];

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, v]) =>
    placesIn(v, [...at, key]),
  );
  return [at, ...inner];
}

function put(value: unknown, at: Place, what: unknown): unknown {
  const [key, ...rest] = at;
  if (key === undefined) return what;
  const copy: unknown = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as object) };
  const inner = (value as Record<string, unknown>)[key];
  (copy as Record<string, unknown>)[key] = put(inner, rest, what);
  return copy;
}

/** Something valid, with up to three places replaced by anything at all. */
export function spoilt(valid: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(valid);
  return fc
    .array(fc.tuple(fc.constantFrom(...places), hostileJson), {
      minLength: 1,
      maxLength: 3,
    })
    .map((spoils) =>
      spoils.reduce(
        (value, [at, what]) =>
          // An earlier one may have taken the place away.
          reaches(value, at) ? put(value, at, what) : value,
        valid,
      ),
    );
}

function reaches(value: unknown, at: Place): boolean {
  let inner = value;
  for (const key of at) {
    if (typeof inner !== "object" || inner === null) return false;
    if (!Object.hasOwn(inner, key)) return false;
    inner = (inner as Record<string, unknown>)[key];
  }
  return true;
}

/** True while nobody has changed what all objects inherit. */
export function isPrototypeClean(): boolean {
  return (
    Object.keys(Object.prototype).length === 0 &&
    Object.getPrototypeOf({}) === Object.prototype &&
    Object.keys(Array.prototype).length === 0
  );
}
