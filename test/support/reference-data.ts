import { ftrackId } from "../../src/core/ids.ts";
import type { AyonAttribute } from "../../src/core/ports.ts";
import type { AttributeConfiguration } from "../../src/core/reference.ts";

/** An AYON attribute; inherited, of folders, tasks and projects, without bounds, unless told otherwise. */
export function anAttribute(
  name: string,
  type: string,
  more: Partial<AyonAttribute> = {},
): AyonAttribute {
  return {
    name,
    type,
    scope: ["project", "folder", "task"],
    builtin: true,
    inherit: true,
    default: null,
    enum: null,
    gt: null,
    ge: null,
    lt: null,
    le: null,
    minLength: null,
    maxLength: null,
    regex: null,
    ...more,
  };
}

/** A definition of a custom attribute; hierarchical and of all projects unless told otherwise. */
export function aConfiguration(
  id: string,
  key: string,
  type: string,
  more: Partial<AttributeConfiguration> = {},
): AttributeConfiguration {
  return {
    id: ftrackId(id),
    key,
    label: key,
    entityType: "show",
    objectTypeId: null,
    projectId: null,
    isHierarchical: true,
    type,
    default: null,
    config: {},
    group: null,
    ...more,
  };
}
