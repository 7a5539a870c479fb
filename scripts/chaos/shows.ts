import { randomUUID } from "node:crypto";
import { operation } from "@ftrack/api";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../stack/stack.ts";
import {
  openStudio,
  type Show as StudioShow,
  type Studio,
} from "../stack/studio.ts";

/** A show with people at work in it. */
export interface Show {
  readonly name: string;
  readonly projectId: string;
  /** Makes one edit, of the kind whose turn it is. */
  edit(): Promise<void>;
  /** Texts of the notes that were written, each once. */
  notes(): readonly string[];
}

const SHOTS = 3;
const AUTHOR = "anna@studio.test";
const STATUSES = ["Not started", "In progress", "Pending Review", "Approved"];

export interface ShowOptions {
  readonly count: number;
  /** One edit in so many makes a new task, and one writes a note. */
  readonly createEvery: number;
}

export async function openShows(
  stack: Stack,
  { count, createEvery }: ShowOptions,
): Promise<readonly Show[]> {
  const studio = await openStudio(stack);
  return Promise.all(
    Array.from({ length: count }, async (_, i) =>
      openShow(await studio.addShow(`chaos_${i + 1}`), studio, createEvery),
    ),
  );
}

async function openShow(
  { name, projectId }: StudioShow,
  studio: Studio,
  createEvery: number,
): Promise<Show> {
  const { idOf } = studio;
  const save: Studio["save"] = (...edits) => studio.save(...edits);
  const sequence = randomUUID();
  const shots = Array.from({ length: SHOTS }, () => randomUUID());
  const tasks: string[] = [];
  function task(parent: string): ReturnType<typeof operation.create> {
    const id = randomUUID();
    tasks.push(id);
    return operation.create("Task", {
      id,
      name: `task_${tasks.length}`,
      parent_id: parent,
      type_id: idOf("Type", "Animation"),
    });
  }
  await save(
    operation.create("Sequence", {
      ...{ id: sequence, name: "sq010", parent_id: projectId },
    }),
    ...shots.flatMap((id, i) => [
      operation.create("Shot", {
        ...{ id, name: `sh0${i + 1}0`, parent_id: sequence },
      }),
      task(id),
    ]),
  );
  const notes: string[] = [];
  async function write(parent: string): Promise<void> {
    const content = `note ${randomUUID()}`;
    await save(
      operation.create("Note", {
        ...{ id: randomUUID(), content, parent_id: parent },
        ...{ parent_type: "Task", user_id: idOf("User", AUTHOR) },
        date: new Date().toISOString().slice(0, 19),
      }),
    );
    notes.push(content);
  }
  /** Descriptions are numbers that only grow: an older one over a newer one shows. */
  let number = 0;
  let turn = 0;

  return {
    name,
    projectId,
    notes: () => notes,
    async edit() {
      turn += 1;
      const shot = shots[turn % SHOTS] ?? sequence;
      if (turn % createEvery === 0) {
        await save(task(shot));
        return;
      }
      // Work goes on in the same few tasks, so that edits of one entity come close to each other.
      const busy = tasks[turn % SHOTS] ?? "";
      if (turn % createEvery === createEvery / 2) {
        await write(busy);
        return;
      }
      number += 1;
      const status = STATUSES[number % STATUSES.length] ?? "";
      await save(
        turn % 2 === 0
          ? operation.update("Task", [busy], {
              status_id: idOf("Status", status),
              description: String(number),
            })
          : operation.update("Shot", [shot], { description: String(number) }),
      );
    },
  };
}

/** People who edit all shows, evenly, until they are told to stop. */
export interface Load {
  edits(): number;
  /** Resolves when the last edit is made. */
  stop(): Promise<void>;
}

/** @param rate - edits per second over all shows */
export function startLoad(shows: readonly Show[], rate: number): Load {
  let edits = 0;
  let isStopped = false;
  const pauseMs = (1000 * shows.length) / rate;
  const people = shows.map(async (show, i) => {
    let due = performance.now() + (pauseMs * i) / shows.length;
    while (!isStopped) {
      await sleep(Math.max(0, due - performance.now()));
      // Who has fallen behind makes up for a second of it at most.
      due = Math.max(due + pauseMs, performance.now() - 1_000);
      await show.edit();
      edits += 1;
    }
  });
  return {
    edits: () => edits,
    async stop() {
      isStopped = true;
      await Promise.all(people);
    },
  };
}
