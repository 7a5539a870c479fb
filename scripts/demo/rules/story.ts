import { randomUUID } from "node:crypto";
import { operation } from "@ftrack/api";
import { ftrackId, projectName } from "../../../src/core/ids.ts";
import type { AyonFolder, AyonTask } from "../../../src/core/ports.ts";
import { SECRET, type Stage } from "./stage.ts";

/** What one of the rules makes of it. */
export interface Effect {
  /** By its name on the settings page. */
  readonly rule: string;
  readonly says: string;
  readonly isTrue: () => Promise<boolean>;
}

/** Something a person does, and what follows. */
export interface Beat {
  readonly does: string;
  readonly play: () => Promise<void>;
  readonly effects: readonly Effect[];
}

const SYNC = "Synchronisation";
const FIRST = "Sync status on first created version";
const TO_TASK = "Sync status from Version to Task";
const TO_VERSION = "Sync status from Task to Asset Version";
const TO_PARENT = "Sync status from Task to Parent";
const NEXT = "Update status on next task";
const LAUNCH = "Update status on task action";
const PICTURES = "Update Hierarchy thumbnails";
const ATTRIBUTES = "Synchronize Hierarchical and Entity Attributes";
const COMMENTS = "Sync comments to AYON";
const USERS = "Follow changes of users";
const ACCESS = "Access to private projects";
const BACK = "Bring changes made in AYON to Ftrack";

