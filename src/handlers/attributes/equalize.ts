import {
  castTo,
  isSameStored,
  isSet,
  type Pair,
} from "../../core/attribute-pairs.ts";
import type { Decision, Skip } from "../../core/decision.ts";
import type { FtrackId } from "../../core/ids.ts";
import { writtenForm } from "../../core/own-writes.ts";
import type { AttributeConfiguration } from "../../core/reference.ts";
import type { AttributeFacts, Context, Edit } from "./facts.ts";
import { openSheet, type Sheet } from "./sheet.ts";

export interface EqualizeSettings {
  /** Give a new entity a hierarchical value of its own, equal to the inherited one. */
  readonly materialize_on_create: boolean;
}

/**
 * Keeps a hierarchical attribute and the one of the same key on an entity's type equal, on entities of the
 * listed types and on the tasks directly below them.
 *
 * An edit of either goes to the other. What inherits goes on inheriting: below an edited, created or moved
 * entity only the attribute of the type is written, and only where it shows something else.
 */
export function decideEqual(
  facts: AttributeFacts,
  settings: EqualizeSettings,
): Decision {
  const sheets = facts.pairs.map((pair) => fillSheet(pair, facts, settings));
  return {
    changes: sheets.flatMap((sheet) => [...sheet.changes.values()]),
    skips: [...goneOnes(facts), ...sheets.flatMap((sheet) => sheet.skips)],
    issues: sheets.flatMap((sheet) => sheet.issues),
  };
}

/** Where a hierarchical value may show differently from now on. */
interface Root {
  readonly id: FtrackId;
  /** What showed there before, as an event shows it; undefined when that does not matter. */
  readonly before?: unknown;
  readonly isNew?: boolean;
}

function fillSheet(
  pair: Pair,
  facts: AttributeFacts,
  settings: EqualizeSettings,
): Sheet {
  const sheet = openSheet(pair, facts);
  const roots: Root[] = [];
  for (const edit of facts.edits) {
    if (edit.key !== pair.key) continue;
    const entity = facts.contexts.get(edit.entityId);
    if (entity === undefined) {
      if (edit.entityId === facts.projectId)
        roots.push(rootOf(edit, [], sheet));
    } else if (takeEdit(edit, entity, pair, facts, sheet))
      roots.push(rootOf(edit, entity.chain.slice(0, -1), sheet));
  }
  for (const { entityId, isNew } of facts.arrivals) {
    roots.push({ id: entityId, isNew });
    const entity = facts.contexts.get(entityId);
    if (isNew && settings.materialize_on_create && entity !== undefined)
      materialize(entity, pair, facts, sheet);
  }
  for (const root of roots)
    for (const entity of facts.contexts.values())
      if (entity.chain.includes(root.id))
        show(entity, root, pair, facts, sheet);
  return sheet;
}

/** What showed before an edit: the old value, or what was inherited where there was none. */
function rootOf(edit: Edit, above: readonly FtrackId[], sheet: Sheet): Root {
  const hadValue = isSet(edit.old) && edit.old !== "";
  return {
    id: edit.entityId,
    before: (hadValue ? edit.old : sheet.effective(above)) ?? null,
  };
}

/** @returns whether the hierarchical value may show differently from now on */
function takeEdit(
  edit: Edit,
  entity: Context,
  pair: Pair,
  facts: AttributeFacts,
  sheet: Sheet,
): boolean {
  if (edit.isEcho) {
    sheet.skip(entity, "own-write", "this service wrote it.");
    return false;
  }
  const typed = pair.typed.get(entity.objectTypeId);
  if (!facts.subjectTypes.has(entity.objectTypeId)) {
    // Something between the project and the listed types: its hierarchical value counts, if that is it.
    if (entity.entityType !== "Task") return true;
    sheet.skip(entity, "type-not-listed", "Task is not among the types.");
    return false;
  }
  if (typed === undefined) return true;
  return isSet(edit.value)
    ? takeValue(edit, entity, typed, pair, sheet)
    : takeClear(edit, entity, typed, pair, sheet);
}

function takeValue(
  edit: Edit,
  entity: Context,
  typed: AttributeConfiguration,
  { hierarchical }: Pair,
  sheet: Sheet,
): boolean {
  const isNow = (definition: AttributeConfiguration): boolean => {
    const cast = castTo(edit.value, definition);
    const now = sheet.own(entity.id, definition);
    return cast.ok && isSameStored(now, cast.value, definition);
  };
  if (isNow(hierarchical)) return true;
  if (!isNow(typed)) {
    sheet.skip(entity, "superseded", "somebody has changed it again.");
    return false;
  }
  const cast = castTo(edit.value, hierarchical);
  if (!cast.ok) {
    sheet.refuse(entity, hierarchical, edit.value, cast.reason);
    return false;
  }
  if (isSameStored(sheet.effective(entity.chain), cast.value, hierarchical)) {
    sheet.skip(entity, "already-set", "it inherits the same value.");
    return false;
  }
  sheet.write(entity, hierarchical, cast.value);
  return true;
}

