import { z } from "zod";
import {
  defineAction,
  defineJob,
  message,
  type Action,
  type Answer,
  type Selected,
  type Work,
  type WorkEnd,
} from "../../../core/action.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { FtrackReads } from "../../../core/ports.ts";
import { countOf } from "../../../core/results.ts";
import { idField } from "../../../core/rows.ts";
import { thumbnailAction as settings } from "../../../settings/addon/actions.ts";
import { counted, tally } from "../common.ts";
import {
  endNaming,
  failuresIn,
  keyFor,
  missed,
  writeInParts,
} from "../parts.ts";
import { withChildren, withParents, type Gathered } from "./gather.ts";
import { planThumbnails } from "./plan.ts";

interface Way {
  readonly identifier: string;
  readonly variant: string;
  readonly description: string;
  readonly shown: string;
  readonly settingsKey: string;
  readonly job: string;
  readonly title: string;
  /** What a thumbnail goes to. */
  readonly target: string;
  takes(item: Selected): boolean;
  gather(ftrack: FtrackReads, ids: readonly FtrackId[]): Promise<Gathered>;
}

const jobData = z.object({ ids: z.array(idField), unread: z.number() });

async function push(
  way: Way,
  { ids, unread }: z.infer<typeof jobData>,
  work: Work,
): Promise<WorkEnd> {
  work.progress(0, ids.length, "reading");
  const { pushes, gone } = await way.gather(work.ftrack, ids);
  const { changes, same, problems } = planThumbnails(pushes, way.target);
  const results = await writeInParts(work, null, changes, "thumbnails");
  const planned = countOf(results, "planned");
  const parts = [
    `${counted(countOf(results, "applied", "unchanged"), "thumbnail")} set.`,
    ...(same > 0
      ? [`${counted(same, "entity", "entities")} had it already.`]
      : []),
  ];
  return endNaming(
    planned > 0
      ? tally(results, "set", "thumbnail")
      : message(true, parts.join(" ")),
    [...problems, ...missed(gone + unread), ...failuresIn(changes, results)],
  );
}

/** Both ways have one shape: what is taken, and what gets its thumbnail. */
function thumbnailsTo(way: Way): Action {
  return defineAction({
    identifier: way.identifier,
    label: "Thumbnail",
    variant: way.variant,
    description: way.description,
    shown: way.shown,
    settingsKey: way.settingsKey,
    settings,
    offers: ({ items }) => items.some((item) => way.takes(item)),
    start({ selection }): Answer {
      const ids = selection.items
        .filter((item) => way.takes(item))
        .map((item) => item.id);
      return {
        kind: "job",
        job: way.job,
        key: keyFor(way.job, ids),
        data: { ids, unread: selection.unreadable },
        message: "The thumbnails are being set; see your jobs.",
      };
    },
    jobs: [
      defineJob({
        kind: way.job,
        title: way.title,
        data: jobData,
        run: (data, work) => push(way, data, work),
      }),
    ],
  });
}

export const thumbnailToParent = thumbnailsTo({
  identifier: "ayon.thumb.to.parent.server",
  variant: "to Parent",
  description:
    "Give the thumbnail of versions to their task, and that of tasks and folders to what they lie in.",
  shown: "versions, folders and tasks",
  settingsKey: "service_event_handlers.thumbnail_to_parent",
  job: "thumbnail-to-parent",
  title: "Thumbnail to Parent",
  target: "parent",
  takes: ({ kind }) => kind === "version" || kind === "context",
  gather: withParents,
});

export const thumbnailToChildren = thumbnailsTo({
  identifier: "ayon.thumb.to.children.server",
  variant: "to Children",
  description:
    "Give the thumbnail of folders to the folders and tasks directly below them.",
  shown: "folders",
  settingsKey: "service_event_handlers.thumbnail_to_children",
  job: "thumbnail-to-children",
  title: "Thumbnail to Children",
  target: "children",
  takes: ({ kind, type }) => kind === "context" && type !== "Task",
  gather: withChildren,
});
