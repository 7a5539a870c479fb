import { z } from "zod";
import { authorOf } from "../../core/actor.ts";
import {
  availableStatuses,
  firstAvailable,
} from "../../core/available-statuses.ts";
import type { Decision, Issue } from "../../core/decision.ts";
import type { FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import { inList, select, type Query } from "../../core/query.ts";
import type { FtrackUser } from "../../core/reference.ts";
import { isSameName } from "../../core/status.ts";
import {
  candidatesFor,
  passesFilter,
  type AssetTypeFilter,
  type NamedList,
} from "./names.ts";
import {
  tasksBy,
  version,
  VERSION_FIELDS,
  type Task,
  type Version,
} from "./rows.ts";
import {
  bareSubject,
  because,
  decisionOf,
  setStatus,
  skip,
  subjectOf,
  type Verdict,
} from "./set-status.ts";
import { taskTransitions, type Transition } from "./transitions.ts";
import { gatherWorld, nameOf, statusOf, type StatusWorld } from "./world.ts";

/** Name of the handler; its counterpart tells the echo of its writes by it. */
export const TASK_TO_VERSION = "status-task-to-version";

export interface TaskToVersionSettings extends AssetTypeFilter {
  /** Task status → statuses of versions, best first. */
  readonly mapping: readonly NamedList[];
}

export interface TaskToVersionFacts extends StatusWorld {
  readonly transitions: readonly Transition[];
  /** Null when it could not be found; then nothing can be told apart from its writes. */
  readonly serviceUser: FtrackUser | null;
  readonly tasks: readonly Task[];
  /** All versions made from these tasks. */
  readonly versions: readonly Version[];
  /** Short names of all asset types. */
  readonly assetTypes: readonly string[];
}

function versionsOf(taskIds: Iterable<FtrackId>): Query<Version> {
  return select({
    type: "AssetVersion",
    fields: VERSION_FIELDS,
    row: version,
    where: inList("task_id", taskIds),
  });
}

/** Short names of asset types, where a filter names some. */
function shortNames(filter: AssetTypeFilter): Query<{ short: string }> {
  return select({
    type: "AssetType",
    fields: ["id", "short"],
    row: z.object({ short: z.string() }),
    ...(filter.asset_types.length === 0 && { limit: 0 }),
  });
}

export async function gatherTaskToVersion(
  events: readonly FtrackEvent[],
  settings: TaskToVersionSettings,
  ctx: HandlerContext,
): Promise<TaskToVersionFacts> {
  const transitions = taskTransitions(events);
  const serviceUser = await ctx.reference.serviceUser();
  const foreign = transitions
    .filter((t) => authorOf(t.actor, serviceUser) === "somebody")
    .map((t) => t.entityId);
  const [tasks, versions, types] =
    foreign.length === 0
      ? [[], [], []]
      : await ctx.ftrack.query(
          tasksBy("id", foreign),
          versionsOf(foreign),
          shortNames(settings),
        );
  const world = await gatherWorld(
    ctx,
    tasks.map((t) => t.statusId),
  );
  const assetTypes = types.map((t) => t.short);
  return { ...world, transitions, serviceUser, tasks, versions, assetTypes };
}

/**
 * Gives the latest versions made from a task the task's status, or what the mapping makes of it.
 *
 * Only a change that is surely somebody else's may reach versions: this is what keeps the rule and its
 * counterpart, from versions to tasks, from answering each other for ever.
 */
export function decideTaskToVersion(
  facts: TaskToVersionFacts,
  settings: TaskToVersionSettings,
): Decision {
  return decisionOf(
    facts.transitions.flatMap((t) => decideTask(t, facts, settings)),
    [...issueOfServiceUser(facts), ...issuesOfFilter(facts, settings)],
  );
}

function decideTask(
  transition: Transition,
  facts: TaskToVersionFacts,
  settings: TaskToVersionSettings,
): readonly Verdict[] {
  const task = facts.tasks.find((t) => t.id === transition.entityId);
  const subject =
    task === undefined
      ? bareSubject(transition.entityId, "Task")
      : subjectOf(task, "Task");
  const author = authorOf(transition.actor, facts.serviceUser);
  if (author === "service")
    return [skip(subject, "own-write", "This service changed the task.")];
  if (author === "unknown")
    return [
      skip(subject, "unknown-actor", "It is not known who changed the task."),
    ];
  if (task === undefined)
    return [skip(subject, "entity-gone", "The task is gone.")];
  const status = statusOf(facts, task.statusId);
  if (status === null)
    return [
      skip(
        subject,
        "value-unreadable",
        `The task has ${nameOf(facts, task.statusId)}.`,
      ),
    ];
  const ofTask = facts.versions.filter((v) => v.taskId === task.id);
  const kept = ofTask.filter((v) => passesFilter(settings, v.assetType));
  if (kept.length === 0)
    return [
      ofTask.length === 0
        ? skip(subject, "not-relevant", "No version was made from the task.")
        : skip(
            subject,
            "type-not-listed",
            "The asset types of its versions are left out in the settings.",
          ),
    ];
  const latest = Math.max(...kept.map((v) => v.version));
  const wanted = candidatesFor(settings.mapping, status.name);
  const target = firstAvailable(
    wanted,
    availableStatuses(facts.schema, facts.statuses, { kind: "version" }),
  );
  return kept
    .filter((v) => v.version === latest)
    .map((v) =>
      because(
        [task.id],
        target === null
          ? skip(
              subjectOf(v, "AssetVersion"),
              "no-matching-status",
              `None of ${wanted.join(", ")} is a status of versions.`,
            )
          : setStatus(v, "AssetVersion", target),
      ),
    );
}

function issueOfServiceUser(facts: TaskToVersionFacts): Issue[] {
  if (facts.serviceUser !== null) return [];
  return [
    {
      severity: "error",
      rule: "service-user-unknown",
      subject: { ftrackId: null, path: "", type: "User" },
      detail: "The Ftrack user of this service cannot be found.",
      fix: "Check the service's user name in the settings. Until then no status goes from tasks to versions.",
    },
  ];
}

function issuesOfFilter(
  facts: TaskToVersionFacts,
  settings: TaskToVersionSettings,
): Issue[] {
  if (facts.assetTypes.length === 0) return [];
  return settings.asset_types
    .filter((name) => !facts.assetTypes.some((t) => isSameName(t, name)))
    .map((name) => ({
      severity: "warning",
      rule: "asset-type-unknown",
      subject: { ftrackId: null, path: name, type: "AssetType" },
      detail: `Ftrack has no asset type with the short name "${name}".`,
      fix: "Correct the list of asset types in the settings.",
    }));
}
