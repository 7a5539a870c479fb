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
import type { Issue, Skip } from "../../../core/decision.ts";
import {
  checkBox,
  choicesIn,
  choicesOf,
  flagIn,
  label,
  plain,
} from "../../../core/form.ts";
import type { AyonUserRow } from "../../../core/ports.ts";
import { chunk, select } from "../../../core/query.ts";
import { throwTransient } from "../../../core/results.ts";
import { idField } from "../../../core/rows.ts";
import {
  planUser,
  rankOf,
  type Person,
  type UserPlanOptions,
} from "../../../core/user-plan.ts";
import { mapUsers } from "../../../core/users.ts";
import { syncUsersFromFtrack as settings } from "../../../settings/addon/actions.ts";
import {
  changesOnly,
  counted,
  isOneProject,
  tally,
  textOrEmpty,
} from "../common.ts";

const JOB = "sync-users";
/** Lines of the preview; the rest is counted. */
const MOST = 60;

const options = z.object({
  changeRoles: z.boolean(),
  defaultAccessGroups: z.array(z.string()),
});

const userRow = z
  .object({
    id: idField,
    username: z.string(),
    email: z.string().nullish(),
    first_name: textOrEmpty,
    last_name: textOrEmpty,
    is_active: z.boolean().nullish(),
    user_type: z.looseObject({ name: z.string() }).nullish().catch(null),
  })
  .transform((row): Omit<Person, "rank"> => ({
    id: row.id,
    username: row.username,
    email: row.email ?? null,
    firstName: row.first_name,
    lastName: row.last_name,
    isActive: row.is_active ?? true,
    type: row.user_type?.name ?? "",
  }));

const roleRow = z.object({
  user_id: idField,
  is_all_projects: z.boolean().nullish(),
  security_role: z.looseObject({ name: textOrEmpty }),
});

interface Planned {
  readonly changes: readonly AyonUser[];
  readonly skips: readonly Skip[];
  readonly issues: readonly Issue[];
}

async function planUsers(
  { ftrack, ayon }: Pick<Work, "ftrack" | "ayon">,
  chosen: UserPlanOptions,
): Promise<Planned> {
  const [[users, roles], listed] = await Promise.all([
    ftrack.query(
      select({
        type: "User",
        fields: [
          "id",
          "username",
          "email",
          "first_name",
          "last_name",
          "is_active",
          "user_type.name",
        ],
        row: userRow,
      }),
      select({
        type: "UserSecurityRole",
        fields: ["id", "user_id", "is_all_projects", "security_role.name"],
        row: roleRow,
      }),
    ),
    ayon.users(),
  ]);
  // What AYON remembers of a user is told user by user only; few at a time, as it is no hurry.
  const ayonUsers: AyonUserRow[] = [];
  for (const part of chunk(listed, 8))
    ayonUsers.push(
      ...(await Promise.all(
        part.map(async (row) =>
          row.isService ? row : ((await ayon.user(row.name)) ?? row),
        ),
      )),
    );
  const { ayonOf } = mapUsers(users, ayonUsers);
  const planned = { changes: [], skips: [], issues: [] } as {
    changes: AyonUser[];
    skips: Skip[];
    issues: Issue[];
  };
  // Users that were made or demoted by an earlier line count for the next: the last administrator stays.
  let current: readonly AyonUserRow[] = ayonUsers;
  for (const user of users) {
    const own = roles.filter(
      (r) => r.user_id === user.id && r.is_all_projects === true,
    );
    const person = {
      ...user,
      rank: rankOf(own.map((r) => r.security_role.name)),
    };
    const mapped = ayonOf.get(user.id);
    const now = current.find((one) => one.name === mapped?.name) ?? null;
    const verdict = planUser(person, now, current, chosen);
    if ("kind" in verdict) {
      planned.changes.push(verdict);
      current = current.map((one) =>
        one.name === now?.name ? after(one, verdict) : one,
      );
    } else if ("reason" in verdict) planned.skips.push(verdict);
    else planned.issues.push(verdict);
  }
  return planned;
}

const patched = z.looseObject({
  active: z.boolean().optional(),
  data: z.looseObject({ isAdmin: z.boolean().optional() }).optional(),
});

function after(user: AyonUserRow, { data }: AyonUser): AyonUserRow {
  const { active = user.active, data: inner } = patched.parse(data);
  return { ...user, active, isAdmin: inner?.isAdmin ?? user.isAdmin };
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
  const { changes, issues } = await planUsers(work, chosen);
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
      const { changes, issues } = await planUsers(ctx, chosen);
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
