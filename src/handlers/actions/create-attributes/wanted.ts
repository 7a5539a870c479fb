import { z } from "zod";
import {
  MANDATORY_ATTRIBUTES,
  type MandatoryAttribute,
  type MandatoryKey,
} from "../../../core/mandatory-attributes.ts";
import type { AyonAttribute } from "../../../core/ports.ts";

export interface Option {
  readonly menu: string;
  readonly value: string;
}

export type WantedType =
  | { readonly name: "text" | "boolean" | "date" }
  | { readonly name: "number"; readonly isDecimal: boolean }
  | {
      readonly name: "enumerator";
      readonly isMulti: boolean;
      readonly options: readonly Option[];
    };

/** A custom attribute as it should be in Ftrack. */
export interface Wanted {
  readonly key: string;
  readonly label: string;
  /** Legacy name; hierarchical ones are registered for projects. */
  readonly entityType: "show" | "list";
  readonly isHierarchical: boolean;
  readonly type: WantedType;
  readonly default?: unknown;
  /** Names of roles; an empty list means all. */
  readonly readRoles: readonly string[];
  readonly writeRoles: readonly string[];
}

interface RoleNames {
  readonly read_security_roles: readonly string[];
  readonly write_security_roles: readonly string[];
}

export interface AttributeSettings {
  readonly mandatory_attributes: Readonly<Record<MandatoryKey, RoleNames>>;
  readonly attributes_mapping: {
    readonly mapping: readonly {
      readonly name: string;
      readonly attr_type: string;
      readonly hierarchical: string;
    }[];
  };
  readonly export_attributes: readonly string[];
}

const choiceConfig = z.object({
  multiSelect: z.boolean(),
  data: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.object({ menu: z.string(), value: z.string() }))),
});

function typeOf({ type, config }: MandatoryAttribute): WantedType {
  if (type !== "enumerator") return { name: type };
  const { multiSelect, data } = choiceConfig.parse(JSON.parse(config));
  return { name: type, isMulti: multiSelect, options: data };
}

/** What the service itself keeps in Ftrack. */
export function mandatoryAttributes(
  settings: Pick<AttributeSettings, "mandatory_attributes">,
): readonly Wanted[] {
  return Object.values(MANDATORY_ATTRIBUTES).map((attribute): Wanted => {
    const roles = settings.mandatory_attributes[attribute.key];
    return {
      key: attribute.key,
      label: attribute.label,
      entityType: attribute.entityType,
      isHierarchical: attribute.isHierarchical,
      type: typeOf(attribute),
      default: attribute.default,
      readRoles: roles.read_security_roles,
      writeRoles: roles.write_security_roles,
    };
  });
}

/** Kept in fields of their own in Ftrack, or by the service. */
const ELSEWHERE = new Set([
  "startDate",
  "endDate",
  "description",
  "priority",
  "ftrackId",
  "ftrackPath",
]);
const SCOPES = ["project", "folder", "task"];

/** How values of an AYON attribute are held in Ftrack; null when there is no way. */
function typeFor(attribute: AyonAttribute): WantedType | null {
  const options = attribute.enum?.map(({ value, label }) => ({
    menu: label,
    value: String(value),
  }));
  switch (attribute.type) {
    case "integer":
      return { name: "number", isDecimal: false };
    case "float":
      return { name: "number", isDecimal: true };
    case "boolean":
      return { name: "boolean" };
    case "datetime":
      return { name: "date" };
    case "string":
      return options === undefined
        ? { name: "text" }
        : { name: "enumerator", isMulti: false, options };
    case "list_of_strings":
    case "list_of_integers":
      return options === undefined
        ? null
        : { name: "enumerator", isMulti: true, options };
    default:
      return null;
  }
}

export interface Exported {
  readonly wanted: readonly Wanted[];
  /** Names that were asked for, and why they cannot be had. */
  readonly impossible: readonly {
    readonly name: string;
    readonly why: string;
  }[];
}

/** The AYON attributes chosen in the settings, as hierarchical attributes; the built-in ones when none is. */
export function ayonAttributes(
  settings: AttributeSettings,
  attributes: readonly AyonAttribute[],
): Exported {
  const { export_attributes: chosen } = settings;
  const byName = new Map(attributes.map((a) => [a.name, a]));
  const names =
    chosen.length > 0
      ? [...new Set(chosen)]
      : attributes
          .filter(
            (a) =>
              a.builtin &&
              !ELSEWHERE.has(a.name) &&
              a.scope.some((scope) => SCOPES.includes(scope)) &&
              typeFor(a) !== null,
          )
          .map((a) => a.name);
  const wanted: Wanted[] = [];
  const impossible: { name: string; why: string }[] = [];
  for (const name of names) {
    const attribute = byName.get(name);
    const type = attribute === undefined ? null : typeFor(attribute);
    if (attribute === undefined)
      impossible.push({ name, why: "AYON has no such attribute." });
    else if (ELSEWHERE.has(name))
      impossible.push({ name, why: "Ftrack keeps it in a field of its own." });
    else if (type === null)
      impossible.push({
        name,
        why: `Ftrack has no attribute for AYON's ${attribute.type}${attribute.enum === null ? " without options" : ""}.`,
      });
    else
      wanted.push({
        key: keyOf(name, settings),
        label: attribute.title ?? name,
        entityType: "show",
        isHierarchical: true,
        type,
        readRoles: [],
        writeRoles: [],
      });
  }
  return { wanted, impossible };
}

/** The key under which the mapping looks for it. */
function keyOf(name: string, settings: AttributeSettings): string {
  const row = settings.attributes_mapping.mapping.find((r) => r.name === name);
  return row?.attr_type === "hierarchical" && row.hierarchical !== ""
    ? row.hierarchical
    : name;
}
