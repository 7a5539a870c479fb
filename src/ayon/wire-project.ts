import { z } from "zod";
import { projectName } from "../core/ids.ts";
import type {
  AyonAttribute,
  AyonProject,
  AyonStatus,
  AyonType,
} from "../core/ports.ts";
import { pick } from "./json.ts";

const text = z
  .string()
  .nullish()
  .transform((v) => v ?? "");
const strings = z.array(z.string()).nullish().default([]);
const record = z.record(z.string(), z.unknown()).nullish().default({});

/** A row that cannot be read is dropped: the project stays readable. */
function rowsOf<T>(row: z.ZodType<T>): z.ZodType<T[]> {
  return z
    .array(z.unknown())
    .nullish()
    .transform((rows) =>
      (rows ?? []).flatMap((r) => {
        const parsed = row.safeParse(r);
        return parsed.success ? [parsed.data] : [];
      }),
    );
}

/** Keeps what it does not know: the list goes back whole when it is changed. */
const type: z.ZodType<AyonType> = z
  .looseObject({
    name: z.string(),
    shortName: text,
    icon: text,
    color: z.string().nullish(),
  })
  .transform(({ color, ...rest }) =>
    color === null || color === undefined ? rest : { ...rest, color },
  );

/** What the server's own forms fill in where a status does not say. */
const COLOR = "#cacaca";
const EVERYTHING = [
  "folder",
  "product",
  "version",
  "representation",
  "task",
  "workfile",
];

/** No scope means that the status is for everything; an empty one, that it is for nothing. */
const status: z.ZodType<AyonStatus> = z.looseObject({
  name: z.string(),
  shortName: text,
  state: z
    .enum(["not_started", "in_progress", "done", "blocked"])
    .catch("not_started"),
  icon: text,
  color: z
    .string()
    .nullish()
    .transform((v) => v ?? COLOR),
  scope: z
    .array(z.string())
    .nullish()
    .transform((v) => v ?? EVERYTHING),
});

/** GET /api/projects/\{name\}. Unset keys are left out by the server. */
export const wireProject: z.ZodType<AyonProject> = z
  .object({
    name: z.string(),
    code: z.string(),
    active: z.boolean().default(true),
    library: z.boolean().default(false),
    folderTypes: rowsOf(type),
    taskTypes: rowsOf(type),
    statuses: rowsOf(status),
    tags: rowsOf(
      z.looseObject({
        name: z.string(),
        color: z
          .string()
          .nullish()
          .transform((v) => v ?? COLOR),
      }),
    ),
    linkTypes: rowsOf(z.object({ name: z.string(), linkType: z.string() })),
    attrib: record,
    data: record,
    ownAttrib: strings,
  })
  .transform(({ attrib, ownAttrib, ...p }) => ({
    ...p,
    name: projectName(p.name),
    data: p.data ?? {},
    own: pick(attrib ?? {}, ownAttrib ?? []),
  }));

export const wireProjects = z
  .object({
    projects: rowsOf(
      z.object({
        name: z.string().transform(projectName),
        code: z.string(),
        active: z.boolean().default(true),
      }),
    ),
  })
  .transform((answer) => answer.projects);

const numberOrNull = z
  .number()
  .nullish()
  .transform((v) => v ?? null);

const attribute: z.ZodType<AyonAttribute> = z
  .object({
    name: z.string(),
    scope: strings,
    builtin: z.boolean().default(false),
    data: z.object({
      type: z.string(),
      title: text,
      inherit: z.boolean().nullish(),
      default: z.unknown().optional(),
      enum: z
        .array(
          z.object({
            value: z.union([z.string(), z.number()]),
            label: text,
          }),
        )
        .nullish()
        .catch(null),
      gt: numberOrNull,
      ge: numberOrNull,
      lt: numberOrNull,
      le: numberOrNull,
      minLength: numberOrNull,
      maxLength: numberOrNull,
      regex: z
        .string()
        .nullish()
        .transform((v) => v ?? null),
    }),
  })
  .transform(({ name, scope, builtin, data }) => ({
    ...data,
    name,
    title: data.title === "" ? name : data.title,
    scope: scope ?? [],
    builtin,
    inherit: data.inherit ?? true,
    default: data.default ?? null,
    enum: data.enum ?? null,
  }));

/** GET /api/attributes. */
export const wireAttributes = z
  .object({ attributes: rowsOf(attribute) })
  .transform((answer) => answer.attributes);
