import type { objectTypes } from "./ids.ts";
import { idOf, PROJECT_SCHEMA, types } from "./ids.ts";
import { artists, userId } from "./people.ts";
import type { Make } from "./writer.ts";

/** The one show of `studio:N`. */
export const STUDIO_SHOW = idOf("studio", "show");

const shotTasks = ["Animation", "FX", "Lighting", "Compositing"] as const;

/** A show with exactly this many contexts below it: sequences of twenty shots with four tasks each. */
export function sowStudio(make: Make, contexts: number): void {
  make("Project", {
    id: STUDIO_SHOW,
    name: "studio",
    full_name: "studio_show",
    project_schema_id: PROJECT_SCHEMA,
  });
  let left = contexts;
  const add = (
    type: keyof typeof objectTypes,
    name: string,
    parent: string,
    data: Readonly<Record<string, string>> = {},
  ): string | undefined => {
    if (left === 0) return undefined;
    left--;
    return make(type, {
      id: idOf(parent, type, name),
      name,
      parent_id: parent,
      ...data,
    });
  };
  for (let s = 1; left > 0; s++) {
    const sequence = add(
      "Sequence",
      `sq${String(s).padStart(4, "0")}`,
      STUDIO_SHOW,
    );
    if (sequence === undefined) return;
    for (let n = 1; n <= 20; n++) {
      const shot = add(
        "Shot",
        `sh${String(n * 10).padStart(4, "0")}`,
        sequence,
      );
      if (shot === undefined) return;
      shotTasks.forEach((type, t) => {
        const task = add("Task", type.toLowerCase(), shot, {
          type_id: types[type],
        });
        if (task === undefined) return;
        make("Appointment", {
          id: idOf(task, "assignment"),
          context_id: task,
          resource_id: userId(
            `${artists[(s + n + t) % artists.length] ?? ""}@studio.test`,
          ),
          type: "assignment",
        });
      });
    }
  }
}
