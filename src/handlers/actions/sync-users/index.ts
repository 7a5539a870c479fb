import { z } from "zod";
import {
  ADMIN_LABEL,
  defineAction,
  defineJob,
  message,
  step,
  type Answer,
  type Work,
  type WorkEnd,
} from "../../../core/action.ts";
import type { AyonUser } from "../../../core/change.ts";
import {
  checkBox,
  choicesIn,
  choicesOf,
  flagIn,
  label,
  plain,
} from "../../../core/form.ts";
import { peopleBy, peopleOf } from "../../../core/people.ts";
import { throwTransient } from "../../../core/results.ts";
import {
  planUsers,
  type UserPlanOptions,
  type UsersPlan,
} from "../../../core/user-plan.ts";
import { syncUsersFromFtrack as settings } from "../../../settings/addon/actions.ts";
import { changesOnly, counted, isOneProject, tally } from "../common.ts";

const JOB = "sync-users";
/** Lines of the preview; the rest is counted. */
const MOST = 60;

const options = z.object({
  changeRoles: z.boolean(),
  defaultAccessGroups: z.array(z.string()),
});

async function plan(
  { ftrack, reference }: Pick<Work, "ftrack" | "reference">,
  chosen: UserPlanOptions,
): Promise<UsersPlan> {
  reference.refresh("users");
  const [[users, roles], { ayonOf, ayonUsers }] = await Promise.all([
    ftrack.query(...peopleBy("all")),
    reference.users(),
  ]);
  const people = peopleOf(users, roles);
  return planUsers(people, (id) => ayonOf.get(id)?.name, ayonUsers, chosen);
}

const shownData = z.looseObject({
  active: z.boolean().optional(),
  attrib: z.record(z.string(), z.unknown()).optional(),
  data: z
    .looseObject({
      isAdmin: z.boolean().optional(),
      isManager: z.boolean().optional(),
      ftrack: z.unknown(),
    })
    .partial()
    .optional(),
});

/** What happens to a user, in words. */
function lineOf({ op, user, data, subject }: AyonUser): string {
  const { active, attrib = {}, data: inner = {} } = shownData.parse(data);
  const words: string[] = [];
  if (inner.isAdmin === true) words.push("administrator");
  else if (inner.isManager === true) words.push("manager");
  else if (op === "create") words.push("artist");
  else if (inner.isAdmin === false || inner.isManager === false)
    words.push("no longer of that rank");
  if (op === "update") {
    if (active !== undefined)
      words.push(active ? "switched on" : "switched off");
    words.push(...Object.keys(attrib));
    if (inner.ftrack !== undefined) words.push("remembers its Ftrack user");
  }
  return `${op === "create" ? "new" : "change"} ${user} (${subject.path}): ${words.join(", ")}`;
}

async function run(chosen: UserPlanOptions, work: Work): Promise<WorkEnd> {
  const { changes, issues } = await plan(work, chosen);
  work.progress(0, changes.length, "users");
  const results = await work.apply(changesOnly(changes));
  throwTransient(results);
  work.reference.refresh("users");
  const told = tally(results, "written to AYON", "user");
  const left = issues.map((i) => `${i.subject.path}: ${i.detail} ${i.fix}`);
  const failed = results.flatMap(({ changeId, error }) =>
    error === undefined ? [] : [`${changeId}: ${error.message}`],
  );
  return {
    success: told.success && left.length === 0,
    message: [
      told.message,
      ...(left.length === 0
        ? []
        : [`${counted(left.length, "user")} left out.`]),
    ].join(" "),
    file: {
      name: "users.txt",
      text: [...changes.map(lineOf), "", ...failed, ...left, ""].join("\n"),
    },
  };
}

export const syncUsers = defineAction({
  identifier: "sync.users.from.ftrack.to.ayon",
  label: ADMIN_LABEL,
  variant: "- Sync users to AYON",
  description: "Create and change AYON users after those of Ftrack.",
  shown: "one project",
  settingsKey: "service_event_handlers.sync_users_from_ftrack",
  settings,
  offers: isOneProject,
  async start(ctx): Promise<Answer> {
    const groups = await ctx.studio.accessGroups();
    return {
      kind: "form",
      title: "Sync users to AYON",
      submitLabel: "Show what would happen",
      items: [
        label(
          "All users of Ftrack are looked at, whatever project is selected. Nobody is removed from AYON.",
        ),
        choicesOf(
          "access_groups",
          "Access groups of new artists",
          groups.map((name) => ({ label: name, value: name })),
          groups,
        ),
        checkBox(
          "change_roles",
          "Make existing users administrator, manager or artist after Ftrack",
          ctx.settings.change_roles,
        ),
      ],
      next: { step: "preview", state: groups },
    };
  },
  steps: {
    preview: step(z.array(z.string()), async (ctx, values, groups) => {
      const chosen = {
        changeRoles: flagIn(values, "change_roles"),
        defaultAccessGroups: choicesIn(values, "access_groups").filter((name) =>
          groups.includes(name),
        ),
      };
      const { changes, issues } = await plan(ctx, chosen);
      const remarks = issues.map((i) =>
        label(`- ${plain(`${i.subject.path}: ${i.detail} ${i.fix}`)}`),
      );
      if (changes.length === 0 && issues.length === 0)
        return message(true, "All AYON users are as they should be.");
      const lines = changes.slice(0, MOST).map((c) => `- ${plain(lineOf(c))}`);
      const more = changes.length - lines.length;
      if (more > 0) lines.push(`- and ${more} more`);
      return {
        kind: "form",
        title: "Sync users to AYON",
        ...(changes.length === 0 ? {} : { submitLabel: "Do it" }),
        items: [
          label(
            lines.length === 0
              ? "There is nothing to write."
              : lines.join("\n"),
          ),
          ...remarks,
        ],
        next: changes.length === 0 ? null : { step: "write", state: chosen },
      };
    }),
    write: step(options, (_ctx, _values, chosen): Answer => ({
      kind: "job",
      job: JOB,
      key: JOB,
      data: chosen,
      message: "The users are being written; see your jobs.",
    })),
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Sync users to AYON",
      data: options,
      run,
    }),
  ],
});
