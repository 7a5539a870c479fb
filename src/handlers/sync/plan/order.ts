import type { AyonId } from "../../../core/ids.ts";
import type { Steps } from "../../../core/steps.ts";
import type { Kind, Node } from "../facts.ts";
import { slotOf, slotOfNode } from "./match.ts";
import type { NodeTree } from "./removal.ts";

/** One entity that comes, goes, or changes its place. */
export interface Move {
  readonly id: AyonId;
  readonly kind: Kind;
  /** Where it is now; null for a new one. */
  readonly node: Node | null;
  /** Where it goes; null when it is deleted or archived. */
  readonly to: {
    readonly parentId: AyonId | null;
    readonly name: string;
  } | null;
}

export interface Step {
  readonly id: AyonId;
  /** `step-aside`: takes a name nobody wants, to free its own for another. */
  readonly type: "step-aside" | "settle";
  /** Steps of stage 1 go into a second request: AYON takes one update of an entity per request. */
  readonly stage: 0 | 1;
  /** Steps that must have succeeded. */
  readonly needs: readonly Pick<Step, "id" | "type">[];
}

/**
 * Puts moves into an order in which AYON can carry them out one by one: a folder before what comes to lie in
 * it, a name freed before it is taken, nothing moved below itself on the way, and a folder emptied of what
 * stays before it goes. Where names are exchanged in a ring, one of them steps aside first.
 *
 * @param moves - those that come or stay top-down first; those that go last
 */
export function* orderMoves(
  moves: readonly Move[],
  nodes: NodeTree,
): Steps<Step[]> {
  const byId = new Map(moves.map((move) => [move.id, move]));
  const holderOf = new Map<string, AyonId>();
  for (const { node } of moves) {
    if (node?.active === true) holderOf.set(slotOfNode(node), node.id);
  }

  /** Moves that must come before this one. */
  function before(move: Move): { slot: AyonId | null; others: AyonId[] } {
    if (move.to === null) return { slot: null, others: [] };
    const { parentId, name } = move.to;
    const holder = holderOf.get(slotOf(parentId, move.kind, name));
    const others: AyonId[] = [];
    const parent = parentId === null ? undefined : byId.get(parentId);
    if (parent !== undefined && parent.node?.active !== true)
      others.push(parent.id);
    const here = parentId === null ? undefined : nodes.get(parentId);
    if (move.node !== null && here !== undefined) {
      const chain = [here, ...nodes.above(here)];
      const self = chain.findIndex((folder) => folder.id === move.id);
      for (const folder of chain.slice(0, Math.max(self, 0))) {
        const other = byId.get(folder.id);
        if (other?.to !== null && other?.to.parentId !== folder.parentId)
          others.push(folder.id);
      }
    }
    return { slot: holder === move.id ? null : (holder ?? null), others };
  }

  const waits = new Map<AyonId, ReturnType<typeof before>>();
  for (const move of moves) {
    yield;
    waits.set(move.id, before(move));
  }
  for (const move of moves) {
    yield;
    // What leaves a folder that goes must be out of it first.
    if (move.node === null || move.to === null) continue;
    for (const folder of nodes.above(move.node)) {
      if (byId.get(folder.id)?.to === null)
        waits.get(folder.id)?.others.push(move.id);
    }
  }

  const steps: Step[] = [];
  const asides: Step[] = [];
  const stageOf = new Map<AyonId, 0 | 1>();
  const aside = new Set<AyonId>();
  let rest = [...moves];

  function isReady(move: Move): boolean {
    const wait = waits.get(move.id);
    if (wait === undefined) return true;
    const isSlotFree =
      wait.slot === null || stageOf.has(wait.slot) || aside.has(wait.slot);
    return isSlotFree && wait.others.every((id) => stageOf.has(id));
  }
  function settle(move: Move): void {
    const wait = waits.get(move.id);
    const others = wait?.others ?? [];
    const slot = wait?.slot ?? null;
    const isLate =
      aside.has(move.id) ||
      others.some((id) => stageOf.get(id) === 1) ||
      (slot !== null && !aside.has(slot) && stageOf.get(slot) === 1);
    stageOf.set(move.id, isLate ? 1 : 0);
    const needs: Step["needs"][number][] = others.map((id) => ({
      id,
      type: "settle",
    }));
    if (slot !== null)
      needs.push({ id: slot, type: aside.has(slot) ? "step-aside" : "settle" });
    if (aside.has(move.id)) needs.push({ id: move.id, type: "step-aside" });
    steps.push({
      id: move.id,
      type: "settle",
      stage: isLate ? 1 : 0,
      needs,
    });
  }
  function stepAside(): boolean {
    const wanted = new Set(rest.map((move) => waits.get(move.id)?.slot));
    const holder = rest.find(
      (move) =>
        move.node !== null && wanted.has(move.id) && !aside.has(move.id),
    );
    if (holder === undefined) return false;
    aside.add(holder.id);
    asides.push({ id: holder.id, type: "step-aside", stage: 0, needs: [] });
    return true;
  }

  while (rest.length > 0) {
    const waiting: Move[] = [];
    for (const move of rest) {
      yield;
      if (isReady(move)) settle(move);
      else waiting.push(move);
    }
    const isStuck = waiting.length === rest.length;
    rest = waiting;
    if (isStuck && !stepAside()) {
      // Cannot happen for places that were settled; AYON would refuse, and say so, one by one.
      rest.forEach(settle);
      rest = [];
    }
  }
  return [...asides, ...steps];
}

/** A name that no slug of an Ftrack name can be: slugs have no doubled underscore. */
export function asideName(node: Node): string {
  return `${node.name}__moving_${node.id.slice(0, 8)}`;
}
