import type { Command } from "commander";
import { z } from "zod";
import type { JobInfo } from "../../queue/types.ts";
import { limitOption } from "../arguments.ts";
import {
  addCommand,
  type Answer,
  type Call,
  type Common,
  type Run,
} from "../call.ts";
import { CliError } from "../exit.ts";
import { projectNames } from "../projects.ts";
import { clock, table } from "../text.ts";

export function addJobs(program: Command, run: Run): void {
  const group = program
    .command("jobs")
    .summary("List, show and cancel long work, such as synchronisations")
    .description("Long work: synchronisations of projects, audits, plans.");
  addCommand(group, "list", "List long work of the last week, newest first")
    .addOption(limitOption(20))
    .action((options: Common & { readonly limit: number }) =>
      run(options, (call) => list(call, options.limit)),
    );
  addCommand(group, "show <id>", "Show one with its result").action(
    (id: string, options: Common) => run(options, (call) => show(call, id)),
  );
  addCommand(
    group,
    "cancel <id>",
    "Stop one that runs, or remove one that waits",
  ).action((id: string, options: Common) =>
    run(options, (call) => cancel(call, id)),
  );
}

async function list({ studio }: Call, limit: number): Promise<Answer> {
  const found = await (await studio.jobs()).list({ limit });
  const nameOf = await projectNames(studio, found.map(projectOf));
  return {
    json: found,
    text: (screen) =>
      found.length === 0
        ? "There was no long work in the last week."
        : table(
            screen,
            ["created", "what", "project", "state", "id"],
            found.map((job) => [
              clock(job.createdAt),
              job.kind,
              nameOf(projectOf(job)),
              job.state,
              job.id,
            ]),
          ),
  };
}

const aboutProject = z.looseObject({ projectId: z.string() });

function projectOf({ data }: JobInfo): string | null {
  const parsed = aboutProject.safeParse(data);
  return parsed.success ? parsed.data.projectId : null;
}

function noJob(id: string): CliError {
  return new CliError(`There is no work ${id} that could be meant`, {
    code: "E_NO_JOB",
    exit: "notFound",
    fix: "List it with: ayon-ftrack-events jobs list",
  });
}

async function show({ studio }: Call, id: string): Promise<Answer> {
  const job = await (await studio.jobs()).get(id);
  if (job === null) throw noJob(id);
  return { json: job, text: () => jobText(job) };
}

function jobText(job: JobInfo): string {
  const { id, kind, key, state, createdAt, startedAt, endedAt } = job;
  const time = (at: number | null): string => (at === null ? "–" : clock(at));
  return [
    `id        ${id}`,
    `what      ${kind} (${key})`,
    `state     ${state}`,
    `created   ${time(createdAt)}, started ${time(startedAt)}, ended ${time(endedAt)}`,
    `progress  ${JSON.stringify(job.progress)}`,
    `result    ${JSON.stringify(job.result)}`,
    ...(job.error === null ? [] : [`error     ${job.error}`]),
  ].join("\n");
}

async function cancel({ studio }: Call, id: string): Promise<Answer> {
  if (!(await (await studio.jobs()).cancel(id))) throw noJob(id);
  return {
    json: { id, cancelled: true },
    text: () => "It is removed, or stops within a second or two.",
  };
}
