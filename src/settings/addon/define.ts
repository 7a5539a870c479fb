import { z } from "zod";

/**
 * How the addon's settings are written down: every field is a zod schema with notes for people and for the
 * settings page of AYON. From the same definition come the parsed type, the defaults, the addon's settings
 * model and docs/settings.md.
 *
 * Keys keep the form in which AYON stores them (snake_case); they are what a studio's overrides refer to.
 */

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Values that only the server knows, offered by the settings page. */
export type Picker = "secrets" | "folder-link-types";

export interface FieldNotes {
  readonly title: string;
  readonly description?: string;
  /** Heading above this field. */
  readonly section?: string;
  /** Levels at which it can be set. @defaultValue studio and project */
  readonly scope?: readonly ("studio" | "project")[];
  readonly widget?: "textarea" | "time";
  readonly placeholder?: string;
  readonly choices?: readonly Choice[] | Picker;
  /** The chosen value names the one sibling field that is shown. */
  readonly isConditional?: true;
  /** Key of the rows of a list whose values must differ. */
  readonly uniqueBy?: string;
  /** Not part of the ftrack addon of Ynput: a stored override of it does not exist before ours. */
  readonly isOwn?: true;
}

export interface ModelNotes {
  /** Name of the model in the addon; one shape per name. */
  readonly name: string;
  readonly description?: string;
  /** An override holds the whole block, not single fields. */
  readonly isGroup?: true;
  readonly layout?: "expanded" | "compact";
  readonly isOwn?: true;
}

/** Notes of fields, keyed by the schema that stands in a model's shape. */
export const fieldNotes = z.registry<FieldNotes>();
/** Notes of models, keyed by their object schema. */
export const modelNotes = z.registry<ModelNotes>();

/** Constraints that the addon's model repeats. */
export interface Limits {
  readonly min?: number;
  readonly pattern?: RegExp;
}

export const limits = z.registry<Limits>();

export type Model<Shape extends z.ZodRawShape> = z.ZodObject<Shape>;

export function model<Shape extends z.ZodRawShape>(
  notes: ModelNotes,
  shape: Shape,
): Model<Shape> {
  return z.object(shape).register(modelNotes, notes);
}

export function flag(
  value: boolean,
  notes: FieldNotes,
): z.ZodDefault<z.ZodBoolean> {
  return z.boolean().default(value).register(fieldNotes, notes);
}

export function text(
  value: string,
  notes: FieldNotes,
): z.ZodDefault<z.ZodString> {
  return z.string().default(value).register(fieldNotes, notes);
}

/** Text of a fixed form. `pattern` has to hold for the whole value. */
export function patterned(
  value: string,
  pattern: RegExp,
  notes: FieldNotes,
): z.ZodDefault<z.ZodString> {
  return z
    .string()
    .regex(pattern)
    .default(value)
    .register(fieldNotes, notes)
    .register(limits, { pattern });
}

export function whole(
  value: number,
  min: number,
  notes: FieldNotes,
): z.ZodDefault<z.ZodInt> {
  return z
    .int()
    .min(min)
    .default(value)
    .register(fieldNotes, notes)
    .register(limits, { min });
}

/** A word that has to pass a test of ours; the server's model does not know it. */
export function tested(
  value: string,
  test: (value: string) => boolean,
  message: string,
  notes: FieldNotes,
): z.ZodDefault<z.ZodString> {
  return z
    .string()
    .refine(test, message)
    .default(value)
    .register(fieldNotes, notes);
}

/** Any whole number. */
export function integer(
  value: number,
  notes: FieldNotes,
): z.ZodDefault<z.ZodInt> {
  return z.int().default(value).register(fieldNotes, notes);
}

export function decimal(
  value: number,
  notes: FieldNotes,
): z.ZodDefault<z.ZodNumber> {
  return z.number().default(value).register(fieldNotes, notes);
}

/** One of a few words. */
export function choice<const Words extends readonly [Choice, ...Choice[]]>(
  value: Words[number]["value"],
  choices: Words,
  notes: Omit<FieldNotes, "choices">,
): z.ZodDefault<z.ZodEnum<Record<string, Words[number]["value"]>>> {
  const words = Object.fromEntries(
    choices.map((c) => [c.value, c.value]),
  ) as Record<string, Words[number]["value"]>;
  return z
    .enum(words)
    .default(value)
    .register(fieldNotes, { ...notes, choices });
}

export function texts(
  value: readonly string[],
  notes: FieldNotes,
): z.ZodDefault<z.ZodArray<z.ZodString>> {
  return z
    .array(z.string())
    .default(() => [...value])
    .register(fieldNotes, notes);
}

/** Rows of a model. With `uniqueBy`, two rows of the same name are wrong, as they are on the server. */
export function rows<Row extends z.ZodObject>(
  row: Row,
  value: readonly z.input<Row>[],
  notes: FieldNotes,
): z.ZodPrefault<z.ZodArray<Row>> {
  const { uniqueBy } = notes;
  const list = z.array(row);
  const checked =
    uniqueBy === undefined
      ? list
      : list.superRefine((items, context) => {
          const seen = new Set<unknown>();
          for (const [index, item] of items.entries()) {
            const name = (item as Readonly<Record<string, unknown>>)[uniqueBy];
            if (seen.has(name))
              context.addIssue({
                code: "custom",
                path: [index, uniqueBy],
                message: "stands in an earlier row already",
              });
            seen.add(name);
          }
        });
  return checked.prefault(() => [...value]).register(fieldNotes, notes);
}

/** A block of settings; one that is missing has its defaults. */
export function block<Block extends z.ZodObject>(
  content: Block,
  notes: FieldNotes,
): z.ZodPrefault<Block> {
  const wrapped: z.ZodPrefault<Block> = z.prefault(
    content,
    {} as z.input<Block>,
  );
  fieldNotes.add(wrapped, notes);
  return wrapped;
}
