import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { operation } from "@ftrack/api";
import { z } from "zod";
import { askAyon } from "../../scripts/stack/ayon-view.ts";
import type { Stack } from "../../scripts/stack/stack.ts";
import type { Edit, Show, Studio } from "../../scripts/stack/studio.ts";

const TASKS_PER_SHOT = 20;
const PAGE = 1_000;
const LOOK_EVERY_MS = 100;
const TOO_LATE_MS = 300_000;

/** A show that is in both, with so many tasks. */
export interface FilledShow extends Show {
  /** Ids in Ftrack. */
  readonly tasks: readonly string[];
}

/** A sequence, shots and so many tasks; not yet made. */
export function tree(
  { idOf }: Studio,
  { projectId }: Show,
  tasks: number,
): { readonly folders: readonly Edit[]; readonly tasks: readonly Edit[] } {
  const sequence = randomUUID();
  const shots = Array.from({ length: Math.ceil(tasks / TASKS_PER_SHOT) }, () =>
    randomUUID(),
  );
  const create = (
    type: string,
    id: string,
    name: string,
    parent: string,
    more = {},
  ): Edit => operation.create(type, { id, name, parent_id: parent, ...more });
  return {
    folders: [
      create("Sequence", sequence, "sq010", projectId),
      ...shots.map((id, n) => create("Shot", id, `sh${n}`, sequence)),
    ],
    tasks: Array.from({ length: tasks }, (_, n) =>
      create(
        "Task",
        randomUUID(),
        `task_${n}`,
        shots[Math.floor(n / TASKS_PER_SHOT)] ?? sequence,
        { type_id: idOf("Type", "Animation") },
      ),
    ),
  };
}

/** Makes a show in Ftrack, and waits until the services have brought all of it to AYON. */
export async function fillShow(
  stack: Stack,
  studio: Studio,
  name: string,
  tasks: number,
): Promise<FilledShow> {
  const show = await studio.addShow(name);
  const edits = tree(studio, show, tasks);
  await studio.save(...edits.folders, ...edits.tasks);
  await arrived(`all tasks of ${name}`, async () => {
    return (await readTasks(stack, name)).size === tasks;
  });
  const ids = [...(await readTasks(stack, name)).keys()];
  return { ...show, tasks: ids };
}

export interface TaskRow {
  readonly status: string;
  /** When AYON last changed it: milliseconds since 1970. */
  readonly updatedAt: number;
}

const answer = z.object({
  data: z.object({
    project: z.object({
      tasks: z.object({
        pageInfo: z.object({
          hasNextPage: z.boolean(),
          endCursor: z.string().nullable(),
        }),
        edges: z.array(
          z.object({
            node: z.object({
              status: z.string(),
              updatedAt: z.string(),
              allAttrib: z.string(),
            }),
          }),
        ),
      }),
    }),
  }),
});

const QUERY = `query Tasks($project: String!, $after: String) {
  project(name: $project) {
    tasks(first: ${PAGE}, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { status updatedAt allAttrib } }
    }
  }
}`;

/** The tasks of a project by their ids in Ftrack. */
export async function readTasks(
  { ayon }: Stack,
  project: string,
): Promise<ReadonlyMap<string, TaskRow>> {
  const found = new Map<string, TaskRow>();
  let after: string | null = null;
  for (;;) {
    const body = await askAyon(ayon, "POST", "/graphql", {
      query: QUERY,
      variables: { project, after },
    });
    const { tasks } = answer.parse(body).data.project;
    for (const { node } of tasks.edges) {
      const attrib = JSON.parse(node.allAttrib) as Record<string, unknown>;
      const id = attrib["ftrackId"];
      if (typeof id === "string")
        found.set(id, {
          status: node.status,
          updatedAt: Date.parse(node.updatedAt),
        });
    }
    if (!tasks.pageInfo.hasNextPage) return found;
    after = tasks.pageInfo.endCursor;
  }
}

export interface Patience {
  readonly everyMs?: number;
  readonly withinMs?: number;
}

export async function arrived(
  words: string,
  isTrue: () => Promise<boolean>,
  { everyMs = LOOK_EVERY_MS, withinMs = TOO_LATE_MS }: Patience = {},
): Promise<void> {
  const until = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > until) throw new Error(`never: ${words}`);
    await sleep(everyMs);
  }
}

export function statusEdit(studio: Studio, task: string, status: string): Edit {
  return operation.update("Task", [task], {
    status_id: studio.idOf("Status", status),
  });
}
