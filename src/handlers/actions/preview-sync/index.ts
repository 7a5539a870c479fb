import {
  ADMIN_LABEL,
  defineAction,
  message,
  step,
  type Answer,
  type Selected,
  type Selection,
} from "../../../core/action.ts";
import type { ChangeResult, JobStart, Subject } from "../../../core/change.ts";
import { textIn } from "../../../core/form.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { projectName } from "../../../core/ids.ts";
import {
  PLAN_STEP,
  planState,
  PREVIEW_ACTION,
  THEN,
} from "../../../core/plan-form.ts";
import { applyJob, planJob, type JobRequest } from "../../../core/sync-jobs.ts";
import { syncFromFtrack as settings } from "../../../settings/addon/actions.ts";
import { changesOnly, counted, subjectOf, tally } from "../common.ts";

/** Each plan opens a form of its own; more of them are one plan of the project. */
const MOST_PLANS = 3;

/** What one plan is about; null: the whole project. */
type Scope = Selected | null;

/** Folders and tasks are planned one by one, as long as they are few and none lies in another. */
function scopesOf({ items }: Selection): readonly Scope[] {
  if (items.some(({ kind }) => kind === "project")) return [null];
  const outermost = items.filter(
    ({ path }) => !items.some((other) => path.startsWith(`${other.path}/`)),
  );
  return outermost.length > MOST_PLANS ? [null] : outermost;
}

function start<T extends object>(
  subject: Subject,
  { kind, key, data }: JobRequest<T>,
): JobStart {
  return {
    kind: "job.start",
    id: key,
    subject,
    job: kind,
    key,
    data: data as Readonly<Record<string, unknown>>,
  };
}

function toldOf(
  results: readonly ChangeResult[],
  text: string,
): ReturnType<typeof message> {
  const isTrouble = results.some(
    ({ error, status }) => error !== undefined || status === "planned",
  );
  return isTrouble ? tally(results, "started", "job") : message(true, text);
}

function planning(
  projectId: FtrackId,
  scopes: readonly Scope[],
  projectSubject: Subject,
  userId: FtrackId,
): Answer {
  const changes = scopes.map((scope) =>
    start(
      scope === null ? projectSubject : subjectOf(scope),
      planJob({ projectId, userId, subtreeId: scope?.id ?? null }),
    ),
  );
  const what =
    scopes.length === 1
      ? "The plan opens"
      : `${counted(scopes.length, "plan")} open`;
  return {
    kind: "write",
    decision: changesOnly(changes),
    told: (results) =>
      toldOf(
        results,
        `${what} here as soon as it is made; see your jobs. Choose this action again if it does not.`,
      ),
  };
}

export const previewSync = defineAction({
  identifier: PREVIEW_ACTION,
  label: ADMIN_LABEL,
  variant: "- Preview sync to AYON",
  description:
    "Show what a synchronisation would write, and write exactly that when told to.",
  shown: "one project, or folders and tasks of one",
  // Whoever may synchronise may look first.
  settingsKey: "service_event_handlers.sync_from_ftrack",
  settings,
  offers: ({ items, unreadable }) =>
    unreadable === 0 &&
    items.every(({ kind }) => kind === "project" || kind === "context") &&
    new Set(items.map(({ projectId }) => projectId)).size === 1,
  async start({ project, reference, records, selection, user }) {
    if (project === null) return message(false, "The project is gone.");
    const { fullName } = project;
    reference.refresh("ayon-project");
    if ((await reference.ayonProject(projectName(fullName))) === null)
      return message(
        false,
        `AYON has no project “${fullName}”. Run “Prepare Project for AYON”, or create it there, and try again.`,
      );
    const scopes = scopesOf(selection);
    const [only] = scopes;
    if (scopes.length === 1) {
      const known = await records.lastPlan(user.id, only?.id ?? project.id);
      if (known !== null && known.next !== null) return known;
    }
    return planning(
      project.id,
      scopes,
      { ftrackId: project.id, path: fullName, type: "Project" },
      user.id,
    );
  },
  steps: {
    [PLAN_STEP]: step(
      planState,
      ({ selection, user, project }, values, state) => {
        const { projectId, subtreeId, fingerprint } = state;
        if (project?.id !== projectId)
          return message(false, "The project is gone.");
        const scope =
          selection.items.find(({ id }) => id === subtreeId) ?? null;
        const whole = {
          ...{ ftrackId: projectId, path: project.fullName, type: "Project" },
        };
        if (textIn(values, THEN.field) !== THEN.apply)
          return planning(projectId, [scope], whole, user.id);
        return {
          kind: "write",
          decision: changesOnly([
            start(
              scope === null ? whole : subjectOf(scope),
              applyJob({ projectId, userId: user.id, subtreeId, fingerprint }),
            ),
          ]),
          told: (results) =>
            toldOf(results, "The plan is being carried out; see your jobs."),
        };
      },
    ),
  },
});
