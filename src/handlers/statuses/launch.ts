import { z } from "zod";
import {
  availableStatuses,
  firstAvailable,
} from "../../core/available-statuses.ts";
import type { ChangeResult } from "../../core/change.ts";
import type { Decision } from "../../core/decision.ts";
import type { FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import { IGNORE, rowsFor, type LaunchRow } from "../../core/launch-rows.ts";
import { OWN_ACTIONS } from "../../core/own-actions.ts";
import { and, inList, is, select } from "../../core/query.ts";
import { isSameName } from "../../core/status.ts";
import { task, TASK_FIELDS, type Task } from "./rows.ts";
import {
  bareSubject,
  decisionOf,
  justSet,
  setStatus,
  skip,
  subjectOf,
  type Verdict,
} from "./set-status.ts";
import { gatherWorld, nameOf, statusOf, type StatusWorld } from "./world.ts";

export const LAUNCH = "status-launch";

export interface LaunchSettings {
  readonly mapping: readonly LaunchRow[];
  /** Identifiers of the actions that count; `*` stands for anything. */
  readonly action_identifiers: readonly string[];
  /** Off: only the launcher of the artist answers. */
  readonly run_on_server: boolean;
}

export interface Launch {
  readonly actionIdentifier: string;
  /** Typed contexts that were selected. */
  readonly selected: readonly FtrackId[];
}

const launchData = z.looseObject({
  actionIdentifier: z.string(),
  selection: z.array(
    z
      .looseObject({ entityId: z.string(), entityType: z.string() })
      .nullable()
      .catch(null),
  ),
  values: z.unknown().optional(),
});

/**
 * The start of an action, by its event; null for what is none: a form that was sent in, an action of this
 * service, an event that cannot be read.
 */
export function launchOf(event: FtrackEvent): Launch | null {
  const { success, data } = launchData.safeParse(event.data);
  if (!success || (data.values ?? null) !== null) return null;
  const { actionIdentifier } = data;
  if (OWN_ACTIONS.has(actionIdentifier)) return null;
  const selected = data.selection.flatMap((item) =>
    item?.entityType.toLowerCase() === "task" ? ftrackId(item.entityId) : [],
  );
  return selected.length === 0 ? null : { actionIdentifier, selected };
}

/** Whether a pattern of the settings stands for an identifier. */
export function matchesPattern(pattern: string, identifier: string): boolean {
  const parts = pattern.split("*").map((part) => part.toLowerCase());
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  const text = identifier.toLowerCase();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

export interface LaunchFacts extends StatusWorld {
  readonly launches: readonly Launch[];
  readonly tasks: readonly Task[];
  /** Tasks that this rule has just given their present status: a repeated event must not move them on. */
  readonly justMoved: ReadonlySet<FtrackId>;
}

function counts(launch: Launch, settings: LaunchSettings): boolean {
  return (
    settings.run_on_server &&
    settings.action_identifiers.some((pattern) =>
      matchesPattern(pattern, launch.actionIdentifier),
    )
  );
}

export async function gatherLaunch(
  events: readonly FtrackEvent[],
  settings: LaunchSettings,
  ctx: HandlerContext,
): Promise<LaunchFacts> {
  const launches = events.flatMap((event) => launchOf(event) ?? []);
  const ids = new Set(
    launches
      .filter((launch) => counts(launch, settings))
      .flatMap((launch) => launch.selected),
  );
  const [tasks] =
    ids.size === 0
      ? [[]]
      : await ctx.ftrack.query(
          select({
            type: "Task",
            fields: TASK_FIELDS,
            row: task,
            where: and(
              inList("id", ids),
              is("project_id", ctx.project.ftrack.id),
            ),
          }),
        );
  const [world, own] = await Promise.all([
    gatherWorld(
      ctx,
      tasks.map((t) => t.statusId),
    ),
    ctx.recall(ids),
  ]);
  return { ...world, launches, tasks, justMoved: justSet(tasks, own, LAUNCH) };
}

/** Whoever starts an action on a task works on it: the first row for the task's status says what it becomes. */
export function decideLaunch(
  facts: LaunchFacts,
  settings: LaunchSettings,
): Decision {
  const counting = facts.launches.filter((each) => counts(each, settings));
  const ids = new Set(counting.flatMap((launch) => launch.selected));
  return decisionOf([
    ...[...ids].map((id) => {
      const task = facts.tasks.find((t) => t.id === id);
      return task === undefined
        ? ignored(id, "What was selected is no task of this project.")
        : walkRows(task, facts, settings.mapping);
    }),
    ...facts.launches.flatMap(({ selected, actionIdentifier }) =>
      selected
        .filter((id) => !ids.has(id))
        .map((id) => ignored(id, `Action ${actionIdentifier} does not count.`)),
    ),
  ]);
}

function ignored(id: FtrackId, detail: string): Verdict {
  return skip(bareSubject(id, "TypedContext"), "not-relevant", detail);
}

/** The first row whose status can be set decides; a row that says to leave the task alone ends the walk. */
function walkRows(
  task: Task,
  facts: LaunchFacts,
  rows: readonly LaunchRow[],
): Verdict {
  const subject = subjectOf(task, "Task");
  const status = statusOf(facts, task.statusId);
  const now = nameOf(facts, task.statusId);
  if (facts.justMoved.has(task.id))
    return skip(subject, "already-set", `It has just become ${now}.`);
  const fitting = rowsFor(rows, status?.name ?? "");
  const offered = availableStatuses(facts.schema, facts.statuses, {
    kind: "task",
    typeId: task.typeId,
  });
  for (const row of fitting) {
    if (isSameName(row.name, IGNORE))
      return skip(subject, "ignored-by-rule", `${now} is left alone.`);
    const target = firstAvailable([row.name], offered);
    if (target !== null) return setStatus(task, "Task", target);
  }
  return fitting.length === 0
    ? skip(subject, "no-mapping-row", `No row starts from ${now}.`)
    : skip(
        subject,
        "status-not-available",
        `None of ${fitting.map((row) => row.name).join(", ")} is a status of this type of task.`,
      );
}

/** Where Ftrack refused a status, the rows below the one that was tried. */
export function concludeLaunch(
  facts: LaunchFacts,
  settings: LaunchSettings,
  results: readonly ChangeResult[],
): Decision {
  const refused = new Set(
    results
      .filter((r) => r.status === "failed" && r.error?.transient !== true)
      .map((r) => r.changeId),
  );
  const verdicts = facts.tasks.flatMap((task) => {
    const tried = walkRows(task, facts, settings.mapping);
    if (!("kind" in tried) || !refused.has(tried.id)) return [];
    const statusId = tried.data["status_id"];
    const { name } = facts.statuses.find((s) => s.id === statusId) ?? {};
    const used = settings.mapping.findIndex((row) =>
      isSameName(row.name, name ?? ""),
    );
    return walkRows(task, facts, settings.mapping.slice(used + 1));
  });
  return decisionOf(verdicts);
}
