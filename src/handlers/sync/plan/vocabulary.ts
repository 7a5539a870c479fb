import type { Issue } from "../../../core/decision.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { NamedRow } from "../../../core/reference.ts";
import { isSameName } from "../../../core/status.ts";
import type { SyncFacts } from "../facts.ts";
import { broken } from "../rules.ts";
import { extendStatuses, type Report, type StatusNeeds } from "./statuses.ts";
import { projectSubject, roleOfObjectType } from "./tree.ts";
import {
  extendTypes,
  uniqueShortName,
  type Extended,
  type Word,
} from "./types.ts";

/** What the entities in focus need the AYON project to know. */
export interface Needs {
  readonly objectTypes: ReadonlySet<FtrackId>;
  readonly taskTypes: ReadonlySet<FtrackId>;
  readonly statuses: StatusNeeds;
}

export interface Vocabulary {
  /** Patch of the AYON project that teaches it what it lacks; null when it knows everything. */
  readonly patch: Readonly<Record<string, unknown>> | null;
  readonly issues: readonly Issue[];
  folderType(id: FtrackId): Word | null;
  taskType(id: FtrackId): Word | null;
  status(id: FtrackId): Word | null;
}

function rowsOf<T extends NamedRow>(
  table: ReadonlyMap<FtrackId, T>,
  ids: Iterable<FtrackId>,
): T[] {
  return [...new Set(ids)]
    .flatMap((id) => {
      const row = table.get(id);
      return row === undefined ? [] : [row];
    })
    .sort(
      (a, b) => (a.sort ?? 0) - (b.sort ?? 0) || (a.name < b.name ? -1 : 1),
    );
}

function compare(
  kind: string,
  inAyon: readonly { readonly name: string }[],
  inUse: readonly NamedRow[],
  schema: readonly FtrackId[],
  report: Report,
): void {
  for (const row of inUse) {
    if (!schema.includes(row.id))
      report(
        "type-outside-schema",
        `${kind} ${row.name} is in use but not in the project's schema.`,
      );
  }
  for (const { name } of inAyon) {
    if (!inUse.some((row) => isSameName(row.name, name)))
      report("type-only-in-ayon", `${kind} ${name} is in AYON only.`);
  }
}

/** Folder types, task types and statuses of the AYON project, with what the focus needs. */
export function vocabulary(facts: SyncFacts, needs: Needs): Vocabulary {
  const { world, ayonProject } = facts;
  const isProject = facts.origin === "project" && facts.subtreeId === null;
  const issues: Issue[] = [];
  const subject = projectSubject(facts);
  function report(...[rule, detail]: Parameters<Report>): void {
    issues.push(broken(rule, subject, detail));
  }

  const objectTypes = rowsOf(world.objectTypes, [
    ...(isProject ? world.schema.objectTypes : []),
    ...needs.objectTypes,
  ]).filter((row) => roleOfObjectType(row.id, row.name) === "folder");
  const taskTypes = rowsOf(world.taskTypes, [
    ...(isProject ? world.schema.taskTypes : []),
    ...needs.taskTypes,
  ]);
  const shortNames = new Set(
    ayonProject.taskTypes.map((type) => type.shortName.toLowerCase()),
  );
  const folders = extendTypes(
    ayonProject.folderTypes,
    objectTypes,
    isProject,
    (name) => ({ name, shortName: "", icon: "folder" }),
  );
  const tasks = extendTypes(
    ayonProject.taskTypes,
    taskTypes,
    isProject,
    (name) => ({
      name,
      shortName: uniqueShortName(
        name.toLowerCase().replace(/\W/g, "") || "task",
        shortNames,
      ),
      icon: "task_alt",
    }),
  );
  if (isProject) {
    compare(
      "Object type",
      ayonProject.folderTypes,
      objectTypes,
      world.schema.objectTypes,
      report,
    );
    compare(
      "Task type",
      ayonProject.taskTypes,
      taskTypes,
      world.schema.taskTypes,
      report,
    );
  }
  const statuses = extendStatuses(facts, needs.statuses, report);

  const patch = {
    ...(folders.isChanged ? { folderTypes: folders.list } : {}),
    ...(tasks.isChanged ? { taskTypes: tasks.list } : {}),
    ...(statuses.isChanged ? { statuses: statuses.list } : {}),
  };
  function word(list: Extended, row: NamedRow | undefined): Word | null {
    return row === undefined ? null : list.wordFor(row.name);
  }
  return {
    patch: Object.keys(patch).length === 0 ? null : patch,
    issues,
    folderType: (id) => word(folders, world.objectTypes.get(id)),
    taskType: (id) => word(tasks, world.taskTypes.get(id)),
    status: (id) => word(statuses, world.statuses.get(id)),
  };
}
