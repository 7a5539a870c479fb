import { RequestValidationError } from "../errors.ts";
import { asArray, asString, isObject } from "../json.ts";
import { checkField } from "./field.ts";
import { fail, type FieldError, type Loc } from "./outcome.ts";

export const OPERATORS = [
  "eq",
  "like",
  "lt",
  "gt",
  "lte",
  "gte",
  "ne",
  "isnull",
  "notnull",
  "in",
  "notin",
  "includes",
  "excludes",
  "includesall",
  "excludesall",
  "includesany",
  "excludesany",
];

/** Upper case and separators do not count: `not-in` is `notin`. */
export function plainOperator(given: string): string {
  return given.toLowerCase().replaceAll(/[-_]/g, "");
}

/**
 * A QueryFilter in the body of a request, of the right form.
 *
 * @throws RequestValidationError
 */
export function checkFilter(filter: unknown): void {
  const errors = filterErrors(filter, ["body", "filter"]);
  if (errors.length > 0) throw new RequestValidationError(errors);
}

function filterErrors(filter: unknown, loc: Loc): readonly FieldError[] {
  if (!isObject(filter)) return [];
  return [
    ...operatorErrors(filter["operator"], ["and", "or"], loc),
    ...asArray(filter["conditions"]).flatMap((condition, i) => {
      const at = [...loc, "conditions", i];
      return isObject(condition) && Array.isArray(condition["conditions"])
        ? filterErrors(condition, at)
        : conditionErrors(condition, at);
    }),
  ];
}

function conditionErrors(condition: unknown, loc: Loc): readonly FieldError[] {
  if (!isObject(condition)) return [];
  const { value, operator } = condition;
  const refused = operatorErrors(operator, OPERATORS, loc);
  if (refused.length > 0) return refused;
  const problem = valueProblem(
    plainOperator(asString(operator) ?? "eq"),
    value,
  );
  return problem === null
    ? []
    : (fail([...loc, "__root__"], problem, "value_error").errors ?? []);
}

function operatorErrors(
  operator: unknown,
  permitted: readonly string[],
  loc: Loc,
): readonly FieldError[] {
  const field = { name: "operator", kind: "string", permitted } as const;
  const at = [...loc, "operator"];
  const plain =
    typeof operator === "string" ? plainOperator(operator) : operator;
  return checkField(field, plain, at).errors ?? [];
}

/** What is wrong with a condition's value; null when nothing is. */
export function valueProblem(operator: string, value: unknown): string | null {
  if (["in", "notin"].includes(operator) && !Array.isArray(value))
    return "Value must be a list";
  const needsNone = operator === "isnull" || operator === "notnull";
  return !needsNone && (value === null || value === undefined)
    ? "Value cannot be null"
    : null;
}
