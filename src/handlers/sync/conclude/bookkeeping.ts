import type { FtrackValue, Subject } from "../../../core/change.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { AttributeConfiguration } from "../../../core/reference.ts";
import type { Steps } from "../../../core/steps.ts";
import type { FtrackContext, SyncFacts } from "../facts.ts";
import type { Tree } from "../plan/tree.ts";
import type { EntityOutcome } from "./outcome.ts";

/** Values of the three attributes by which people in Ftrack see how an entity stands in AYON. */
interface Wanted {
  readonly ayonId: string | null;
  readonly ayonPath: string | null;
  /** Null leaves it as it is. */
  readonly syncFailed: boolean | null;
}

function wantedOf({
  draft,
  isLinked,
  failure,
  ayonPath,
}: EntityOutcome): Wanted {
  if (!isLinked)
    // An old value shows people where it was; without one nothing may shine through from the parent.
    return { ayonId: null, ayonPath: null, syncFailed: true };
  return {
    ayonId: draft.ayonId,
    ayonPath: draft.kind === "folder" ? (ayonPath ?? "") : "",
    // Whether it is at its place was not asked when only a value changed.
    syncFailed:
      failure !== null
        ? true
        : draft.wantsPlace || draft.isAtPlace
          ? false
          : null,
  };
}

/**
 * Rows of custom attributes that must be written so that Ftrack shows the truth about every entity.
 *
 * The attributes are hierarchical: what an entity does not say itself shines through from its parent. So a
 * value is compared with what people see, and written only where that differs.
 *
 * @param outcomes - parents before children
 */
export function* bookkeeping(
  facts: SyncFacts,
  tree: Tree,
  outcomes: readonly EntityOutcome[],
): Steps<FtrackValue[]> {
  const { ayonId, ayonPath, syncFailed } = facts.world.bookkeeping;
  const written = new Map<string, unknown>();
  const changes: FtrackValue[] = [];

  function own(id: FtrackId, definition: AttributeConfiguration): unknown {
    const key = `${definition.id}/${id}`;
    if (written.has(key)) return written.get(key);
    return facts.values.get(id)?.get(definition.id);
  }
  function visible(id: FtrackId, definition: AttributeConfiguration): unknown {
    const value = own(id, definition);
    if (value !== undefined) return value ?? definition.default;
    const parentId = facts.contexts.get(id)?.parentId;
    return parentId === undefined
      ? definition.default
      : visible(parentId, definition);
  }
  function set(
    context: FtrackContext,
    definition: AttributeConfiguration | null,
    value: string | boolean,
  ): void {
    if (definition === null) return;
    const seen = visible(context.id, definition) ?? "";
    if (seen === value) return;
    const subject: Subject = tree.subjectOf(context);
    changes.push({
      kind: "ftrack.value",
      id: `${definition.key}-${context.id}`,
      subject,
      configurationId: definition.id,
      key: definition.key,
      entityId: context.id,
      rowExists: facts.values.get(context.id)?.has(definition.id) === true,
      value,
    });
    written.set(`${definition.id}/${context.id}`, value);
  }
  function blankUnlessSet(
    context: FtrackContext,
    definition: AttributeConfiguration | null,
  ): void {
    if (definition === null) return;
    const value = own(context.id, definition);
    if (value === undefined || value === null) set(context, definition, "");
  }

  const inFocus = new Set(outcomes.map(({ draft }) => draft.context.id));
  const childrenOf = new Map<FtrackId, FtrackContext[]>();
  for (const context of facts.contexts.values()) {
    yield;
    if (inFocus.has(context.id)) continue;
    const list = childrenOf.get(context.parentId) ?? [];
    list.push(context);
    childrenOf.set(context.parentId, list);
  }

  for (const outcome of outcomes) {
    yield;
    const { context } = outcome.draft;
    const wanted = wantedOf(outcome);
    // Children that said nothing themselves must not take over the failure of a parent that is linked.
    const shielded =
      wanted.syncFailed === true && outcome.isLinked && syncFailed !== null
        ? (childrenOf.get(context.id) ?? []).map((child) => ({
            child,
            before: visible(child.id, syncFailed) === true,
          }))
        : [];
    if (wanted.ayonId === null) blankUnlessSet(context, ayonId);
    else set(context, ayonId, wanted.ayonId);
    if (wanted.ayonPath === null) blankUnlessSet(context, ayonPath);
    else set(context, ayonPath, wanted.ayonPath);
    if (wanted.syncFailed !== null) set(context, syncFailed, wanted.syncFailed);
    for (const { child, before } of shielded) set(child, syncFailed, before);
  }
  return changes;
}
