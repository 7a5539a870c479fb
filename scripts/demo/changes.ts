import { randomUUID } from "node:crypto";
import { operation } from "@ftrack/api";
import type { AyonView, Seen } from "../stack/ayon-view.ts";
import type { Edit, Show, Studio } from "../stack/studio.ts";

/** Something a person does in Ftrack, and how it shows in AYON. */
export interface Change {
  readonly made: string;
  readonly seen: string;
  readonly edits: readonly Edit[];
  isThere(view: AyonView): boolean;
}

const SHOTS = ["sh010", "sh020", "sh030"] as const;
const TASKS = ["Animation", "Lighting"] as const;

/** The edits of the demo, in order; each builds on those before. */
export function demoChanges({ idOf }: Studio, { projectId }: Show): Change[] {
  const sq010 = randomUUID();
  const sq020 = randomUUID();
  const shots = SHOTS.map((name) => ({ id: randomUUID(), name }));
  const [sh010, sh020, sh030] = shots.map(({ id }) => id) as [
    string,
    string,
    string,
  ];
  const tasks = shots.flatMap((shot) =>
    TASKS.map((type) => ({ id: randomUUID(), shot, type })),
  );
  const [animation, lighting] = tasks.map(({ id }) => id) as [string, string];
  const lastLighting = tasks.at(-1)?.id ?? "";
  const assignment = randomUUID();

  function sequence(id: string, name: string): Edit {
    return operation.create("Sequence", { id, name, parent_id: projectId });
  }
  function value(key: string, entity: string, to: unknown): Edit {
    return operation.create("CustomAttributeValue", {
      configuration_id: idOf("Attribute", key),
      entity_id: entity,
      value: to,
    });
  }
  const has =
    (id: string, test: (seen: Seen) => boolean) =>
    (view: AyonView): boolean => {
      const seen = view.get(id);
      return seen !== undefined && test(seen);
    };

  return [
    {
      made: "create sequence sq010",
      seen: "folder /sq010",
      edits: [sequence(sq010, "sq010")],
      isThere: has(sq010, (s) => s.path === "/sq010" && s.type === "Sequence"),
    },
    {
      made: "create 3 shots with 2 tasks each, at once",
      seen: "3 folders, 6 tasks",
      edits: [
        ...shots.map(({ id, name }) =>
          operation.create("Shot", { id, name, parent_id: sq010 }),
        ),
        ...tasks.map(({ id, shot, type }) =>
          operation.create("Task", {
            id,
            name: type.toLowerCase(),
            parent_id: shot.id,
            type_id: idOf("Type", type),
          }),
        ),
      ],
      isThere: (view) => [...shots, ...tasks].every(({ id }) => view.has(id)),
    },
    {
      made: "rename shot sh020 to sh025",
      seen: "same folder, now /sq010/sh025",
      edits: [operation.update("Shot", [sh020], { name: "sh025" })],
      isThere: has(sh020, (s) => s.path === "/sq010/sh025"),
    },
    {
      made: "create sq020 and move sh030 there",
      seen: "/sq020/sh030 with its tasks",
      edits: [
        sequence(sq020, "sq020"),
        operation.update("Shot", [sh030], { parent_id: sq020 }),
      ],
      isThere: (view) =>
        has(sh030, (s) => s.path === "/sq020/sh030")(view) &&
        has(lastLighting, (s) => s.path === "/sq020/sh030/lighting")(view),
    },
    {
      made: "status of sh010's animation: In progress",
      seen: "status of the task",
      edits: [
        operation.update("Task", [animation], {
          status_id: idOf("Status", "In progress"),
        }),
      ],
      isThere: has(animation, (s) => s.status === "In progress"),
    },
    {
      made: "frame range of sh010: 1001–1120",
      seen: "frameStart, frameEnd; the task inherits",
      edits: [value("frameStart", sh010, 1001), value("frameEnd", sh010, 1120)],
      isThere: (view) =>
        [sh010, animation].every((id) =>
          has(
            id,
            ({ values }) =>
              values["frameStart"] === 1001 && values["frameEnd"] === 1120,
          )(view),
        ),
    },
    {
      made: "resolution of the whole sequence: 4096 × 2160",
      seen: "on sq010, inherited by its shots",
      edits: [
        value("resolutionWidth", sq010, 4096),
        value("resolutionHeight", sq010, 2160),
      ],
      isThere: has(
        sh020,
        ({ values }) =>
          values["resolutionWidth"] === 4096 &&
          values["resolutionHeight"] === 2160,
      ),
    },
    {
      made: "description and due date of sh010's animation",
      seen: "description, endDate",
      edits: [
        operation.update("Task", [animation], {
          description: "run cycle, 24 frames",
          end_date: "2026-12-18T00:00:00",
        }),
      ],
      isThere: has(
        animation,
        ({ values }) =>
          values["description"] === "run cycle, 24 frames" &&
          String(values["endDate"]).startsWith("2026-12-18"),
      ),
    },
    {
      made: "assign Anna to sh010's animation",
      seen: "assignee anna",
      edits: [
        operation.create("Appointment", {
          id: assignment,
          context_id: animation,
          resource_id: idOf("User", "anna@studio.test"),
          type: "assignment",
        }),
      ],
      isThere: has(animation, (s) => s.assignees.includes("anna")),
    },
    {
      made: "hand it over to Ben",
      seen: "assignee ben, no longer anna",
      edits: [
        operation.delete("Appointment", [assignment]),
        operation.create("Appointment", {
          id: randomUUID(),
          context_id: animation,
          resource_id: idOf("User", "ben@studio.test"),
          type: "assignment",
        }),
      ],
      isThere: has(animation, ({ assignees }) => assignees.join() === "ben"),
    },
    {
      made: "type of sh010's lighting: FX",
      seen: "task type",
      edits: [
        operation.update("Task", [lighting], { type_id: idOf("Type", "FX") }),
      ],
      isThere: has(lighting, (s) => s.type === "FX"),
    },
    {
      made: "delete sh010's lighting",
      seen: "task gone",
      edits: [operation.delete("Task", [lighting])],
      isThere: (view) => !view.has(lighting),
    },
    {
      made: "delete shot sh025 with its tasks",
      seen: "folder and tasks gone",
      edits: [operation.delete("Shot", [sh020])],
      isThere: (view) =>
        !view.has(sh020) &&
        tasks
          .filter(({ shot }) => shot.id === sh020)
          .every(({ id }) => !view.has(id)),
    },
  ];
}
