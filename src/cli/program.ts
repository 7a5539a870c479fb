import { Command } from "commander";
import { ownVersion } from "../ops/version.ts";
import type { Run } from "./call.ts";
import { addDeadLetters } from "./commands/dead-letters.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addJobs } from "./commands/jobs.ts";
import { addOutcomes } from "./commands/outcomes.ts";
import { addReport } from "./commands/report.ts";
import { addStatus } from "./commands/status.ts";
import { addSync } from "./commands/sync.ts";
import { addWhy } from "./commands/why.ts";

export const NAME = "ayon-ftrack-events";

/** All commands, as the terminal and docs/cli.md have them. */
export function buildProgram(run: Run): Command {
  const program = new Command(NAME)
    .description(
      "Looks into the event server between Ftrack and AYON, and mends.",
    )
    .version(ownVersion(), "--version", "print the version")
    .helpOption("-h, --help", "print what a command does and takes")
    .helpCommand(false)
    .showHelpAfterError("(--help says what there is)")
    .exitOverride();
  for (const add of [
    addStatus,
    addOutcomes,
    addDeadLetters,
    addReport,
    addWhy,
    addDoctor,
    addSync,
    addJobs,
  ])
    add(program, run);
  return program;
}
