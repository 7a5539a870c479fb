import { z } from "zod";
import {
  type FieldNotes,
  fieldNotes,
  type Limits,
  limits,
  type ModelNotes,
  modelNotes,
} from "../../src/settings/addon/define.ts";

/** The definition of the settings as plain data, from which everything else is written. */
export interface SettingsModel {
  readonly notes: ModelNotes;
  readonly fields: readonly SettingsField[];
}

export interface SettingsField {
  readonly key: string;
  readonly notes: FieldNotes;
  readonly limits: Limits;
  /** Not in the existing addon: said of the field itself, of its block, or of a block around it. */
  readonly isOwn: boolean;
  readonly type: SettingsType;
  /** Undefined: a row cannot go without a value. */
  readonly value: unknown;
}

export type SettingsType =
  | { readonly kind: "flag" | "text" | "integer" | "number" | "texts" }
  | { readonly kind: "block" | "rows"; readonly model: SettingsModel };

/**
 * Walks a definition.
 *
 * @throws Error for a field without notes or of a type that AYON's settings do not know: a definition that cannot be written out must not pass.
 */
export function settingsModel(
  schema: z.ZodObject,
  isInsideOwn = false,
): SettingsModel {
  const notes = modelNotes.get(schema);
  if (notes === undefined)
    throw new Error(
      `A model has no notes: ${Object.keys(schema.shape).join(", ")}`,
    );
  const isOwn = isInsideOwn || notes.isOwn === true;
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  return {
    notes,
    fields: Object.entries(shape).map(([key, field]) =>
      settingsField(key, field, isOwn, notes.name),
    ),
  };
}

/** Only what the existing addon does not have, with the blocks that lead there. */
export function ownPart(model: SettingsModel): SettingsModel {
  return {
    notes: model.notes,
    fields: model.fields.flatMap((field) => {
      if (field.isOwn) return [field];
      if (field.type.kind !== "block") return [];
      const inner = ownPart(field.type.model);
      if (inner.fields.length === 0) return [];
      return [{ ...field, type: { kind: "block", model: inner } }];
    }),
  };
}

/** The values of a fresh installation. */
export function defaultValues(model: SettingsModel): Record<string, unknown> {
  return Object.fromEntries(
    model.fields.map((field) => [
      field.key,
      field.type.kind === "block"
        ? defaultValues(field.type.model)
        : field.value,
    ]),
  );
}

/** All models, each before the models that contain it. */
export function modelsInside(model: SettingsModel): readonly SettingsModel[] {
  return [
    ...model.fields.flatMap((field) =>
      "model" in field.type ? modelsInside(field.type.model) : [],
    ),
    model,
  ];
}

function settingsField(
  key: string,
  schema: z.ZodType,
  isInsideOwn: boolean,
  where: string,
): SettingsField {
  const notes = fieldNotes.get(schema);
  if (notes === undefined)
    throw new Error(`${where}.${key} has no notes for people`);
  const isOwn = isInsideOwn || notes.isOwn === true;
  const type = settingsType(bare(schema), isOwn, `${where}.${key}`);
  const isModel = type.kind === "block" && type.model.notes.isOwn === true;
  const given = schema.safeParse(undefined);
  return {
    key,
    notes,
    // The registry's types take a regular expression apart.
    limits: (limits.get(schema) as Limits | undefined) ?? {},
    isOwn: isOwn || isModel,
    type,
    value: given.success ? given.data : undefined,
  };
}

function settingsType(
  schema: z.ZodType,
  isOwn: boolean,
  where: string,
): SettingsType {
  if (schema instanceof z.ZodBoolean) return { kind: "flag" };
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum)
    return { kind: "text" };
  if (schema instanceof z.ZodNumberFormat) return { kind: "integer" };
  if (schema instanceof z.ZodNumber) return { kind: "number" };
  if (schema instanceof z.ZodObject)
    return { kind: "block", model: settingsModel(schema, isOwn) };
  if (schema instanceof z.ZodArray) {
    const item = bare(schema.element as z.ZodType);
    if (item instanceof z.ZodObject)
      return { kind: "rows", model: settingsModel(item, isOwn) };
    if (item instanceof z.ZodString || item instanceof z.ZodEnum)
      return { kind: "texts" };
  }
  throw new Error(`${where}: AYON's settings have no such type`);
}

function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return bare(schema.unwrap() as z.ZodType);
  return schema;
}
