import type { Plain } from "../../../core/action.ts";
import {
  checkBox,
  choiceOf,
  choicesIn,
  choicesOf,
  dateField,
  flagIn,
  numberField,
  numberIn,
  textField,
  textIn,
  type FormItem,
  type FormOption,
  type FormValues,
} from "../../../core/form.ts";
import type { AyonAttribute } from "../../../core/ports.ts";

const NOT_ASKED = new Set([
  "ftrackId",
  "ftrackPath",
  "startDate",
  "endDate",
  "description",
]);
const PREFIX = "attr_";

type Value = string | number | boolean | null | readonly string[];

/** Attributes a form can ask for, in the order of AYON. */
export function askable(
  attributes: readonly AyonAttribute[],
): readonly AyonAttribute[] {
  return attributes.filter(
    (attribute) =>
      attribute.scope.includes("project") &&
      !NOT_ASKED.has(attribute.name) &&
      itemFor(attribute, null) !== null,
  );
}

function optionsOf({ enum: options }: AyonAttribute): readonly FormOption[] {
  return (options ?? []).map(({ label, value }) => ({
    label,
    value: String(value),
  }));
}

/** A field with the value that stands, or null for a type that no field can hold. */
export function itemFor(
  attribute: AyonAttribute,
  value: unknown,
): FormItem | null {
  const name = `${PREFIX}${attribute.name}`;
  const title = attribute.title ?? attribute.name;
  const text = typeof value === "string" ? value : "";
  switch (attribute.type) {
    case "integer":
    case "float":
      return numberField(name, title, typeof value === "number" ? value : null);
    case "boolean":
      return checkBox(name, title, value === true);
    case "datetime":
      return dateField(name, title, text === "" ? null : text);
    case "string":
      return attribute.enum === null
        ? textField(name, title, text)
        : choiceOf(name, title, optionsOf(attribute), text);
    case "list_of_strings":
      return attribute.enum === null
        ? null
        : choicesOf(
            name,
            title,
            optionsOf(attribute),
            Array.isArray(value) ? value.map(String) : [],
          );
    default:
      return null;
  }
}

export interface Typed {
  /** By the names of the attributes; null for a field that was left empty. */
  readonly values: Readonly<Record<string, Value>>;
  /** One sentence per value that AYON would not take. */
  readonly problems: readonly string[];
}

/** What was typed in, as AYON takes it. */
export function typedIn(
  attributes: readonly AyonAttribute[],
  values: FormValues,
): Typed {
  const problems: string[] = [];
  const typed = attributes.map((attribute): [string, Value] => {
    const value = valueIn(attribute, values);
    const problem = value === null ? null : problemWith(attribute, value);
    if (problem !== null)
      problems.push(`${attribute.title ?? attribute.name} ${problem}.`);
    const text = textIn(values, `${PREFIX}${attribute.name}`);
    const isNumber = ["integer", "float"].includes(attribute.type);
    if (isNumber && value === null && text !== "")
      problems.push(`${attribute.title ?? attribute.name} is not a number.`);
    return [attribute.name, value];
  });
  return { values: Object.fromEntries(typed), problems };
}

function valueIn(attribute: AyonAttribute, values: FormValues): Value {
  const name = `${PREFIX}${attribute.name}`;
  switch (attribute.type) {
    case "integer":
    case "float":
      return numberIn(values, name);
    case "boolean":
      return flagIn(values, name);
    case "list_of_strings":
      return choicesIn(values, name);
    default: {
      const text = textIn(values, name);
      return text === "" ? null : text;
    }
  }
}

function problemWith(a: AyonAttribute, value: Value): string | null {
  if (typeof value === "number") {
    if (a.type === "integer" && !Number.isInteger(value))
      return "must be a whole number";
    if (a.ge !== null && value < a.ge) return `must be at least ${a.ge}`;
    if (a.gt !== null && value <= a.gt) return `must be more than ${a.gt}`;
    if (a.le !== null && value > a.le) return `must be at most ${a.le}`;
    if (a.lt !== null && value >= a.lt) return `must be less than ${a.lt}`;
  }
  if (typeof value === "string" && a.enum === null) {
    if (a.minLength !== null && value.length < a.minLength)
      return `must have at least ${a.minLength} characters`;
    if (a.maxLength !== null && value.length > a.maxLength)
      return `must have at most ${a.maxLength} characters`;
  }
  return null;
}

export function asPlain(values: Typed["values"]): Record<string, Plain> {
  return { ...values };
}
