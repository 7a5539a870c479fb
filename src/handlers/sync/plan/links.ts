import type { AyonLink, AyonLinkDelete } from "../../../core/change.ts";
import type { Issue } from "../../../core/decision.ts";
import { deriveAyonId, type AyonId, type FtrackId } from "../../../core/ids.ts";
import type { AyonLinkRow } from "../../../core/ports.ts";
import type { FtrackLink, SyncFacts } from "../facts.ts";
import { broken } from "../rules.ts";
import { changeIdOf } from "./change-ids.ts";
import type { Placed } from "./placed.ts";
import { projectSubject, type Tree } from "./tree.ts";

/** Key of an AYON link's free data: the Ftrack link it stands for. */
const MARK = "ftrackLinkId";

export interface LinksPlan {
  readonly changes: readonly (AyonLink | AyonLinkDelete)[];
  readonly issues: readonly Issue[];
}

function pair(input: AyonId, output: AyonId): string {
  return `${input}>${output}`;
}

/**
 * Links between folders, as a difference of two sets: what Ftrack has and AYON lacks is made, what stood for
 * a link of Ftrack that is gone is removed. Links made in AYON alone are left alone.
 */
export function planLinks(
  facts: SyncFacts,
  tree: Tree,
  placed: Placed,
): LinksPlan {
  const { linkType, missingType, ftrack, ayon, removed, ends } = facts.links;
  const project = projectSubject(facts);
  if (missingType !== null)
    return {
      changes: [],
      issues: [
        broken(
          "link-type-missing",
          project,
          `The AYON project has no link type ${missingType} from folder to folder.`,
        ),
      ],
    };
  if (linkType === null) return { changes: [], issues: [] };

  function pathOf({ from, to }: FtrackLink): string {
    return `${tree.pathOf(from)} → ${tree.pathOf(to)}`;
  }
  function folder(id: FtrackId): AyonId | null {
    return placed.folderOf(id);
  }
  const present = new Map<string, AyonLinkRow>();
  for (const row of ayon) present.set(pair(row.input, row.output), row);

  const changes: (AyonLink | AyonLinkDelete)[] = [];
  const wanted = new Set<string>();
  for (const link of ftrack) {
    const input = folder(link.from);
    const output = folder(link.to);
    if (input === null || output === null || input === output) continue;
    const key = pair(input, output);
    if (wanted.has(key)) continue;
    wanted.add(key);
    if (present.has(key)) continue;
    const needs = [input, output]
      .filter((id) => placed.isNew(id))
      .map(changeIdOf);
    changes.push({
      kind: "ayon.link.create",
      id: `link-${link.id}`,
      subject: {
        ftrackId: link.id,
        path: pathOf(link),
        type: "TypedContextLink",
      },
      project: facts.ayonProject.name,
      linkId: deriveAyonId(`link/${link.id}/${key}`),
      input,
      output,
      linkType,
      data: { [MARK]: link.id },
      ...(needs.length === 0 ? {} : { needs }),
    });
  }

  const known = new Set(ftrack.map((link) => link.id as string));
  const removedIds = new Set(removed.map((link) => link.id as string));
  const removedPairs = new Set(
    removed.flatMap(({ from, to }) => {
      const input = folder(from);
      const output = folder(to);
      return input === null || output === null ? [] : [pair(input, output)];
    }),
  );
  for (const row of ayon) {
    const key = pair(row.input, row.output);
    if (wanted.has(key)) continue;
    const mark = row.data[MARK];
    const isOurs = typeof mark === "string";
    const isGone = isOurs
      ? removedIds.has(mark) || (ends === null && !known.has(mark))
      : removedPairs.has(key);
    if (!isGone) continue;
    changes.push({
      kind: "ayon.link.delete",
      id: `unlink-${row.id}`,
      subject: {
        ftrackId: null,
        path: `${placed.pathOf(row.input)} → ${placed.pathOf(row.output)}`,
        type: "TypedContextLink",
      },
      project: facts.ayonProject.name,
      linkId: row.id,
    });
  }
  return { changes, issues: [] };
}
