import type { Command } from "commander";
import { timeOption } from "./arguments.ts";
import { findProjectOrNone } from "./projects.ts";
import type { Studio } from "./studio.ts";

/** What all lists of events can be narrowed down by. */
export interface EventFilters {
  readonly project?: string;
  readonly handler?: string;
  /** Milliseconds since the epoch. */
  readonly since?: number;
}

export function withEventFilters(command: Command): Command {
  return command
    .option("--project <project>", "name, code or id; none: without project")
    .option("--handler <name>", "sync, status-next-task, …")
    .addOption(timeOption("--since <time>", "not older"));
}

/** @throws CliError `E_NO_PROJECT`. */
export async function eventFilter(
  studio: Studio,
  { project, handler, since }: EventFilters,
): Promise<{
  readonly projectId?: string | null;
  readonly handler?: string;
  readonly since?: number;
}> {
  const projectId = await findProjectOrNone(studio, project);
  return {
    ...(projectId !== undefined && { projectId }),
    ...(handler !== undefined && { handler }),
    ...(since !== undefined && { since }),
  };
}
