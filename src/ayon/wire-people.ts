import { z } from "zod";
import type { AyonUserRow } from "../core/ports.ts";
import { jsonObject, type Values } from "./json.ts";

const flag = z
  .boolean()
  .nullish()
  .transform((v) => v ?? false);

function groupsOf(values: Values): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([project, groups]) =>
      Array.isArray(groups)
        ? [[project, groups.filter((g): g is string => typeof g === "string")]]
        : [],
    ),
  );
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A user as GraphQL gives it. `data` is not offered there; `wireUser` has it. */
export const wireUserNode: z.ZodType<AyonUserRow> = z
  .object({
    name: z.string(),
    active: z.boolean().default(true),
    isAdmin: flag,
    isManager: flag,
    isService: flag,
    isGuest: flag,
    accessGroups: jsonObject,
    defaultAccessGroups: z.array(z.string()).nullish().default([]),
    allAttrib: jsonObject,
    updatedAt: z.string().default(""),
  })
  .transform(({ allAttrib, ...u }) => ({
    ...u,
    email: textOrNull(allAttrib["email"]),
    fullName: textOrNull(allAttrib["fullName"]),
    accessGroups: groupsOf(u.accessGroups),
    defaultAccessGroups: u.defaultAccessGroups ?? [],
    data: {},
  }));

export const USER_FIELDS =
  "name active isAdmin isManager isService isGuest accessGroups defaultAccessGroups allAttrib updatedAt";

/** Hashes of passwords and keys come along; they go no further. */
const PRIVATE = /password|apikey|token/i;

/** GET /api/users/\{name\}. */
export const wireUser: z.ZodType<AyonUserRow> = z
  .object({
    name: z.string(),
    active: z.boolean().default(true),
    attrib: jsonObject,
    data: jsonObject,
  })
  .transform(({ name, active, attrib, data }) => {
    const open = Object.fromEntries(
      Object.entries(data).filter(([key]) => !PRIVATE.test(key)),
    );
    const groups = data["accessGroups"];
    const defaults = data["defaultAccessGroups"];
    return {
      name,
      active,
      email: textOrNull(attrib["email"]),
      fullName: textOrNull(attrib["fullName"]),
      isAdmin: data["isAdmin"] === true,
      isManager: data["isManager"] === true,
      isService: data["isService"] === true,
      isGuest: data["isGuest"] === true,
      accessGroups: groupsOf(jsonObject.parse(groups ?? {})),
      defaultAccessGroups: Array.isArray(defaults)
        ? defaults.filter((g): g is string => typeof g === "string")
        : [],
      data: open,
    };
  });
