import type { Command } from "commander";
import type { EXIT } from "./exit.ts";
import type { Studio } from "./studio.ts";
import type { Screen } from "./text.ts";

/** What a command found or did: for machines, and for people. */
export interface Answer {
  readonly json: unknown;
  readonly text: (screen: Screen) => string;
  /** @defaultValue ok */
  readonly exit?: keyof typeof EXIT;
}

/** Where progress is shown while a command works; never standard output. */
export interface Progress {
  /** Null: nobody watches. */
  readonly stream: NodeJS.WriteStream | null;
  readonly say: (line: string) => void;
}

/** What a command is called with. */
export interface Call {
  readonly studio: Studio;
  readonly progress: Progress;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** Who is recorded for what changes something. */
  readonly who: string;
}

export interface Common {
  readonly json?: true;
}

/** Carries out a command; given by `runCli`, and by the documentation, which carries out nothing. */
export type Run = (
  options: Common,
  work: (call: Call) => Promise<Answer>,
) => Promise<void>;

/** A command with what all of them have. */
export function addCommand(
  parent: Command,
  usage: string,
  summary: string,
  more = "",
): Command {
  return parent
    .command(usage)
    .summary(summary)
    .description(more === "" ? `${summary}.` : `${summary}.\n\n${more}`)
    .option("--json", "print JSON, and nothing else");
}
