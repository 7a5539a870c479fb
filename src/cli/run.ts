import { hostname, userInfo } from "node:os";
import { type Command, CommanderError } from "commander";
import type { Env } from "../settings/env.ts";
import type { Common, Run } from "./call.ts";
import { EXIT, failureOf } from "./exit.ts";
import { buildProgram } from "./program.ts";
import { openStudio } from "./studio.ts";

/** The surroundings of a command. */
export interface Terminal {
  /** Read when a command needs it: `--help` works without. @throws ConfigError `E_ENV` */
  readonly env: () => Env;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Standard error, when a person may look at it. */
  readonly progress: NodeJS.WriteStream | null;
  readonly width: number;
  readonly hasColor: boolean;
  readonly signal: AbortSignal;
  readonly now?: () => number;
}

/** Carries out what stands on the command line. Never throws. @returns the exit code. */
export async function runCli(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const { out, err, width, hasColor, signal } = terminal;
  let exitCode: number = EXIT.ok;

  const run: Run = async (options, work) => {
    const studio = openStudio(terminal.env());
    try {
      const answer = await work({
        studio,
        progress: {
          stream: options.json === true ? null : terminal.progress,
          say: (line) => {
            if (options.json !== true) err(`${line}\n`);
          },
        },
        now: (terminal.now ?? Date.now)(),
        signal,
        who: `${userName()}@${hostname()}`,
      });
      exitCode = EXIT[answer.exit ?? "ok"];
      out(
        options.json === true
          ? `${JSON.stringify(answer.json, null, 2)}\n`
          : `${answer.text({ width, hasColor })}\n`,
      );
    } finally {
      await studio.close();
    }
  };

  const program = buildProgram(run);
  withOutput(program, { writeOut: out, writeErr: err });
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError)
      return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return tell(thrown, args.includes("--json"), terminal);
  }
}

function tell(
  thrown: unknown,
  isJson: boolean,
  { out, err }: Terminal,
): number {
  const { code, message, fix, exitCode } = failureOf(thrown);
  if (isJson)
    out(`${JSON.stringify({ error: { code, message, fix } }, null, 2)}\n`);
  else {
    err(`${message}\n`);
    if (fix !== "") err(`→ ${fix}\n`);
    if (code === "E_UNEXPECTED" && thrown instanceof Error)
      err(`${thrown.stack ?? ""}\n`);
  }
  return exitCode;
}

/** For all commands: they do not take over from their parent what is set after they were made. */
function withOutput(
  command: Command,
  output: { writeOut(text: string): void; writeErr(text: string): void },
): void {
  command.exitOverride().configureOutput(output);
  for (const child of command.commands) withOutput(child, output);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user without a name.
    return String(process.getuid?.() ?? "unknown");
  }
}

export type { Common };
