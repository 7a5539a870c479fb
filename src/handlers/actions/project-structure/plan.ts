import type { FtrackCreate } from "../../../core/change.ts";
import { deriveFtrackId, type FtrackId } from "../../../core/ids.ts";
import type { ObjectType } from "../../../core/reference.ts";
import { isSameName } from "../../../core/status.ts";
import type { StructureNode } from "./parse.ts";

const USUAL_TYPE = "Folder";

/** A folder of Ftrack that is there. */
export interface ExistingFolder {
  readonly id: FtrackId;
  readonly name: string;
  readonly parentId: FtrackId | null;
  readonly typeId: FtrackId | null;
}

export interface StructureFacts {
  /** Of the job; the ids of what it makes hang on it, so that a second start makes nothing twice. */
  readonly jobId: string;
  readonly project: { readonly id: FtrackId; readonly fullName: string };
  readonly nodes: readonly StructureNode[];
  readonly objectTypes: readonly ObjectType[];
  /** Object types of the project's schema; empty when it names none. */
  readonly offered: readonly FtrackId[];
  readonly existing: readonly ExistingFolder[];
}

/** One entity of the structure, for a preview. */
export interface StructureLine {
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  readonly isNew: boolean;
}

export interface StructurePlan {
  readonly changes: readonly FtrackCreate[];
  readonly lines: readonly StructureLine[];
  /** Entities that are there already. */
  readonly kept: number;
  /** What is there, but not as the structure has it; it stays as it is. */
  readonly notes: readonly string[];
}

/** The type a node asks for; in words why it cannot be made. */
function typeOf(
  node: StructureNode,
  { objectTypes, offered }: Pick<StructureFacts, "objectTypes" | "offered">,
): ObjectType | string {
  const wanted = node.type ?? USUAL_TYPE;
  const key = wanted.replaceAll(" ", "").toLowerCase();
  const type = objectTypes.find(
    ({ name }) => name.replaceAll(" ", "").toLowerCase() === key,
  );
  if (type === undefined)
    return `“${node.path}” is to be a ${wanted}, a type that Ftrack does not have.`;
  if (type.isLeaf)
    return `“${node.path}” is to be a ${type.name}, which is no folder.`;
  if (offered.length > 0 && !offered.includes(type.id))
    return `“${node.path}” is to be a ${type.name}, a type that the project's schema does not have.`;
  return type;
}

/** What is wrong with the types of a structure, node by node. */
export function typeProblems(
  nodes: readonly StructureNode[],
  types: Pick<StructureFacts, "objectTypes" | "offered">,
): readonly string[] {
  return nodes.flatMap((node) => {
    const type = typeOf(node, types);
    return [
      ...(typeof type === "string" ? [type] : []),
      ...typeProblems(node.children, types),
    ];
  });
}

/** The entity that a node stands for: of its very name, or else of its name in other letters. */
export function folderFor(
  node: StructureNode,
  parentId: FtrackId,
  existing: readonly ExistingFolder[],
): ExistingFolder | undefined {
  const siblings = existing.filter((folder) => folder.parentId === parentId);
  return (
    siblings.find(({ name }) => name === node.name) ??
    siblings.find(({ name }) => isSameName(name, node.name))
  );
}

/** What is missing of a structure, parents before children. Its types must have been found right. */
export function planStructure(facts: StructureFacts): StructurePlan {
  const { project, jobId, existing } = facts;
  const typeNames = new Map(facts.objectTypes.map((t) => [t.id, t.name]));
  const changes: FtrackCreate[] = [];
  const lines: StructureLine[] = [];
  const notes: string[] = [];
  let kept = 0;

  function walk(
    nodes: readonly StructureNode[],
    parentId: FtrackId,
    depth: number,
  ): void {
    for (const node of nodes) {
      const type = typeOf(node, facts);
      if (typeof type === "string") continue;
      const own = deriveFtrackId(`structure ${jobId} ${parentId} ${node.name}`);
      const there = folderFor(node, parentId, existing);
      // One that an earlier start of this job made is made again, which changes nothing.
      const isNew = there === undefined || there.id === own;
      if (isNew) changes.push(create(node, own, parentId, type));
      else {
        kept += 1;
        const is =
          there.typeId === null ? undefined : typeNames.get(there.typeId);
        if (node.type !== null && is !== undefined && there.typeId !== type.id)
          notes.push(`“${node.path}” is there, as ${is}, not as ${type.name}.`);
      }
      const typeName = isNew
        ? type.name
        : (typeNames.get(there.typeId ?? type.id) ?? type.name);
      lines.push({ depth, name: node.name, type: typeName, isNew });
      walk(node.children, isNew ? own : there.id, depth + 1);
    }
  }

  function create(
    { name, path }: StructureNode,
    id: FtrackId,
    parentId: FtrackId,
    type: ObjectType,
  ): FtrackCreate {
    // The API's name of an object type has no blanks: "Asset Build" is AssetBuild.
    const entityType = type.name.replaceAll(" ", "");
    return {
      kind: "ftrack.create",
      id,
      subject: {
        ftrackId: id,
        path: `${project.fullName}/${path}`,
        type: entityType,
      },
      entityType,
      data: {
        id,
        name,
        parent_id: parentId,
        project_id: project.id,
        object_type_id: type.id,
      },
      ...(changes.some((change) => change.id === parentId)
        ? { needs: [parentId] }
        : {}),
    };
  }

  walk(facts.nodes, project.id, 0);
  return { changes, lines, kept, notes };
}
