import type { FtrackId } from "./ids.ts";
import type { AyonAttribute } from "./ports.ts";
import type { AttributeConfiguration } from "./reference.ts";

/** One row of the setting `custom_attributes.attributes_mapping`. */
export interface MappingRow {
  /** Name of the AYON attribute. */
  readonly name: string;
  readonly attr_type: "hierarchical" | "standard";
  readonly hierarchical: string;
  readonly standard: readonly string[];
}

export interface AttributesMapping {
  readonly enabled: boolean;
  readonly mapping: readonly MappingRow[];
}

/** An AYON attribute and the definitions of Ftrack attributes that may feed it, best first. */
export interface AttributeBinding {
  readonly attribute: AyonAttribute;
  readonly configurations: readonly AttributeConfiguration[];
}

/** Groups of Ftrack attributes that are ours without a mapping. */
const OWN_GROUPS = ["ayon", "openpype"];

/** Those of this project and the global ones, the project's own first. */
function ofProject(
  configurations: readonly AttributeConfiguration[],
  projectId: FtrackId,
): AttributeConfiguration[] {
  return [
    ...configurations.filter((c) => c.projectId === projectId),
    ...configurations.filter((c) => c.projectId === null),
  ];
}

function ofRow(
  row: MappingRow,
  configurations: readonly AttributeConfiguration[],
): AttributeConfiguration[] {
  if (row.attr_type === "hierarchical")
    return configurations.filter(
      (c) => c.isHierarchical && c.key === row.hierarchical,
    );
  return row.standard.flatMap((key) =>
    configurations.filter((c) => !c.isHierarchical && c.key === key),
  );
}

/**
 * Which Ftrack attribute feeds which AYON attribute in one project (FS-49).
 *
 * With the mapping switched off, hierarchical attributes feed the AYON attribute of the same name when that
 * is built in, or when the Ftrack attribute is in the group `ayon` or `openpype`. Names AYON does not know
 * are left out.
 */
export function bindings(
  setting: AttributesMapping,
  configurations: readonly AttributeConfiguration[],
  attributes: readonly AyonAttribute[],
  projectId: FtrackId,
): AttributeBinding[] {
  const candidates = ofProject(configurations, projectId);
  return attributes.flatMap((attribute) => {
    const row = setting.mapping.find((r) => r.name === attribute.name);
    const found = setting.enabled
      ? row === undefined
        ? []
        : ofRow(row, candidates)
      : candidates.filter(
          (c) =>
            c.isHierarchical &&
            c.key === attribute.name &&
            (attribute.builtin ||
              OWN_GROUPS.includes((c.group ?? "").toLowerCase())),
        );
    return found.length === 0 ? [] : [{ attribute, configurations: found }];
  });
}

/**
 * The definition that holds for entities of a kind; null when none does.
 *
 * @param entityType - legacy name: `task` for every typed context, `show` for projects
 */
export function configurationFor(
  binding: AttributeBinding,
  entityType: string,
  objectTypeId: FtrackId | null,
): AttributeConfiguration | null {
  const found = binding.configurations.find(
    (c) =>
      c.isHierarchical ||
      (c.entityType === entityType &&
        (c.objectTypeId === null || c.objectTypeId === objectTypeId)),
  );
  return found ?? null;
}
