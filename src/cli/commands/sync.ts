import { readFile, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { auditJob } from "../../core/audit.ts";
import { ftrackId } from "../../core/ids.ts";
import {
  applyJob,
  applyResult,
  fullSyncJob,
  fullSyncResult,
  type JobRequest,
  planJob,
  planKey,
  planResult,
} from "../../core/sync-jobs.ts";
import { isIntact, syncPlan, type SyncPlan } from "../../core/sync-plan.ts";
import { makeKeyValue } from "../../queue/records.ts";
import type { JobInfo } from "../../queue/types.ts";
import { limitOption } from "../arguments.ts";
import {
  addCommand,
  type Answer,
  type Call,
  type Common,
  type Run,
} from "../call.ts";
import { findEntity } from "../entities.ts";
import { CliError } from "../exit.ts";
import { follow, submit } from "../follow.ts";
import { findProject, type ProjectRef } from "../projects.ts";
import type { Studio } from "../studio.ts";
import { count, plain, table, type Screen } from "../text.ts";

interface SyncOptions extends Common {
  readonly wait: boolean;
}

interface PlanOptions extends Common {
  readonly only?: string;
  readonly out?: string;
  readonly limit: number;
}

export function addSync(program: Command, run: Run): void {
  addCommand(
    program,
    "sync <project>",
    "Bring a whole project from Ftrack to AYON",
    "A processor does it, in turn with the events of the project. It writes only what differs; starting it twice does no harm. Ctrl-C ends the waiting, not the work.",
  )
    .option("--no-wait", "start it and do not wait for its end")
    .action((project: string, options: SyncOptions) =>
      run(options, (call) => sync(call, project, options)),
    );
  addCommand(
    program,
    "audit <project>",
    "Compare both sides of a project and bring over what differs",
    "What a processor does by itself at night: it reads little where little has happened, and needs auto-sync. Ctrl-C ends the waiting, not the work.",
  ).action((project: string, options: Common) =>
    run(options, (call) => audit(call, project)),
  );
  addCommand(
    program,
    "plan <project>",
    "Say what bringing a project over would write, and write nothing",
    "The plan is kept for a day under its id, for apply.",
  )
    .option(
      "--only <entity>",
      "id or path of a folder or task: with what is below",
    )
    .option("--out <file>", "write the plan to a file, for apply")
    .addOption(limitOption(40))
    .action((project: string, options: PlanOptions) =>
      run(options, (call) => plan(call, project, options)),
    );
  addCommand(
    program,
    "apply <plan>",
    "Carry out a plan: its file, or its id",
    "Nothing is written when the project has changed since the plan was made, or the file was edited.",
  ).action((named: string, options: Common) =>
    run(options, (call) => apply(call, named)),
  );
}

async function finished(
  call: Call,
  request: JobRequest<Readonly<Record<string, unknown>>>,
  title: string,
): Promise<JobInfo> {
  const { id, isNew } = await submit(call.studio, request);
  if (!isNew) call.progress.say(`${title}: it was asked for already`);
  return follow(call, await call.studio.jobs(), id, title);
}

async function sync(
  call: Call,
  text: string,
  { wait }: SyncOptions,
): Promise<Answer> {
  const project = await findProject(call.studio, text);
  const request = fullSyncJob({ projectId: project.id, userId: null });
  if (!wait) {
    const { id, isNew } = await submit(call.studio, request);
    return {
      json: { id, isNew, project },
      text: () =>
        `Started as ${id}. See it with: ayon-ftrack-events jobs show ${id}`,
    };
  }
  return whole(call, project, request, "Sync");
}

async function audit(call: Call, text: string): Promise<Answer> {
  const project = await findProject(call.studio, text);
  const request = auditJob(ftrackId(project.id), "asked");
  return whole(call, project, request, "Audit");
}

async function whole(
  call: Call,
  project: ProjectRef,
  request: JobRequest<Readonly<Record<string, unknown>>>,
  verb: string,
): Promise<Answer> {
  const name = project.name ?? project.id;
  const job = await finished(call, request, `${verb} ${name}`);
  const result = fullSyncResult.parse(job.result);
  return result.kind === "closed"
    ? closedAnswer(job, project, result)
    : doneAnswer(job, project, result);
}

function closedAnswer(
  { id }: JobInfo,
  project: ProjectRef,
  result: { readonly detail: string },
): Answer {
  return {
    json: { id, project, result },
    text: () => `Nothing was done: ${plain(result.detail)}`,
    exit: "findings",
  };
}

function doneAnswer(
  { id }: JobInfo,
  project: ProjectRef,
  result: {
    readonly applied: number;
    readonly failed: number;
    readonly issues: number;
  },
): Answer {
  const { applied, failed, issues } = result;
  const name = JSON.stringify(project.name ?? project.id);
  const more =
    issues + failed === 0
      ? ""
      : ` See them with: ayon-ftrack-events report ${name}`;
  return {
    json: { id, project, result },
    text: () =>
      `${count(applied, "change")}, ${failed} failed, ${count(issues, "remark")}.${more}`,
    exit: failed > 0 ? "findings" : "ok",
  };
}

async function plan(
  call: Call,
  text: string,
  { only, out, limit }: PlanOptions,
): Promise<Answer> {
  const { studio } = call;
  const project = await findProject(studio, text);
  const subtree = only === undefined ? null : await findEntity(studio, only);
  if (only !== undefined && subtree === null)
    throw new CliError(`Ftrack has no entity ${only}`, {
      code: "E_NO_ENTITY",
      exit: "notFound",
      fix: "Give the id of a folder or task, or its path: Project/sq010/sh010.",
    });
  const request = planJob({
    projectId: project.id,
    userId: null,
    subtreeId: subtree?.id ?? null,
  });
  const name = project.name ?? project.id;
  const job = await finished(call, request, `Plan ${name}`);
  const result = planResult.parse(job.result);
  if (result.kind === "closed") return closedAnswer(job, project, result);
  const made = await storedPlan(studio, result.planId);
  if (out !== undefined)
    await writeFile(out, `${JSON.stringify(made, null, 2)}\n`);
  return {
    json: { id: result.planId, plan: made },
    text: (screen) => planText(screen, made, out ?? result.planId, limit),
  };
}

async function storedPlan(studio: Studio, id: string): Promise<SyncPlan> {
  const stored = await makeKeyValue(await studio.redis()).get(planKey(id));
  if (stored === null)
    throw new CliError(`There is no plan ${id}, neither as a file nor kept`, {
      code: "E_NO_PLAN",
      exit: "notFound",
      fix: "Plans are kept for a day. Make one with: ayon-ftrack-events plan PROJECT",
    });
  return syncPlan.parse(stored);
}

function planText(
  screen: Screen,
  { rows, issues, summary, project }: SyncPlan,
  name: string,
  limit: number,
): string {
  const parts = [summary.map(plain).join("\n")];
  if (rows.length > 0)
    parts.push(
      table(
        screen,
        ["where", "what", "type", "entity", "before → after"],
        rows
          .slice(0, limit)
          .map((row) => [
            row.side,
            row.action,
            row.type,
            row.path,
            changeText(row),
          ]),
      ),
    );
  if (rows.length > limit)
    parts.push(`… and ${rows.length - limit} more: --limit, --out or --json`);
  if (issues.length > 0)
    parts.push(
      table(
        screen,
        ["", "rule", "entity", "what, and what mends it"],
        issues
          .slice(0, limit)
          .map(({ severity, rule, path, detail, fix }) => [
            severity,
            rule,
            path,
            `${detail} ${fix}`.trim(),
          ]),
      ),
    );
  parts.push(
    rows.length === 0
      ? `${project.name} is in AYON as it is in Ftrack.`
      : `Carry it out with: ayon-ftrack-events apply ${name}`,
  );
  return parts.join("\n\n");
}

function changeText({ before, after }: SyncPlan["rows"][number]): string {
  return Object.entries(after)
    .map(([key, value]) =>
      key in before
        ? `${key}: ${short(before[key])} → ${short(value)}`
        : `${key}: ${short(value)}`,
    )
    .join(", ");
}

const SHORT = 40;

/** The whole of it is in the plan's file. */
function short(value: unknown): string {
  if (Array.isArray(value) && value.length > 3)
    return `${value.length} entries`;
  const text = JSON.stringify(value);
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}

async function apply(call: Call, named: string): Promise<Answer> {
  const made =
    (await planFile(named)) ?? (await storedPlan(call.studio, named));
  const { project, subtreeId, fingerprint } = made;
  if (!isIntact(made))
    throw new CliError("The plan was changed after it was made", {
      code: "E_PLAN_CHANGED",
      exit: "usage",
      fix: "Plans are carried out as they are. Make a new one with: ayon-ftrack-events plan PROJECT",
    });
  const request = applyJob({
    projectId: project.id,
    userId: null,
    subtreeId,
    fingerprint,
  });
  const ref = await findProject(call.studio, project.id);
  const job = await finished(call, request, `Apply to ${project.name}`);
  const result = applyResult.parse(job.result);
  switch (result.kind) {
    case "closed":
      return closedAnswer(job, ref, result);
    case "done":
      return doneAnswer(job, { ...ref, name: project.name }, result);
    case "stale":
      return {
        json: { id: job.id, project: ref, result },
        text: () =>
          `Not carried out: ${plain(result.detail)}\nMake a new plan with: ayon-ftrack-events plan ${JSON.stringify(project.name)}`,
        exit: "findings",
      };
  }
}

/** Null when there is no such file. */
async function planFile(path: string): Promise<SyncPlan | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw thrown;
  }
  try {
    return syncPlan.parse(JSON.parse(text));
  } catch {
    throw new CliError(`${path} is not a plan`, {
      code: "E_NOT_A_PLAN",
      exit: "usage",
      fix: "Write one with: ayon-ftrack-events plan PROJECT --out FILE",
    });
  }
}
