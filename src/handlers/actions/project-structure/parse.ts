/**
 * The folder structure of a project as the core addon of AYON keeps it: JSON whose keys are names of folders
 * on disk. What is to be in Ftrack too carries a mark: `shots[ftrack.Sequence]`, or `[ftrack]` for a Folder.
 */
import { isSameName } from "../../../core/status.ts";

export interface StructureNode {
  readonly name: string;
  /** As it is written; null where the mark names none, which means Folder. */
  readonly type: string | null;
  /** Names from the top down, as in a path. */
  readonly path: string;
  readonly children: readonly StructureNode[];
}

export interface Structure {
  /** What is marked, and all that is above it. */
  readonly nodes: readonly StructureNode[];
  /** Each names the node it is about. */
  readonly problems: readonly string[];
}

/** Stands for the project itself; anatomy keys such as `{root[work]}` do as well. */
const ROOT = "__project_root__";
const ANATOMY = /^\{.*\}$/;
const MARKED = /^(?<name>[^[\]]*)\[(?<marks>[^[\]]*)\]\s*$/;
const MARK = /^ftrack(?:\.(?<type>[^.\s][^.]*))?$/;
/** More levels than any tree of Ftrack; a text that is nested without end must not end the service. */
const DEEPEST = 50;

interface Draft {
  readonly name: string;
  readonly isMarked: boolean;
  readonly type: string | null;
  readonly below: readonly Draft[];
}

export function parseStructure(text: string): Structure {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "";
    return { nodes: [], problems: [`It is no JSON: ${reason}.`] };
  }
  const problems: string[] = [];
  const drafts = readLevel(value, [], problems);
  const nodes = nodesOf(drafts, "", problems);
  return problems.length > 0 ? { nodes: [], problems } : { nodes, problems };
}

function readLevel(
  value: unknown,
  at: readonly string[],
  problems: string[],
): readonly Draft[] {
  const where = at.length === 0 ? "The structure" : `“${at.join("/")}”`;
  if (at.length > DEEPEST) {
    problems.push(`“${at.slice(0, 3).join("/")}/…” goes too deep.`);
    return [];
  }
  // Older versions of the core addon let a list of names stand for folders with nothing in them.
  if (Array.isArray(value)) {
    const names = value.filter((item) => typeof item === "string");
    if (names.length < value.length)
      problems.push(`${where} is a list of something else than names.`);
    return names.flatMap((name) => readEntry(name, null, at, problems));
  }
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, below]) =>
      readEntry(key, below, at, problems),
    );
  if (at.length === 0 || (value !== null && value !== ""))
    problems.push(
      `${where} is ${JSON.stringify(value)} where names in braces should be.`,
    );
  return [];
}

function readEntry(
  key: string,
  below: unknown,
  above: readonly string[],
  problems: string[],
): readonly Draft[] {
  const at = [...above, key];
  const drafts = readLevel(below, at, problems);
  if (key === ROOT || ANATOMY.test(key)) return drafts;
  const { name = key, marks } = MARKED.exec(key)?.groups ?? {};
  const own = marks
    ?.split(",")
    .map((mark) => mark.trim())
    .find((mark) => mark.startsWith("ftrack"));
  const mark = own === undefined ? null : MARK.exec(own);
  const looksMarked = /\[\s*ftrack/.test(key);
  if (looksMarked && mark === null)
    problems.push(
      `“${at.join("/")}” has a mark that is not understood; write [ftrack] or [ftrack.Type].`,
    );
  const draft: Draft = {
    name: name.trim(),
    isMarked: mark !== null,
    type: mark?.groups?.["type"]?.trim() ?? null,
    below: drafts,
  };
  if (isInFtrack(draft) && (draft.name === "" || draft.name.includes("/")))
    problems.push(
      draft.name === ""
        ? `“${at.join("/")}” has no name before its mark.`
        : `“${at.join("/")}” holds a slash, which cannot be in a name of Ftrack.`,
    );
  return [draft];
}

function isInFtrack({ isMarked, below }: Draft): boolean {
  return isMarked || below.some(isInFtrack);
}

/** One node for each name: what is written twice is one entity. */
function nodesOf(
  drafts: readonly Draft[],
  above: string,
  problems: string[],
): readonly StructureNode[] {
  const wanted = drafts.filter(isInFtrack);
  const firsts = wanted.filter(
    ({ name }, i) => wanted.findIndex((d) => isSameName(d.name, name)) === i,
  );
  return firsts.map(({ name }): StructureNode => {
    const same = drafts.filter((draft) => isSameName(draft.name, name));
    const types = [...new Set(same.flatMap(({ type }) => type ?? []))];
    const path = above === "" ? name : `${above}/${name}`;
    if (types.length > 1)
      problems.push(`“${path}” stands there as ${types.join(" and as ")}.`);
    return {
      name,
      path,
      type: types[0] ?? null,
      children: nodesOf(
        same.flatMap(({ below }) => below),
        path,
        problems,
      ),
    };
  });
}
