import { Session } from "@ftrack/api";
import { z } from "zod";
import { askAyon } from "../stack/ayon-view.ts";
import type { Stack } from "../stack/stack.ts";
import type { Show } from "./shows.ts";

/** What is compared of a folder or task. */
export interface Seen {
  readonly name: string;
  /** In lower case: each side has its own way of writing it. */
  readonly status: string;
  readonly description: string;
}

const text = z.string().nullish();
const row = z.object({
  id: z.string(),
  name: z.string(),
  description: text,
  status: z.object({ name: z.string() }).nullish(),
});

/** Reads shows in Ftrack: entity id → what it is. Knows nothing of the services. */
export async function openFtrackView(
  stack: Stack,
): Promise<(shows: readonly Show[]) => Promise<ReadonlyMap<string, Seen>>> {
  const { url, apiUser, apiKey } = stack.ftrack;
  const session = new Session(url, apiUser, apiKey);
  await session.initializing;
  return async (shows) => {
    const ids = shows.map(({ projectId }) => `"${projectId}"`).join(", ");
    const { data } = await session.query(
      `select id, name, description, status.name from TypedContext where project_id in (${ids})`,
    );
    return new Map(
      z
        .array(row)
        .parse(data)
        .map((found) => [
          found.id,
          {
            name: found.name,
            status: (found.status?.name ?? "").toLowerCase(),
            description: found.description ?? "",
          },
        ]),
    );
  };
}

const QUERY = `query Show($project: String!) {
  project(name: $project) {
    folders(first: 5000) { edges { node { name status allAttrib } } }
    tasks(first: 5000) { edges { node { name status allAttrib } } }
  }
}`;

const attributes = z
  .string()
  .transform((json) => JSON.parse(json) as unknown)
  .pipe(z.object({ ftrackId: text, description: text }));
const node = z.object({
  name: z.string(),
  status: z.string(),
  allAttrib: attributes,
});
const edges = z.object({ edges: z.array(z.object({ node })) });
const answer = z.object({
  data: z.object({ project: z.object({ folders: edges, tasks: edges }) }),
});

/** Reads a show in AYON: all that stands there for each Ftrack id, which should be one. */
export async function readShow(
  { ayon }: Stack,
  { name }: Show,
): Promise<ReadonlyMap<string, readonly Seen[]>> {
  const body = await askAyon(ayon, "POST", "/graphql", {
    query: QUERY,
    variables: { project: name },
  });
  const { folders, tasks } = answer.parse(body).data.project;
  const found = new Map<string, Seen[]>();
  for (const { node: seen } of [...folders.edges, ...tasks.edges]) {
    const { ftrackId, description } = seen.allAttrib;
    const status = seen.status.toLowerCase();
    const all = found.get(ftrackId ?? "") ?? [];
    all.push({ name: seen.name, status, description: description ?? "" });
    found.set(ftrackId ?? "", all);
  }
  return found;
}

const COMMENTS = `query Comments($project: String!, $after: String) {
  project(name: $project) {
    activities(activityTypes: ["comment"], referenceTypes: ["origin"], first: 1000, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { body } }
    }
  }
}`;

const comments = z.object({
  data: z.object({
    project: z.object({
      activities: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: text }),
        edges: z.array(z.object({ node: z.object({ body: z.string() }) })),
      }),
    }),
  }),
});

/** Texts of all comments in a show in AYON. */
export async function readComments(
  { ayon }: Stack,
  { name }: Show,
): Promise<readonly string[]> {
  const all: string[] = [];
  for (let after: string | null = null; ;) {
    const body = await askAyon(ayon, "POST", "/graphql", {
      query: COMMENTS,
      variables: { project: name, after },
    });
    const page = comments.parse(body).data.project.activities;
    all.push(...page.edges.map(({ node: { body: found } }) => found));
    if (!page.pageInfo.hasNextPage) return all;
    after = page.pageInfo.endCursor ?? null;
  }
}

const EVENTS = `query Events($topics: [String!], $projects: [String!], $since: String, $after: String) {
  events(topics: $topics, projects: $projects, newerThan: $since, first: 1000, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { topic summary payload } }
  }
}`;

const json = z.string().transform((t) => JSON.parse(t) as unknown);
const events = z.object({
  data: z.object({
    events: z.object({
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: text }),
      edges: z.array(
        z.object({
          node: z.object({
            topic: z.string(),
            summary: json.pipe(z.object({ entityId: text })),
            payload: json.pipe(
              z.object({
                newValue: z.object({ description: text }).optional().catch({}),
              }),
            ),
          }),
        }),
      ),
    }),
  }),
});

export interface AyonEvent {
  readonly topic: string;
  readonly entityId: string;
  readonly description: string | null;
}

/** What happened to folders and tasks since then, in order. */
export async function readEvents(
  { ayon }: Stack,
  shows: readonly Show[],
  since: Date,
): Promise<readonly AyonEvent[]> {
  const all: AyonEvent[] = [];
  for (let after: string | null = null; ;) {
    const variables = {
      topics: ["entity.folder.*", "entity.task.*"],
      projects: shows.map(({ name }) => name),
      since: since.toISOString(),
      after,
    };
    const body = await askAyon(ayon, "POST", "/graphql", {
      query: EVENTS,
      variables,
    });
    const page = events.parse(body).data.events;
    for (const { node: event } of page.edges)
      all.push({
        topic: event.topic,
        entityId: event.summary.entityId ?? "",
        description: event.payload.newValue?.description ?? null,
      });
    if (!page.pageInfo.hasNextPage) return all;
    after = page.pageInfo.endCursor ?? null;
  }
}
