import { z } from "zod";
import type { Ayon } from "./sandboxes.ts";

/** A folder or task as AYON shows it. */
export interface Seen {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly status: string;
  readonly assignees: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** Everything in a project, by the id that it has in Ftrack. */
export type AyonView = ReadonlyMap<string, Seen>;

const QUERY = `query Everything($project: String!) {
  project(name: $project) {
    folders(first: 1000) { edges { node { id name path folderType status allAttrib } } }
    tasks(first: 1000) { edges { node {
      id name taskType status assignees allAttrib folder { path }
    } } }
  }
}`;

const attributes = z
  .string()
  .transform((text) => JSON.parse(text) as Record<string, unknown>);

const node = z
  .object({
    id: z.string(),
    name: z.string(),
    path: z.string().optional(),
    folder: z.object({ path: z.string() }).optional(),
    folderType: z.string().optional(),
    taskType: z.string().optional(),
    status: z.string(),
    assignees: z.array(z.string()).default([]),
    allAttrib: attributes,
  })
  .transform((n): Seen => ({
    id: n.id,
    name: n.name,
    path: n.path ?? `${n.folder?.path ?? ""}/${n.name}`,
    type: n.folderType ?? n.taskType ?? "",
    status: n.status,
    assignees: n.assignees,
    values: n.allAttrib,
  }));

const edges = z.object({ edges: z.array(z.object({ node })) });
const answer = z.object({
  data: z.object({ project: z.object({ folders: edges, tasks: edges }) }),
});

/** Reads a project as any client of AYON would; knows nothing of the services. */
export async function readAyon(
  ayon: Pick<Ayon, "url" | "apiKey">,
  project: string,
): Promise<AyonView> {
  const body = await askAyon(ayon, "POST", "/graphql", {
    query: QUERY,
    variables: { project },
  });
  const { folders, tasks } = answer.parse(body).data.project;
  return new Map(
    [...folders.edges, ...tasks.edges].flatMap(({ node: seen }) => {
      const id = seen.values["ftrackId"];
      return typeof id === "string" ? [[id, seen] as const] : [];
    }),
  );
}

/**
 * Any request.
 *
 * @param asUser - AYON user in whose name it is made
 * @throws Error for any answer but a good one.
 */
export async function askAyon(
  { url, apiKey }: Pick<Ayon, "url" | "apiKey">,
  method: string,
  path: string,
  body: unknown,
  asUser?: string,
): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: {
      "x-api-key": apiKey,
      "content-type": "application/json",
      ...(asUser !== undefined && { "x-as-user": asUser }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`AYON: ${method} ${path}: ${response.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}
