import { configurationFor } from "../../../core/attribute-mapping.ts";
import { isSameValue, toAyonValue } from "../../../core/attribute-value.ts";
import type { Issue } from "../../../core/decision.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { labelOf } from "../../../core/slug.ts";
import { findByName, isSameName } from "../../../core/status.ts";
import type { Kind, SyncFacts } from "../facts.ts";
import { ASSIGNEES, concerns } from "../interest.ts";
import { broken, type RuleName } from "../rules.ts";
import type { SyncSettings } from "../settings.ts";
import type { Draft } from "./match.ts";
import type { Tree } from "./tree.ts";
import type { Vocabulary, Needs } from "./vocabulary.ts";
import type { Word } from "./types.ts";

/** Key of the AYON entity's free data: names of the attributes whose own value came from Ftrack. */
export const FROM_FTRACK = "ftrackAttributes";

/** What one entity's operation says, apart from its place. */
export interface Values {
  readonly data: Readonly<Record<string, unknown>>;
  /** It uses a type or status that the project patch adds. */
  readonly needsProject: boolean;
  readonly issues: readonly Issue[];
}

/** A wish for one attribute: the stored value in Ftrack, null when nothing is stored. */
interface Wish {
  readonly name: string;
  /** Key of events that report a change of it. */
  readonly key: string;
  readonly raw: unknown;
  /** Of a custom attribute: another one that is not mapped may have the same key (ES-45). */
  readonly isCustom?: true;
}

/** Ftrack's priorities have other names than AYON's. */
const PRIORITIES: ReadonlyMap<string, string> = new Map([["medium", "normal"]]);

function priorityOf(facts: SyncFacts, id: FtrackId | null): string | null {
  const name = id === null ? undefined : facts.world.priorities.get(id)?.name;
  if (name === undefined || name.toLowerCase() === "none") return null;
  return PRIORITIES.get(name.toLowerCase()) ?? name;
}

function emptyToNull(text: string | null): string | null {
  return text === "" ? null : text;
}

function wishesOf(
  { context }: Draft,
  facts: SyncFacts,
  settings: SyncSettings,
): Wish[] {
  const wishes: Wish[] = [
    { name: "startDate", key: "startdate", raw: context.startDate },
    { name: "endDate", key: "enddate", raw: context.endDate },
    {
      name: "description",
      key: "description",
      raw: emptyToNull(context.description),
    },
  ];
  if (settings.priority)
    wishes.push({
      name: "priority",
      key: "priorityid",
      raw: priorityOf(facts, context.priorityId),
    });
  const stored = facts.values.get(context.id);
  for (const binding of facts.world.bindings) {
    const { name } = binding.attribute;
    if (wishes.some((wish) => wish.name === name)) continue;
    const definition = configurationFor(binding, "task", context.objectTypeId);
    if (definition === null) continue;
    const raw = stored?.get(definition.id) ?? null;
    wishes.push({ name, key: definition.key, raw, isCustom: true });
  }
  return wishes;
}

interface Attributes {
  readonly attrib: Readonly<Record<string, unknown>>;
  /** New list of names under `FROM_FTRACK`; null when it stays. */
  readonly remembered: readonly string[] | null;
  readonly issues: readonly Issue[];
}

/**
 * Only own values are compared and written: AYON inherits by itself.
 *
 * Where nothing is stored in Ftrack, an own value of AYON is cleared if an event named the attribute, or if
 * the value is remembered to have come from Ftrack. So neither a first sync nor a full one wipes what was
 * set in AYON; nor does an event that gave a value to another attribute of the same key.
 */
function attributesOf(
  draft: Draft,
  facts: SyncFacts,
  settings: SyncSettings,
  tree: Tree,
): Attributes {
  const { node, context, interest, kind } = draft;
  const own = node?.own ?? {};
  const attrib: Record<string, unknown> = {};
  const issues: Issue[] = [];
  const before = node?.data[FROM_FTRACK];
  const known = new Set(
    Array.isArray(before) ? before.filter((n) => typeof n === "string") : [],
  );
  const remembered = new Set(known);

  function set(name: string, value: string): void {
    const isThere =
      facts.world.attributes.get(name)?.scope.includes(kind) === true;
    if (isThere && own[name] !== value) attrib[name] = value;
  }
  set("ftrackId", context.id);
  if (tree.depthOf(context.id) !== null)
    set("ftrackPath", tree.pathOf(context.id));

  for (const { name, key, raw, isCustom } of wishesOf(draft, facts, settings)) {
    const attribute = facts.world.attributes.get(name);
    if (attribute?.scope.includes(kind) !== true) continue;
    if (!concerns(interest, key)) continue;
    const current = own[name] ?? null;
    if (raw === null) {
      const isNamed =
        !interest.all && (isCustom !== true || interest.cleared.has(key));
      if (current !== null && (isNamed || known.has(name))) attrib[name] = null;
      if (isNamed || known.has(name)) remembered.delete(name);
      continue;
    }
    const converted = toAyonValue(raw, attribute, facts.timezone);
    if (!converted.ok) {
      issues.push(
        broken(
          "value-invalid",
          tree.subjectOf(context),
          `${key} = ${JSON.stringify(raw)} ${converted.reason}.`,
        ),
      );
      continue;
    }
    const isSame = isSameValue(attribute.type, current, converted.value);
    if (!isSame) attrib[name] = converted.value;
    if (!isSame || facts.origin !== "events") remembered.add(name);
  }
  const isRemembered =
    remembered.size === known.size &&
    [...remembered].every((n) => known.has(n));
  return {
    attrib,
    remembered: isRemembered ? null : [...remembered].sort(),
    issues,
  };
}

