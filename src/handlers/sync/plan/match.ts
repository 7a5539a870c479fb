import type { Issue } from "../../../core/decision.ts";
import { deriveAyonId, type AyonId, type FtrackId } from "../../../core/ids.ts";
import { sameNameKey, slug } from "../../../core/slug.ts";
import type { Steps } from "../../../core/steps.ts";
import {
  linkedTo,
  storedAyonId,
  type FtrackContext,
  type Kind,
  type Node,
  type SyncFacts,
} from "../facts.ts";
import { everything, isStructural, type Interest } from "../interest.ts";
import { broken, type RuleName } from "../rules.ts";
import { isOfOtherKind, type Tree } from "./tree.ts";

/** What the plan wants for one context in focus. `place` changes what is not readonly where it cannot be had. */
export interface Draft {
  readonly context: FtrackContext;
  readonly kind: Kind;
  readonly interest: Interest;
  /** The counterpart; null when there is none yet. */
  node: Node | null;
  /** The counterpart was not linked to this context before. */
  isAdopted: boolean;
  readonly ayonId: AyonId;
  /** Its place and name are to be brought in line. */
  readonly wantsPlace: boolean;
  /** They are in line already. */
  readonly isAtPlace: boolean;
  parentId: AyonId | null;
  name: string;
  /** Why it cannot be brought over (no counterpart), or not to its place (with one). */
  failure: Issue | null;
}

/** Where a name is unique: AYON keeps folders and tasks apart and ignores case. */
export function slotOf(
  parentId: AyonId | null,
  kind: Kind,
  name: string,
): string {
  return `${parentId ?? "root"}/${kind}/${sameNameKey(name)}`;
}

export function slotOfNode(node: Node): string {
  return slotOf(node.parentId, node.kind, node.name);
}

interface NodeIndex {
  readonly byFtrackId: ReadonlyMap<string, readonly Node[]>;
  readonly bySlot: ReadonlyMap<string, readonly Node[]>;
}

function* indexOf(nodes: Iterable<Node>): Steps<NodeIndex> {
  const byFtrackId = new Map<string, Node[]>();
  const bySlot = new Map<string, Node[]>();
  function push(map: Map<string, Node[]>, key: string, node: Node): void {
    const list = map.get(key);
    if (list === undefined) map.set(key, [node]);
    else list.push(node);
  }
  for (const node of nodes) {
    const id = linkedTo(node);
    if (id !== null) push(byFtrackId, `${node.kind}/${id}`, node);
    push(bySlot, slotOfNode(node), node);
    yield;
  }
  return { byFtrackId, bySlot };
}

interface Link {
  readonly node: Node | null;
  readonly isAmbiguous: boolean;
}

/** The node that carries the context's id; of several the active one, or the one Ftrack knows by id. */
function linkOf(
  facts: SyncFacts,
  index: NodeIndex,
  context: FtrackContext,
  kind: Kind,
): Link {
  const all = index.byFtrackId.get(`${kind}/${context.id}`) ?? [];
  const active = all.filter((node) => node.active);
  const candidates = active.length > 0 ? active : all;
  if (candidates.length <= 1)
    return { node: candidates[0] ?? null, isAmbiguous: false };
  const stored = storedAyonId(facts, context.id);
  const node = candidates.find((n) => n.id === stored) ?? null;
  return { node, isAmbiguous: node === null };
}