/** A version is published, reviewed and approved, and every rule has its turn. */
export function rulesStory(stage: Stage): readonly Beat[] {
  const { reads, idOf } = stage;
  const show = projectName(stage.show.name);
  const [sequence, shot, animation, lighting, asset, v1, v2] = Array.from(
    { length: 7 },
    () => randomUUID(),
  ) as [string, string, string, string, string, string, string];
  const status = (name: string) => ({ status_id: idOf("Status", name) });
  const user = (name: string) => idOf("User", `${name}@studio.test`);

  const inFtrack =
    (type: string, id: string, name: string) => async (): Promise<boolean> => {
      const row = await stage.row(type, id, "status.name");
      return (row["status"] as { name?: string } | undefined)?.name === name;
    };
  async function seen(): Promise<{
    readonly folder: AyonFolder | undefined;
    readonly task: AyonTask | undefined;
  }> {
    const { folders, tasks } = await reads.select(show, {
      folders: [{ ftrackIds: [ftrackId(shot)] }],
      tasks: [{ ftrackIds: [ftrackId(animation)] }],
    });
    return { folder: folders[0], task: tasks[0] };
  }
  const version = (id: string, name: string) =>
    operation.create("AssetVersion", {
      id,
      asset_id: asset,
      task_id: animation,
      ...status(name),
    });
  let picture = "";
  let ayonVersion = "";

  return [
    {
      does: "Ada adds Greta, who is new in the studio.",
      play: () =>
        stage.save(
          operation.create("User", {
            id: randomUUID(),
            username: "greta@studio.test",
            email: "greta@studio.test",
            first_name: "Greta",
            last_name: "Grading",
            is_active: true,
          }),
        ),
      effects: [
        {
          rule: USERS,
          says: "Greta Grading has an account in AYON",
          isTrue: async () =>
            (await reads.user("greta"))?.fullName === "Greta Grading",
        },
      ],
    },
    {
      does: "Ada lets Anna into a show that is kept private.",
      play: async () => {
        await stage.save(
          operation.create("UserSecurityRoleProject", {
            id: randomUUID(),
            project_id: stage.secretId,
            user_security_role_id: await stage.roleOf("anna@studio.test"),
          }),
        );
      },
      effects: [
        {
          rule: ACCESS,
          says: "in AYON Anna is an artist of that project",
          isTrue: async () =>
            (await reads.user("anna"))?.accessGroups[SECRET]?.join() ===
            "artist",
        },
      ],
    },
    {
      does: "Ada makes a shot; Anna is to animate it, Chen to light it.",
      play: () =>
        stage.save(
          operation.create("Sequence", {
            id: sequence,
            name: "sq010",
            parent_id: stage.show.projectId,
          }),
          operation.create("Shot", {
            id: shot,
            name: "sh010",
            parent_id: sequence,
          }),
          ...(
            [
              [animation, "Animation", "anna"],
              [lighting, "Lighting", "chen"],
            ] as const
          ).flatMap(([id, type, artist]) => [
            operation.create("Task", {
              id,
              name: type.toLowerCase(),
              parent_id: shot,
              type_id: idOf("Type", type),
              ...status("Not started"),
            }),
            operation.create("Appointment", {
              id: randomUUID(),
              context_id: id,
              resource_id: user(artist),
              type: "assignment",
            }),
          ]),
        ),
      effects: [
        {
          rule: SYNC,
          says: "folder and tasks are in AYON",
          isTrue: async () => {
            const { folder, task } = await seen();
            return folder !== undefined && task?.assignees.join() === "anna";
          },
        },
      ],
    },
    {
      does: "Ada types frame start 1010 into the shot's own column.",
      play: () =>
        stage.save(
          operation.create("CustomAttributeValue", {
            configuration_id: stage.frameStartOfShots,
            entity_id: shot,
            value: 1010,
          }),
        ),
      effects: [
        {
          rule: ATTRIBUTES,
          says: "the hierarchical attribute says 1010 as well",
          isTrue: async () =>
            (await stage.value(idOf("Attribute", "frameStart"), shot)) === 1010,
        },
        {
          rule: SYNC,
          says: "so does frameStart in AYON",
          isTrue: async () => (await seen()).folder?.own["frameStart"] === 1010,
        },
      ],
    },
    {
      does: "Anna starts Maya from the page of her task.",
      play: () => stage.launch("anna", "ayon_app.maya", animation),
      effects: [
        {
          rule: LAUNCH,
          says: "the animation is In progress",
          isTrue: inFtrack("Task", animation, "In progress"),
        },
        {
          rule: TO_PARENT,
          says: "so is the shot",
          isTrue: inFtrack("Shot", shot, "In progress"),
        },
        {
          rule: SYNC,
          says: "and both in AYON",
          isTrue: async () => {
            const { folder, task } = await seen();
            return [folder, task].every((x) => x?.status === "In progress");
          },
        },
      ],
    },
    {
      does: "Anna publishes version 1, still In progress.",
      play: () =>
        stage.as(
          "anna",
          operation.create("Asset", {
            id: asset,
            name: "animation",
            context_id: shot,
            type_id: idOf("AssetType", "Render"),
          }),
          version(v1, "In progress"),
        ),
      effects: [
        {
          rule: FIRST,
          says: "as the first one it is to be reviewed",
          isTrue: inFtrack("AssetVersion", v1, "Pending Review"),
        },
        {
          rule: TO_TASK,
          says: "the animation waits for the review too",
          isTrue: inFtrack("Task", animation, "Pending Review"),
        },
      ],
    },
    {
      does: "The pipeline adds a picture to version 1, and publishes it in AYON.",
      play: async () => {
        picture = await stage.picture();
        const { folder } = await seen();
        ayonVersion = await stage.publish(folder?.id ?? "", "animation");
        await stage.as(
          "anna",
          operation.update("AssetVersion", [v1], { thumbnail_id: picture }),
        );
      },
      effects: [
        {
          rule: PICTURES,
          says: "task and shot show it in Ftrack",
          isTrue: async () => {
            const rows = [
              await stage.row("Shot", shot, "thumbnail_id"),
              await stage.row("Task", animation, "thumbnail_id"),
            ];
            return rows.every((row) => row["thumbnail_id"] === picture);
          },
        },
        {
          rule: PICTURES,
          says: "and in AYON",
          isTrue: async () => {
            const { folder, task } = await seen();
            const id = picture.replaceAll("-", "");
            return [folder, task].every((x) => x?.thumbnailId === id);
          },
        },
      ],
    },
    {
      does: "Ben reviews it, and writes: “The landing is too soft.”",
      play: () =>
        stage.as(
          "ben",
          operation.create("Note", {
            id: randomUUID(),
            content: "The landing is too soft.",
            parent_id: v1,
            parent_type: "AssetVersion",
            user_id: user("ben"),
            date: "2026-05-04T10:00:00",
          }),
        ),
      effects: [
        {
          rule: COMMENTS,
          says: "his words are on the version in AYON, in his name",
          isTrue: async () => {
            const found = await reads.comments(show, [
              ayonVersion as AyonFolder["id"],
            ]);
            const texts = found.map((c) => `${c.author ?? ""}: ${c.body}`);
            return texts.join() === "ben: The landing is too soft.";
          },
        },
      ],
    },
    {
      does: "Ben sends the task back: Revise.",
      play: () =>
        stage.as(
          "ben",
          operation.update("Task", [animation], status("Revise")),
        ),
      effects: [
        {
          rule: TO_VERSION,
          says: "version 1 is to be revised",
          isTrue: inFtrack("AssetVersion", v1, "Revise"),
        },
      ],
    },
    {
      does: "Anna publishes version 2 for review.",
      play: () => stage.as("anna", version(v2, "Pending Review")),
      effects: [
        {
          rule: TO_TASK,
          says: "the animation waits for the review again",
          isTrue: inFtrack("Task", animation, "Pending Review"),
        },
      ],
    },
    {
      does: "Ben approves version 2.",
      play: () =>
        stage.as(
          "ben",
          operation.update("AssetVersion", [v2], status("Approved")),
        ),
      effects: [
        {
          rule: TO_TASK,
          says: "the animation is Approved",
          isTrue: inFtrack("Task", animation, "Approved"),
        },
        {
          rule: NEXT,
          says: "so the lighting is Ready to start",
          isTrue: inFtrack("Task", lighting, "Ready to start"),
        },
      ],
    },
    {
      does: "Chen lights the shot, and Ben approves that as well.",
      play: () =>
        stage.as(
          "ben",
          operation.update("Task", [lighting], status("Approved")),
        ),
      effects: [
        {
          rule: TO_PARENT,
          says: "all tasks are Approved: the shot is Completed",
          isTrue: inFtrack("Shot", shot, "Completed"),
        },
        {
          rule: SYNC,
          says: "also in AYON",
          isTrue: async () => (await seen()).folder?.status === "Completed",
        },
      ],
    },
    {
      does: "Ben opens AYON: the animation is to be revised after all, by himself instead of Anna.",
      play: async () => {
        const { task } = await seen();
        await stage.inAyon("ben", task?.id ?? "", {
          status: "Revise",
          assignees: ["ben"],
        });
      },
      effects: [
        {
          rule: BACK,
          says: "the animation is to be revised in Ftrack",
          isTrue: inFtrack("Task", animation, "Revise"),
        },
        {
          rule: BACK,
          says: "Ben is assigned to it, and Anna no longer",
          isTrue: async () =>
            (await stage.assigned(animation)).join() === user("ben"),
        },
      ],
    },
  ];
}