/**
 * A cleared value inherits again. Which of the two was cleared shows in what is left: the other one still has
 * the old value. The hierarchical row goes in any case, an empty one too, as it hides what is inherited.
 */
function takeClear(
  edit: Edit,
  entity: Context,
  typed: AttributeConfiguration,
  { hierarchical }: Pair,
  sheet: Sheet,
): boolean {
  const isUnsetOrOld = (definition: AttributeConfiguration): boolean => {
    const now = sheet.own(entity.id, definition);
    if (!isSet(now)) return true;
    const old = isSet(edit.old) ? castTo(edit.old, definition) : null;
    return old?.ok === true && isSameStored(now, old.value, definition);
  };
  const isOneUnset = [typed, hierarchical].some(
    (definition) => !isSet(sheet.own(entity.id, definition)),
  );
  if (!isOneUnset || !isUnsetOrOld(typed) || !isUnsetOrOld(hierarchical)) {
    sheet.skip(entity, "superseded", "somebody has set it again.");
    return false;
  }
  if (sheet.own(entity.id, hierarchical) !== undefined)
    sheet.write(entity, hierarchical, null);
  return true;
}

function materialize(
  entity: Context,
  { hierarchical, typed }: Pair,
  facts: AttributeFacts,
  sheet: Sheet,
): void {
  const isSubject = facts.subjectTypes.has(entity.objectTypeId);
  const definition = typed.get(entity.objectTypeId);
  if (!isSubject || definition === undefined) return;
  if (isSet(sheet.own(entity.id, hierarchical))) return;
  if (isEdited(sheet.own(entity.id, definition), definition)) return;
  const value = sheet.effective(entity.chain);
  if (isSet(value)) sheet.write(entity, hierarchical, value);
}

/** Makes the attribute of an entity's type show what the hierarchical one does. */
function show(
  entity: Context,
  root: Root,
  { hierarchical, typed }: Pair,
  facts: AttributeFacts,
  sheet: Sheet,
): void {
  const definition = typed.get(entity.objectTypeId);
  if (definition === undefined) return;
  const isSubject = facts.subjectTypes.has(entity.objectTypeId);
  if (!isSubject && !isFollower(entity, facts)) return;
  const below = entity.chain.slice(entity.chain.indexOf(root.id) + 1);
  if (below.some((id) => isSet(sheet.own(id, hierarchical)))) return;

  const own = sheet.own(entity.id, definition);
  const shown = own === undefined ? definition.default : own;
  const wanted = sheet.effective(entity.chain);
  const cast = isSet(wanted) ? castTo(wanted, definition) : null;
  if (cast?.ok === false) {
    sheet.refuse(entity, definition, wanted, cast.reason);
    return;
  }
  const value = cast?.value ?? null;
  if (isSameStored(value === null ? own : shown, value, definition)) return;
  const isJustMade = root.isNew === true && root.id === entity.id;
  if (isJustMade && isEdited(own, definition)) {
    sheet.skip(entity, "superseded", "somebody has set it already.");
    return;
  }
  if (!isSubject && isOwnChoice(own, root, definition)) {
    const text = writtenForm(own);
    sheet.skip(entity, "ignored-by-rule", `it has ${text} of its own.`);
    return;
  }
  sheet.write(entity, definition, value);
}

/** Somebody was faster than this rule: what was set on a new entity has an event of its own, which decides. */
function isEdited(own: unknown, definition: AttributeConfiguration): boolean {
  return isSet(own) && !isSameStored(own, definition.default, definition);
}

/** A task whose value is not the one that showed above it before has it on purpose. */
function isOwnChoice(
  own: unknown,
  { before }: Root,
  definition: AttributeConfiguration,
): boolean {
  if (before === undefined || !isSet(own)) return false;
  const cast = isSet(before) ? castTo(before, definition) : null;
  return cast?.ok !== true || !isSameStored(own, cast.value, definition);
}

/** A task directly below an entity of a listed type. */
function isFollower(entity: Context, facts: AttributeFacts): boolean {
  const parentId = entity.chain.at(-2);
  if (entity.entityType !== "Task" || parentId === undefined) return false;
  const parent = facts.contexts.get(parentId);
  return parent !== undefined && facts.subjectTypes.has(parent.objectTypeId);
}

function goneOnes(facts: AttributeFacts): Skip[] {
  const ids = [...facts.edits, ...facts.arrivals].map((e) => e.entityId);
  return [...new Set(ids)]
    .filter((id) => id !== facts.projectId && !facts.contexts.has(id))
    .map((id) => ({
      subject: { ftrackId: id, path: id, type: "TypedContext" },
      reason: "entity-gone",
      detail: "It is gone.",
    }));
}
