import type { Change, Subject } from "../../../core/change.ts";
import { deriveFtrackId, type FtrackId } from "../../../core/ids.ts";
import { MANDATORY_GROUP } from "../../../core/mandatory-attributes.ts";
import { isSameName } from "../../../core/status.ts";
import type { Definition, DefinitionFacts } from "./facts.ts";
import type { Option, Wanted, WantedType } from "./wanted.ts";

/** Digits after the point of decimal numbers. */
const PRECISION = 6;

export interface AttributePlan {
  readonly changes: readonly Change[];
  /** What is done, in words, one line per attribute. */
  readonly lines: readonly string[];
  /** What stands in the way; the attribute is left as it is. */
  readonly problems: readonly string[];
}

/**
 * Makes what is missing, and mends what the service could not work with otherwise. Labels, defaults and roles
 * of what is there are the administrator's: roles are only ever narrowed, to those of the settings.
 */
export function planAttributes(
  wanted: readonly Wanted[],
  facts: DefinitionFacts,
): AttributePlan {
  const changes: Change[] = [];
  const lines: string[] = [];
  const problems: string[] = [];
  const group = facts.groups.find((g) => isSameName(g.name, MANDATORY_GROUP));
  const groupId =
    group?.id ?? deriveFtrackId(`attribute group ${MANDATORY_GROUP}`);

  for (const attribute of wanted) {
    const found = facts.definitions.filter((d) => isThis(d, attribute));
    const [only, ...others] = found;
    const read = rolesFor(attribute.readRoles, facts);
    const write = rolesFor(attribute.writeRoles, facts);
    const unknown = [...new Set([...read.unknown, ...write.unknown])];
    if (unknown.length > 0)
      problems.push(
        `${attribute.key}: the settings name roles that Ftrack does not have: ${unknown.join(", ")}.`,
      );
    if (read.isNobody || write.isNobody) continue;
    if (others.length > 0)
      problems.push(
        `${attribute.key}: ${found.length} attributes have this key; remove all but one.`,
      );
    else if (only === undefined) {
      const made = createOf(attribute, facts, groupId, read.ids, write.ids);
      if (made === null)
        problems.push(
          `${attribute.key}: this Ftrack has no attributes of type ${attribute.type.name}.`,
        );
      else {
        changes.push(made);
        lines.push(`${attribute.key}: new, ${wordsFor(attribute.type)}`);
      }
    } else if (isOther(only, attribute.type))
      problems.push(
        `${attribute.key}: there is an attribute of this key that is ${only.type}${only.config.isMulti ? " with several values" : ""} and not ${wordsFor(attribute.type)}. It is left alone; rename or remove it.`,
      );
    else {
      const { data, words } = differences(
        only,
        attribute,
        groupId,
        read.ids,
        write.ids,
      );
      if (words.length === 0) continue;
      lines.push(`${attribute.key}: ${words.join(", ")}`);
      changes.push({
        kind: "ftrack.update",
        id: only.id,
        subject: subjectOf(only.id, attribute),
        entityType: "CustomAttributeConfiguration",
        entityId: only.id,
        data,
      });
    }
  }
  if (group === undefined && changes.length > 0)
    changes.unshift({
      kind: "ftrack.create",
      id: groupId,
      subject: {
        ftrackId: groupId,
        path: MANDATORY_GROUP,
        type: "CustomAttributeGroup",
      },
      entityType: "CustomAttributeGroup",
      data: { id: groupId, name: MANDATORY_GROUP },
    });
  return { changes, lines, problems };
}

function subjectOf(id: FtrackId, { key }: Wanted): Subject {
  return { ftrackId: id, path: key, type: "CustomAttributeConfiguration" };
}

/** Those of a single project are that project's own affair. */
function isThis(found: Definition, wanted: Wanted): boolean {
  return (
    found.key === wanted.key &&
    found.isHierarchical === wanted.isHierarchical &&
    (wanted.isHierarchical || found.entityType === wanted.entityType) &&
    found.projectId === null
  );
}

function isOther(found: Definition, wanted: WantedType): boolean {
  if (!isSameName(found.type, wanted.name)) return true;
  return (
    wanted.name === "enumerator" && found.config.isMulti !== wanted.isMulti
  );
}

interface Roles {
  /** Null: all. */
  readonly ids: readonly FtrackId[] | null;
  readonly unknown: readonly string[];
  readonly isNobody: boolean;
}

