import type { Command } from "commander";
import { z } from "zod";
import {
  addCommand,
  type Answer,
  type Call,
  type Common,
  type Run,
} from "../call.ts";
import { follow } from "../follow.ts";
import { findProject } from "../projects.ts";
import { count } from "../text.ts";

interface Options extends Common {
  readonly wait: boolean;
}

export function addSync(program: Command, run: Run): void {
  addCommand(
    program,
    "sync <project>",
    "Bring a whole project from Ftrack to AYON",
    "A processor does it, in turn with the events of the project. It writes only what differs; starting it twice does no harm. Ctrl-C ends the waiting, not the work.",
  )
    .option("--no-wait", "start it and do not wait for its end")
    .action((project: string, options: Options) =>
      run(options, (call) => sync(call, project, options)),
    );
}

const result = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.literal("closed"), detail: z.string() }),
  z.looseObject({
    kind: z.literal("done"),
    applied: z.number(),
    failed: z.number(),
    issues: z.number(),
  }),
]);

async function sync(
  call: Call,
  text: string,
  { wait }: Options,
): Promise<Answer> {
  const { studio } = call;
  const project = await findProject(studio, text);
  const name = project.name ?? project.id;
  const jobs = await studio.jobs();
  const { id, isNew } = await jobs.submit({
    kind: "full-sync",
    key: `full-sync-${project.id}`,
    data: { projectId: project.id, userId: null },
  });
  if (!isNew) call.progress.say(`${name}: it was asked for already`);
  if (!wait)
    return {
      json: { id, isNew, project },
      text: () =>
        `Started as ${id}. See it with: ayon-ftrack-events jobs show ${id}`,
    };
  const job = await follow(call, jobs, id, `Sync ${name}`);
  const done = result.parse(job.result);
  if (done.kind === "closed")
    return {
      json: { id, project, result: done },
      text: () => `Nothing was done: ${done.detail}`,
      exit: "findings",
    };
  return {
    json: { id, project, result: done },
    text: () =>
      `${count(done.applied, "change")}, ${done.failed} failed, ${count(done.issues, "remark")}.${done.issues + done.failed > 0 ? ` See them with: ayon-ftrack-events report ${JSON.stringify(name)}` : ""}`,
    exit: done.failed > 0 ? "findings" : "ok",
  };
}
