import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

export interface ChildOptions {
  /** How people know it. */
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Besides what every program needs; nothing else of ours. */
  readonly env: Readonly<Record<string, string>>;
}

/** A Node process of ours, and the last it said. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  isRunning(): boolean;
  /** The last lines of its output. */
  tail(lines?: number): string;
  /**
   * What `pick` makes of the first line it makes something of, said or yet to be said.
   *
   * @throws ChildError when the process ends or the time is over before that.
   */
  line<T>(pick: (line: string) => T | null, withinMs: number): Promise<T>;
  /** Sends a signal and resolves with the exit code, or null; SIGKILL follows when it takes too long. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A process of the stack failed; `tail` is the last it said. */
export class ChildError extends Error {
  readonly tail: string;

  constructor(message: string, tail: string) {
    super(message);
    this.name = "ChildError";
    this.tail = tail;
  }
}

const KEPT_LINES = 2_000;
const END_MS = 12_000;
const PASSED_ON = ["PATH", "HOME", "TMPDIR", "LANG", "SystemRoot"];

export function launch(options: ChildOptions): Child {
  const { name, args, cwd, env } = options;
  const given = PASSED_ON.flatMap((key) => {
    const value = process.env[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...Object.fromEntries(given), TZ: "UTC", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Whoever started it must not leave it behind, however it ends.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = once(child, "exit").then(() => {
    process.off("exit", kill);
  });
  const said: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      said.push(line);
      if (said.length > KEPT_LINES) said.splice(0, KEPT_LINES / 2);
      for (const listener of listeners) listener(line);
    });
  }
  const isRunning = (): boolean =>
    child.exitCode === null && child.signalCode === null;
  const tail = (lines = 20): string => said.slice(-lines).join("\n");

  async function line<T>(
    pick: (line: string) => T | null,
    withinMs: number,
  ): Promise<T> {
    for (const earlier of said) {
      const found = pick(earlier);
      if (found !== null) return found;
    }
    const over = new AbortController();
    const later = new EventEmitter<{ found: [T] }>();
    const listener = (text: string): void => {
      const found = pick(text);
      if (found !== null) later.emit("found", found);
    };
    const heard = once(later, "found") as Promise<[T]>;
    listeners.add(listener);
    try {
      const [answer] = await Promise.race([
        heard,
        exited.then(() => {
          throw new ChildError(`${name} ended while it was waited for`, tail());
        }),
        sleep(withinMs, undefined, { signal: over.signal }).then(() => {
          throw new ChildError(
            `${name} took longer than ${withinMs} ms`,
            tail(),
          );
        }),
      ]);
      return answer;
    } finally {
      listeners.delete(listener);
      over.abort();
    }
  }

  async function end(
    signal: NodeJS.Signals = "SIGTERM",
  ): Promise<number | null> {
    if (isRunning()) {
      // One that was stopped would not hear.
      child.kill("SIGCONT");
      child.kill(signal);
      const late = setTimeout(kill, END_MS);
      await exited;
      clearTimeout(late);
    }
    return child.exitCode;
  }

  return { name, pid: child.pid ?? 0, isRunning, tail, line, end };
}
