/**
 * Forms of Ftrack's web client: what they are made of, and what comes back.
 *
 * Source: the official clients' documentation on user interfaces of actions. Values come back under the names
 * of their items; hidden ones and those of older clients may come back as text, whatever they were.
 */

export interface FormOption {
  readonly label: string;
  readonly value: string;
}

export type FormItem = Readonly<Record<string, unknown>> & {
  readonly type: string;
};

export type FormValues = Readonly<Record<string, unknown>>;

/** Text that is not to be taken for Markdown or HTML, which labels understand: names are data. */
export function plain(text: string): string {
  return text.replace(/[<>&*_`#[\]\\|~]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/**
 * Words beside a field. Some versions of the interface take them for HTML, others show them as they are, so
 * they hold nothing that could be a tag and nothing that is written in another way.
 */
function words(text: string): string {
  return text.replaceAll("<", "‹").replaceAll(">", "›");
}

function optionsOf(options: readonly FormOption[]): readonly FormOption[] {
  return options.map(({ label: text, value }) => ({
    label: words(text),
    value,
  }));
}

/** A paragraph of Markdown. What comes from outside goes through `plain` first. */
export function label(markdown: string): FormItem {
  return { type: "label", value: markdown };
}

export function heading(text: string): FormItem {
  return label(`## ${plain(text)}`);
}

export const divider: FormItem = label("---");

export function hidden(name: string, value: string): FormItem {
  return { type: "hidden", name, value };
}

export function textField(
  name: string,
  title: string,
  value = "",
  hint?: string,
): FormItem {
  return {
    ...{ type: "text", name, label: words(title), value },
    ...(hint === undefined ? {} : { empty_text: hint }),
  };
}

export function textArea(
  name: string,
  title: string,
  value = "",
  hint?: string,
): FormItem {
  return {
    ...{ type: "textarea", name, label: words(title), value },
    ...(hint === undefined ? {} : { empty_text: hint }),
  };
}

/** @param value - null leaves the field empty */
export function numberField(
  name: string,
  title: string,
  value: number | null,
): FormItem {
  return { type: "number", name, label: words(title), value: value ?? "" };
}

/** @param value - an ISO date; null leaves the field empty */
export function dateField(
  name: string,
  title: string,
  value: string | null,
): FormItem {
  return { type: "date", name, label: words(title), value: value ?? "" };
}

export function checkBox(
  name: string,
  title: string,
  value: boolean,
): FormItem {
  return { type: "boolean", name, label: words(title), value };
}

export function choiceOf(
  name: string,
  title: string,
  options: readonly FormOption[],
  value: string,
): FormItem {
  return {
    type: "enumerator",
    name,
    label: words(title),
    data: optionsOf(options),
    value,
  };
}

export function choicesOf(
  name: string,
  title: string,
  options: readonly FormOption[],
  value: readonly string[],
): FormItem {
  return {
    ...{
      type: "enumerator",
      name,
      label: words(title),
      data: optionsOf(options),
    },
    ...{ value, multi_select: true },
  };
}

function at(values: FormValues, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** The text of a field, without blanks around it; "" when it is not there. */
export function textIn(values: FormValues, name: string): string {
  const value = at(values, name);
  if (typeof value === "string") return value.trim();
  if (typeof value === "number" || typeof value === "boolean")
    return String(value);
  // A choice of one may come as a list of one.
  if (Array.isArray(value) && value.length === 1 && isText(value[0]))
    return value[0].trim();
  return "";
}

export function flagIn(values: FormValues, name: string): boolean {
  const value = at(values, name);
  if (typeof value === "string")
    return ["true", "1", "yes", "on"].includes(value.trim().toLowerCase());
  return value === true || value === 1;
}

/** Null when the field is empty or holds no number. */
export function numberIn(values: FormValues, name: string): number | null {
  const text = textIn(values, name);
  const number = text === "" ? Number.NaN : Number(text.replace(",", "."));
  return Number.isFinite(number) ? number : null;
}

/** What was chosen of several: as a list, as the JSON of one, or joined by commas. */
export function choicesIn(values: FormValues, name: string): readonly string[] {
  const value = at(values, name);
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== "string" || value.trim() === "") return [];
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed)) return parsed.map(String);
  } catch {
    // No JSON: names joined by commas.
  }
  return value.split(",").map((part) => part.trim());
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