function rolesFor(names: readonly string[], facts: DefinitionFacts): Roles {
  if (names.length === 0) return { ids: null, unknown: [], isNobody: false };
  const ids = facts.roles
    .filter((role) => names.some((name) => isSameName(name, role.name)))
    .map((role) => role.id);
  const unknown = names.filter(
    (name) => !facts.roles.some((role) => isSameName(name, role.name)),
  );
  return { ids, unknown, isNobody: ids.length === 0 };
}

function createOf(
  wanted: Wanted,
  facts: DefinitionFacts,
  groupId: FtrackId,
  read: readonly FtrackId[] | null,
  write: readonly FtrackId[] | null,
): Change | null {
  const type = facts.types.find((t) => isSameName(t.name, wanted.type.name));
  if (type === undefined) return null;
  const all = facts.roles.map((role) => role.id);
  const id = deriveFtrackId(
    `attribute ${wanted.key} ${wanted.entityType} ${String(wanted.isHierarchical)}`,
  );
  return {
    kind: "ftrack.create",
    id,
    subject: subjectOf(id, wanted),
    needs: [groupId],
    entityType: "CustomAttributeConfiguration",
    data: {
      id,
      key: wanted.key,
      label: wanted.label,
      type_id: type.id,
      entity_type: wanted.entityType,
      is_hierarchical: wanted.isHierarchical,
      group_id: groupId,
      config: JSON.stringify(configOf(wanted.type)),
      ...(wanted.default === undefined ? {} : { default: wanted.default }),
      read_security_roles: roleRows(read ?? all),
      write_security_roles: roleRows(write ?? all),
    },
  };
}

function roleRows(ids: readonly FtrackId[]): readonly object[] {
  return ids.map((id) => ({ __entity_type__: "SecurityRole", id }));
}

function configOf(type: WantedType): Readonly<Record<string, unknown>> {
  switch (type.name) {
    case "text":
      return { markdown: false };
    case "number":
      return type.isDecimal
        ? { isdecimal: true, precision: PRECISION }
        : { isdecimal: false };
    case "enumerator":
      return { multiSelect: type.isMulti, data: optionsText(type.options) };
    case "boolean":
    case "date":
      return {};
  }
}

/** JSON within JSON: so the server wants it. */
function optionsText(options: readonly Option[]): string {
  return JSON.stringify(options.map(({ menu, value }) => ({ menu, value })));
}

function differences(
  found: Definition,
  { type }: Wanted,
  groupId: FtrackId,
  read: readonly FtrackId[] | null,
  write: readonly FtrackId[] | null,
): {
  readonly data: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
} {
  const data: Record<string, unknown> = {};
  const words: string[] = [];
  if (found.groupId === null) {
    data["group_id"] = groupId;
    words.push(`put into the group ${MANDATORY_GROUP}`);
  }
  const { config } = found;
  if (type.name === "number" && type.isDecimal && !config.isDecimal) {
    data["config"] = JSON.stringify({
      ...config.raw,
      isdecimal: true,
      precision: PRECISION,
    });
    words.push("takes decimals");
  }
  if (type.name === "enumerator") {
    const missing = type.options.filter(
      (option) => !config.options.some((o) => o.value === option.value),
    );
    if (missing.length > 0) {
      data["config"] = JSON.stringify({
        ...config.raw,
        data: optionsText([...config.options, ...missing]),
      });
      words.push(`gets ${missing.map((o) => o.menu).join(", ")}`);
    }
  }
  const narrow = (
    name: "read_security_roles" | "write_security_roles",
    has: readonly FtrackId[],
    may: readonly FtrackId[] | null,
    verb: string,
  ): void => {
    const kept = may === null ? has : has.filter((id) => may.includes(id));
    // Nobody would be left: what an administrator has set stays.
    if (kept.length === 0 || kept.length === has.length) return;
    data[name] = roleRows(kept);
    words.push(`fewer roles may ${verb}`);
  };
  narrow("read_security_roles", found.readRoles, read, "read");
  narrow("write_security_roles", found.writeRoles, write, "write");
  return { data, words };
}

function wordsFor(type: WantedType): string {
  switch (type.name) {
    case "number":
      return type.isDecimal ? "a decimal number" : "a whole number";
    case "enumerator":
      return type.isMulti ? "a choice of several" : "a choice";
    case "text":
    case "boolean":
    case "date":
      return type.name;
  }
}