/** AYON users who are nobody in Ftrack stay assigned; the others are those of Ftrack. Null: no change. */
function assigneesOf(draft: Draft, facts: SyncFacts): readonly string[] | null {
  const assigned = facts.assigned.get(draft.context.id);
  if (assigned === undefined) return null;
  const { ayonOf, ftrackOf } = facts.world.users;
  const current = draft.node?.assignees ?? [];
  const wanted = [...assigned]
    .flatMap((id) => ayonOf.get(id)?.name ?? [])
    .sort();
  const next = [
    ...current.filter((name) => !ftrackOf.has(name) || wanted.includes(name)),
    ...wanted.filter((name) => !current.includes(name)),
  ];
  const isSame =
    next.length === current.length && next.every((n) => current.includes(n));
  return isSame ? null : next;
}

/** Types and statuses of what will be written, for `vocabulary`. */
export function needsOf(drafts: readonly Draft[], facts: SyncFacts): Needs {
  const objectTypes = new Set<FtrackId>();
  const taskTypes = new Set<FtrackId>();
  const statuses = new Map<FtrackId, Set<Kind | "version">>();
  function need(id: FtrackId | null, kind: Kind | "version"): void {
    if (id === null) return;
    const kinds = statuses.get(id) ?? new Set();
    statuses.set(id, kinds.add(kind));
  }
  for (const { context, kind, interest, node, failure } of drafts) {
    if (node === null && failure !== null) continue;
    if (kind === "folder" && concerns(interest, "object_typeid"))
      objectTypes.add(context.objectTypeId);
    if (
      kind === "task" &&
      context.typeId !== null &&
      concerns(interest, "typeid")
    )
      taskTypes.add(context.typeId);
    if (concerns(interest, "statusid")) need(context.statusId, kind);
  }
  for (const [id, interest] of facts.versions.focus) {
    if (concerns(interest, "statusid"))
      need(facts.versions.ftrack.get(id)?.statusId ?? null, "version");
  }
  return { objectTypes, taskTypes, statuses };
}

/** What differs between an entity in focus and its counterpart, or all of it for a new one. */
export function valuesOf(
  draft: Draft,
  facts: SyncFacts,
  settings: SyncSettings,
  tree: Tree,
  words: Vocabulary,
): Values {
  const { context, kind, interest, node, failure } = draft;
  const subject = tree.subjectOf(context);
  const data: Record<string, unknown> = {};
  const issues: Issue[] = [];
  let needsProject = false;
  function report(rule: RuleName, detail: string): void {
    issues.push(broken(rule, subject, detail));
  }
  function use(key: string, word: Word): void {
    data[key] = word.name;
    needsProject ||= word.isNew;
  }

  if (draft.wantsPlace && failure === null) {
    const label = labelOf(context.name, draft.name);
    if (label !== (node?.label ?? null)) data["label"] = label;
    if (node?.active === false) data["active"] = true;
  }
  if (kind === "folder" && concerns(interest, "object_typeid")) {
    const word = words.folderType(context.objectTypeId);
    if (word === null) report("type-unknown", "Its object type is unknown.");
    else if (node === null || !isSameName(node.type, word.name)) {
      if (node !== null && facts.frozen.has(node.id))
        report(
          "published-retyped",
          `AYON keeps the type ${node.type} instead of ${word.name}.`,
        );
      else use("folderType", word);
    }
  }
  if (kind === "task" && concerns(interest, "typeid")) {
    const word =
      context.typeId === null ? null : words.taskType(context.typeId);
    const fallback = facts.ayonProject.taskTypes[0]?.name;
    if (word === null) {
      report("type-unknown", "Its task type is unknown.");
      if (node === null && fallback !== undefined) data["taskType"] = fallback;
    } else if (node === null || !isSameName(node.type, word.name)) {
      use("taskType", word);
    }
  }
  if (context.statusId !== null && concerns(interest, "statusid")) {
    const word = words.status(context.statusId);
    if (word === null) report("status-unknown", "Its status is unknown.");
    else if (
      node === null ||
      findByName([{ name: node.status }], word.name) === undefined
    )
      use("status", word);
  }
  if (kind === "task" && concerns(interest, ASSIGNEES)) {
    const assignees = assigneesOf(draft, facts);
    if (assignees !== null) data["assignees"] = assignees;
  }
  const attributes = attributesOf(draft, facts, settings, tree);
  if (Object.keys(attributes.attrib).length > 0)
    data["attrib"] = attributes.attrib;
  if (attributes.remembered !== null)
    data["data"] = { [FROM_FTRACK]: attributes.remembered };
  return { data, needsProject, issues: [...issues, ...attributes.issues] };
}
