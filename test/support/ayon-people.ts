/** People at work in AYON: their requests, unlike those of services, are signed by nobody. */
import { expect } from "vitest";
import type { World } from "./world.ts";

/** An edit of an entity by a user of AYON. */
export async function editInAyon(
  { ayon, name }: Pick<World, "ayon" | "name">,
  user: string,
  kind: "folders" | "tasks" | "versions",
  id: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  const answer = await fetch(
    `${ayon.sandbox.url}/api/projects/${name}/${kind}/${id}`,
    {
      method: "PATCH",
      headers: {
        "Content-Type": "application/json",
        "X-Api-Key": ayon.sandbox.apiKey,
        "X-As-User": user,
      },
      body: JSON.stringify(data),
    },
  );
  expect(answer.status, await answer.text()).toBe(204);
}
