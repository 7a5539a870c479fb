import { z } from "zod";
import {
  ADMIN_LABEL,
  defineAction,
  defineJob,
  message,
  step,
  type Answer,
} from "../../../core/action.ts";
import { checkBox, flagIn, label } from "../../../core/form.ts";
import { createDailyLists as settings } from "../../../settings/addon/daily-lists.ts";
import { sync } from "../../../settings/addon/sync.ts";
import { dailyData, makeLists } from "./job.ts";
import { nameOf } from "./name.ts";

const JOB = "create-daily-lists";
const DAYS = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
];

export const dailyLists = defineAction({
  identifier: "create.daily.lists",
  label: ADMIN_LABEL,
  variant: "- Create Daily Lists (Server)",
  description:
    "Make lists of versions by the filters of the settings; the service does it every day by itself, too.",
  shown: "projects, folders, tasks, versions and review sessions",
  settingsKey: "service_event_handlers.create_daily_lists",
  settings,
  offers: ({ items }) => items.some(({ kind }) => kind !== "other"),
  start(ctx): Answer {
    const { project, now } = ctx;
    const { lists } = ctx.settings;
    if (project === null) return message(false, "The project is gone.");
    if (lists.length === 0)
      return message(false, "The settings hold no lists to create.");
    const { timezone } = sync.parse(ctx.setting("sync"));
    return {
      kind: "form",
      title: "Create Daily Lists",
      submitLabel: "Create",
      items: [
        label("Versions that fit are added; nothing is taken out of a list."),
        ...lists.map((list, place) =>
          checkBox(
            `list_${place}`,
            `${nameOf(list.name_template, now, timezone)} (${list.category})`,
            true,
          ),
        ),
      ],
      next: {
        step: "create",
        state: { projectId: project.id, count: lists.length },
      },
    };
  },
  steps: {
    create: step(
      z.object({ projectId: z.string(), count: z.number() }),
      ({ now }, values, { projectId, count }): Answer => {
        const places = Array.from({ length: count }, (_, place) => place);
        const lists = places.filter((place) => flagIn(values, `list_${place}`));
        if (lists.length === 0) return message(true, "No list was ticked.");
        return {
          kind: "job",
          job: JOB,
          key: `${JOB}-${projectId}`,
          data: { projectId, lists, at: now.toISOString() },
          message: "The lists are being created; see your jobs.",
        };
      },
    ),
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Create Daily Lists",
      data: dailyData,
      run: makeLists,
    }),
  ],
  schedule: {
    job: JOB,
    when({ cycle_hour_start: time, cycle_days: days }) {
      const [hour = 0, minute = 0, second = 0] = time.split(":").map(Number);
      return {
        ...{ hour, minute, second },
        days: days.flatMap((day) => {
          const number = DAYS.indexOf(day.toLowerCase());
          return number === -1 ? [] : [number];
        }),
      };
    },
    data: (at) => ({ projectId: null, lists: null, at: at.toISOString() }),
  },
});
