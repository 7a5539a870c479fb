import { attributeTypes, type AttributeType } from "../attributes/types.ts";
import type { RawObject } from "../store/values.ts";
import { idOf, objectTypes } from "./ids.ts";
import { roleId } from "./people.ts";
import type { Make } from "./writer.ts";

interface Attribute {
  readonly type: AttributeType;
  readonly key: string;
  readonly label: string;
  readonly default?: string | number | boolean | readonly string[];
  readonly config?: RawObject;
}

const whole = { isdecimal: false };
const decimal = { isdecimal: true, precision: 3 };

function attribute(
  make: Make,
  id: string,
  where: RawObject,
  { type, key, label, config, ...rest }: Attribute,
): string {
  return make("CustomAttributeConfiguration", {
    id,
    key,
    label,
    type_id: attributeTypes[type],
    config: JSON.stringify(config ?? {}),
    default: rest.default ?? "",
    ...where,
  });
}

/** The attributes a default installation comes with, under their ids. */
export function sowStandardAttributes(make: Make): void {
  const shot = { entity_type: "task", object_type_id: objectTypes.Shot };
  const frames = (
    id: string,
    key: string,
    label: string,
    value: number,
  ): void => {
    attribute(make, id, shot, {
      type: "number",
      key,
      label,
      default: value,
      config: whole,
    });
  };
  frames("acd86546-4082-11e2-95b1-0019bb4983d8", "fstart", "Frame start", 1);
  frames("432bc746-4087-11e2-8250-0019bb4983d8", "fend", "Frame end", 1);
  frames("432bdfa6-4087-11e2-8250-0019bb4983d8", "handles", "Frame handles", 0);
  const rate = (id: string, where: RawObject, value: number): void => {
    attribute(make, id, where, {
      type: "number",
      key: "fps",
      label: "fps",
      default: value,
      config: decimal,
    });
  };
  rate("d25907a0-acb5-11e1-8668-f23c91df1211", shot, 25);
  rate(
    "d25532e2-acb5-11e1-8668-f23c91df1211",
    { entity_type: "task", object_type_id: objectTypes.Sequence },
    25,
  );
  rate("d25219d6-acb5-11e1-8668-f23c91df1211", { entity_type: "show" }, 24);
}

export function hierarchicalId(key: string): string {
  return idOf("hierarchical attribute", key);
}

/** Hierarchical attributes as a pipeline has them. */
export function sowHierarchicalAttributes(make: Make): void {
  const add = (key: string, rest: Omit<Attribute, "key" | "label">): void => {
    attribute(
      make,
      hierarchicalId(key),
      { entity_type: "show", is_hierarchical: true },
      { key, label: key, ...rest },
    );
  };
  for (const key of [
    "frameStart",
    "frameEnd",
    "handleStart",
    "handleEnd",
    "resolutionWidth",
    "resolutionHeight",
    "clipIn",
    "clipOut",
  ])
    add(key, { type: "number", config: whole });
  add("pixelAspect", { type: "number", config: decimal });
  add("delivery", { type: "date" });
  add("tools_env", {
    type: "enumerator",
    config: {
      multiSelect: true,
      data: JSON.stringify(
        ["maya", "nuke", "houdini"].map((value) => ({ menu: value, value })),
      ),
    },
  });
}

/** The attributes the synchronisation itself needs. Absent from a studio that has not set it up. */
export function sowAyonAttributes(make: Make): void {
  const group = make("CustomAttributeGroup", {
    id: idOf("attribute group", "ayon"),
    name: "ayon",
  });
  const hierarchical = { entity_type: "show", is_hierarchical: true };
  const add = (
    where: RawObject,
    restricted: boolean,
    spec: Attribute,
  ): void => {
    const roles = (
      restricted
        ? (["API", "Administrator"] as const)
        : (["API", "Administrator", "Project manager", "User"] as const)
    ).map((name) => ({ id: roleId(name) }));
    attribute(
      make,
      idOf("ayon attribute", spec.key),
      {
        ...where,
        group_id: group,
        read_security_roles: roles,
        write_security_roles: roles,
      },
      spec,
    );
  };
  const text = { markdown: false };
  add(hierarchical, false, {
    type: "text",
    key: "ayon_id",
    label: "AYON ID",
    config: text,
  });
  add(hierarchical, false, {
    type: "text",
    key: "ayon_path",
    label: "AYON path",
    config: text,
  });
  add(hierarchical, true, {
    type: "boolean",
    key: "ayon_sync_failed",
    label: "AYON sync failed",
    default: false,
  });
  add({ entity_type: "show" }, true, {
    type: "boolean",
    key: "auto_sync_enabled",
    label: "AYON auto-sync",
    default: false,
  });
  add({ entity_type: "list" }, false, {
    type: "enumerator",
    key: "ayon_list_type",
    label: "AYON list type",
    default: ["folder"],
    config: {
      multiSelect: false,
      data: JSON.stringify(
        ["Folder", "Task", "Version"].map((menu) => ({
          menu,
          value: menu.toLowerCase(),
        })),
      ),
    },
  });
}
