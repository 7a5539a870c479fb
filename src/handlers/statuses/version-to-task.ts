import { authorOf } from "../../core/actor.ts";
import {
  availableStatuses,
  firstAvailable,
} from "../../core/available-statuses.ts";
import type { Decision } from "../../core/decision.ts";
import type { FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import {
  candidatesFor,
  passesFilter,
  type AssetTypeFilter,
  type NamedList,
} from "./names.ts";
import { versionsWithTasks, type Task, type VersionWithTask } from "./rows.ts";
import {
  bareSubject,
  because,
  decisionOf,
  setStatus,
  skip,
  subjectOf,
  type Verdict,
} from "./set-status.ts";
import { TASK_TO_VERSION } from "./task-to-version.ts";
import { versionTransitions, type Transition } from "./transitions.ts";
import { gatherWorld, nameOf, statusOf, type StatusWorld } from "./world.ts";

export interface VersionToTaskSettings extends AssetTypeFilter {
  /** Version status → statuses of tasks, best first. */
  readonly mapping: readonly NamedList[];
}

export interface VersionToTaskFacts extends StatusWorld {
  readonly transitions: readonly (Transition & {
    /** The rule from tasks to versions made this change. */
    readonly isEcho: boolean;
  })[];
  readonly versions: readonly VersionWithTask[];
}

export async function gatherVersionToTask(
  events: readonly FtrackEvent[],
  ctx: HandlerContext,
): Promise<VersionToTaskFacts> {
  const found = versionTransitions(events);
  const [serviceUser, own] = await Promise.all([
    ctx.reference.serviceUser(),
    ctx.recall(found.map((t) => t.entityId)),
  ]);
  const transitions = found.map((t) => ({
    ...t,
    isEcho:
      authorOf(t.actor, serviceUser) !== "somebody" &&
      own.wrote(t.entityId, "status_id", t.newStatusId, TASK_TO_VERSION),
  }));
  const ids = transitions.filter((t) => !t.isEcho).map((t) => t.entityId);
  const [versions] =
    ids.length === 0 ? [[]] : await ctx.ftrack.query(versionsWithTasks(ids));
  const world = await gatherWorld(
    ctx,
    versions.flatMap((v) => [v.statusId, v.task?.statusId ?? null]),
  );
  return { ...world, transitions, versions };
}

/**
 * Gives a task the status of the version made from it, or what the mapping makes of it. Of several versions
 * of one task the last one in the events decides.
 */
export function decideVersionToTask(
  facts: VersionToTaskFacts,
  settings: VersionToTaskSettings,
): Decision {
  const verdicts: Verdict[] = [];
  const ofTask = new Map<FtrackId, Verdict>();
  for (const transition of facts.transitions) {
    const found = decideVersion(transition, facts, settings);
    if (!("task" in found)) {
      verdicts.push(found);
      continue;
    }
    const earlier = ofTask.get(found.task.id);
    if (earlier !== undefined)
      verdicts.push(
        skip(earlier.subject, "superseded", "A later version decides."),
      );
    ofTask.set(found.task.id, found.verdict);
  }
  return decisionOf([...verdicts, ...ofTask.values()]);
}

function decideVersion(
  transition: VersionToTaskFacts["transitions"][number],
  facts: VersionToTaskFacts,
  settings: VersionToTaskSettings,
): Verdict | { readonly task: Task; readonly verdict: Verdict } {
  const { entityId, newStatusId, isEcho } = transition;
  const version = facts.versions.find((v) => v.id === entityId);
  const subject =
    version === undefined
      ? bareSubject(entityId, "AssetVersion")
      : subjectOf(version, "AssetVersion");
  if (isEcho)
    return skip(subject, "own-write", "The version follows its task.");
  if (version === undefined)
    return skip(subject, "entity-gone", "The version is gone.");
  if (!passesFilter(settings, version.assetType))
    return skip(
      subject,
      "type-not-listed",
      `Versions of type "${version.assetType}" are left out in the settings.`,
    );
  const { task } = version;
  if (task === null)
    return skip(subject, "no-task", "The version belongs to no task.");
  if (version.statusId !== newStatusId)
    return skip(
      subject,
      "superseded",
      `The version has changed again, to ${nameOf(facts, version.statusId)}.`,
    );
  const status = statusOf(facts, newStatusId);
  if (status === null)
    return skip(
      subject,
      "value-unreadable",
      `The version has ${nameOf(facts, newStatusId)}.`,
    );
  const wanted = candidatesFor(settings.mapping, status.name);
  const target = firstAvailable(
    wanted,
    availableStatuses(facts.schema, facts.statuses, {
      kind: "task",
      typeId: task.typeId,
    }),
  );
  if (target === null)
    return because(
      [version.id],
      skip(
        subjectOf(task, "Task"),
        "status-not-available",
        `None of ${wanted.join(", ")} is a status of this type of task.`,
      ),
    );
  const verdict = because([version.id], setStatus(task, "Task", target));
  return { task, verdict };
}
