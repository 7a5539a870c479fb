import { randomUUID } from "node:crypto";
import { operation } from "@ftrack/api";
import { readAyon, type Seen } from "../../scripts/stack/ayon-view.ts";
import type { Stack } from "../../scripts/stack/stack.ts";
import type { Edit, Show, Studio } from "../../scripts/stack/studio.ts";

const SHOTS = 20;

/**
 * 200 edits of a show, each of which makes Ftrack send an event: ten for each of twenty shots. The same for
 * every show, so that all shows look alike in the end.
 */
export function burst({ idOf }: Studio, { projectId }: Show): Edit[] {
  const [first, second] = [randomUUID(), randomUUID()];
  const sequences = [
    operation.create("Sequence", {
      ...{ id: first, name: "sq010", parent_id: projectId },
    }),
    operation.create("Sequence", {
      ...{ id: second, name: "sq020", parent_id: projectId },
    }),
  ];
  const shots = Array.from({ length: SHOTS }, (_, n) => {
    const name = `sh${String(n).padStart(3, "0")}`;
    const [id, animation, lighting] = [
      ...[randomUUID(), randomUUID(), randomUUID()],
    ] as [string, string, string];
    const task = (taskId: string, type: string): Edit =>
      operation.create("Task", {
        ...{ id: taskId, name: type.toLowerCase(), parent_id: id },
        type_id: idOf("Type", type),
      });
    const status = (to: string): Edit =>
      operation.update("Task", [animation], { status_id: idOf("Status", to) });
    return [
      operation.create("Shot", { id, name, parent_id: first }),
      task(animation, "Animation"),
      task(lighting, "Lighting"),
      status("In progress"),
      operation.update("Shot", [id], { name: `${name}_v2` }),
      operation.create("CustomAttributeValue", {
        configuration_id: idOf("Attribute", "frameStart"),
        ...{ entity_id: id, value: 1001 + n },
      }),
      operation.create("Appointment", {
        ...{ id: randomUUID(), context_id: animation, type: "assignment" },
        resource_id: idOf("User", "anna@studio.test"),
      }),
      n % 2 === 0
        ? operation.update("Shot", [id], { parent_id: second })
        : operation.update("Shot", [id], { description: `shot ${n}` }),
      status("Approved"),
      // A shot in three loses its lighting, the others are told something about it.
      n % 3 === 0
        ? operation.delete("Task", [lighting])
        : operation.update("Task", [lighting], { description: "later" }),
    ];
  });
  // Not shot by shot, but all through each other, as twenty people work.
  const rounds = Array.from({ length: 10 }, (_, n) =>
    shots.flatMap((edits) => edits.slice(n, n + 1)),
  );
  return [...sequences, ...rounds.flat()];
}

/** Folders and tasks by their paths. */
export type EndState = Readonly<
  Record<string, Omit<Seen, "id" | "name" | "path">>
>;

/** What `burst` leaves when nothing goes wrong, as far as it is plain to see. */
export function isWhole(state: EndState): boolean {
  const last = state["/sq010/sh019_v2/lighting"];
  return (
    Object.keys(state).length === 2 + 3 * SHOTS - Math.ceil(SHOTS / 3) &&
    last?.values["description"] === "later"
  );
}

/** A show as AYON has it, by path, without what differs from show to show. */
export async function endState(stack: Stack, show: Show): Promise<EndState> {
  const view = await readAyon(stack.ayon, show.name);
  const rows = [...view.values()]
    .map(({ path, type, status, assignees, values }) => {
      const rest = Object.fromEntries(
        Object.entries(values).filter(([name]) => name !== "ftrackId"),
      );
      return [path, { type, status, assignees, values: rest }] as const;
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(rows);
}
