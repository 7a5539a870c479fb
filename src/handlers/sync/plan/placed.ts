import type { AyonId, FtrackId } from "../../../core/ids.ts";
import type { Steps } from "../../../core/steps.ts";
import { linkedTo, type Kind, type SyncFacts } from "../facts.ts";
import type { Draft } from "./match.ts";

/** Where entities will be once the plan's changes are made, for what refers to them. */
export interface Placed {
  /** AYON folder of a context; null when it has none. */
  folderOf(id: FtrackId): AyonId | null;
  /** AYON folder or task of a context. */
  nodeOf(id: FtrackId): { readonly id: AyonId; readonly kind: Kind } | null;
  /** It is made by this very plan. */
  isNew(id: AyonId): boolean;
  pathOf(id: AyonId): string;
}

export function* placedBy(
  facts: SyncFacts,
  drafts: readonly Draft[],
): Steps<Placed> {
  const draftOf = new Map(drafts.map((draft) => [draft.context.id, draft]));
  const news = new Set(
    drafts
      .filter((d) => d.node === null && d.failure === null)
      .map((d) => d.ayonId),
  );
  const linked = new Map<
    string,
    { readonly id: AyonId; readonly kind: Kind }
  >();
  yield;
  for (const node of facts.nodes.values()) {
    yield;
    const id = linkedTo(node);
    if (id !== null && node.active) linked.set(id, node);
  }
  function nodeOf(
    id: FtrackId,
  ): { readonly id: AyonId; readonly kind: Kind } | null {
    const draft = draftOf.get(id);
    if (draft === undefined) return linked.get(id) ?? null;
    if (draft.node === null && draft.failure !== null) return null;
    return { id: draft.ayonId, kind: draft.kind };
  }
  return {
    nodeOf,
    folderOf(id) {
      const found = nodeOf(id);
      return found?.kind === "folder" ? found.id : null;
    },
    isNew: (id) => news.has(id),
    pathOf: (id) => facts.nodes.get(id)?.path ?? id,
  };
}