/** Matches what is in focus with its counterparts and says where it should lie. Parents come first. */
export function* match(facts: SyncFacts, tree: Tree): Steps<Draft[]> {
  const index = yield* indexOf(facts.nodes.values());
  const drafts = new Map<FtrackId, Draft>();
  const claimed = new Set<AyonId>();

  /** Nobody alive in Ftrack has this node. */
  function isFree(node: Node): boolean {
    if (claimed.has(node.id)) return false;
    const id = linkedTo(node);
    return (
      id === null || facts.gone.has(id) || isOfOtherKind(node.kind, id, facts)
    );
  }

  function adoptable(
    context: FtrackContext,
    kind: Kind,
    parentId: AyonId | null,
    name: string,
  ): Node | null {
    const here = (index.bySlot.get(slotOf(parentId, kind, name)) ?? []).filter(
      isFree,
    );
    const namesake =
      here.find((n) => n.active && n.name === name) ??
      here.find((n) => n.active) ??
      here[0];
    const stored = storedAyonId(facts, context.id);
    const byId = stored === null ? undefined : facts.nodes.get(stored);
    const isOurs =
      byId?.kind === kind &&
      isFree(byId) &&
      (byId.own["ftrackId"] ?? "") === "";
    if (isOurs && (byId.active || namesake?.active !== true)) return byId;
    return namesake ?? null;
  }

  function freshId(context: FtrackContext): AyonId {
    const stored = storedAyonId(facts, context.id);
    if (stored !== null && !facts.nodes.has(stored) && !claimed.has(stored))
      return stored;
    for (let round = 0; ; round++) {
      const id = deriveAyonId(`${context.id}/${round}`);
      if (!facts.nodes.has(id) && !claimed.has(id)) return id;
    }
  }

  interface Above {
    readonly parentId: AyonId | null;
    readonly failure: readonly [RuleName, string] | null;
  }

  function above(context: FtrackContext, kind: Kind): Above {
    function refused(rule: RuleName, detail: string): Above {
      return { parentId: null, failure: [rule, detail] };
    }
    if (context.parentId === facts.project.id) {
      return kind === "task"
        ? refused("task-at-root", "It lies directly under the project.")
        : { parentId: null, failure: null };
    }
    const parent = facts.contexts.get(context.parentId);
    if (parent === undefined)
      return refused("parent-not-synced", "Its parent cannot be read.");
    const role = tree.roleOf(parent);
    if (role === "task")
      return refused("task-below-task", `It lies in the task ${parent.name}.`);
    if (role === "milestone")
      return refused(
        "below-milestone",
        `It lies in the milestone ${parent.name}.`,
      );
    const draft = drafts.get(parent.id);
    const node =
      draft === undefined
        ? linkOf(facts, index, parent, "folder").node
        : draft.node;
    if (node !== null) return { parentId: node.id, failure: null };
    if (draft?.failure === null)
      return { parentId: draft.ayonId, failure: null };
    return refused(
      "parent-not-synced",
      `Its parent ${tree.pathOf(parent.id)} is not in AYON.`,
    );
  }

  for (const context of yield* tree.topDown(facts.focus.keys())) {
    yield;
    const kind = tree.roleOf(context);
    if (kind === "milestone") continue;
    const { node: linked, isAmbiguous } = linkOf(facts, index, context, kind);
    const name = slug(context.name);
    const place = above(context, kind);
    const refusal: readonly [RuleName, string] | null = isAmbiguous
      ? ["ambiguous-link", "Several AYON entities carry its id."]
      : name === ""
        ? [
            "name-empty",
            `Nothing of the name “${context.name}” can be a name in AYON.`,
          ]
        : place.failure;
    const failure =
      refusal === null
        ? null
        : broken(refusal[0], tree.subjectOf(context), refusal[1]);
    const node =
      linked ??
      (failure === null
        ? adoptable(context, kind, place.parentId, name)
        : null);
    const isAdopted = node !== null && linked === null;
    const asked = facts.focus.get(context.id) ?? everything;
    const interest = linked === null ? everything : asked;
    const wantsPlace = isStructural(interest);
    const ayonId = node?.id ?? freshId(context);
    if (node !== null || failure === null) claimed.add(ayonId);
    const stays = node !== null && (!wantsPlace || failure !== null);
    drafts.set(context.id, {
      context,
      kind,
      interest,
      node,
      isAdopted,
      ayonId,
      wantsPlace,
      isAtPlace:
        failure === null &&
        node?.parentId === place.parentId &&
        sameNameKey(name) === sameNameKey(node.name),
      parentId: stays ? node.parentId : place.parentId,
      name: stays ? node.name : name,
      failure: wantsPlace ? failure : null,
    });
  }
  return [...drafts.values()];
}
