import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { eventually } from "./redis.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A service as a process of its own, as an image would run it. */
export interface ServiceProcess {
  readonly pid: number;
  /** JSON lines of its log so far, as text. */
  output(): string;
  /** Address of its listener, once it has said so. */
  url(): Promise<string>;
  ready(): Promise<boolean>;
  /** Sends a signal and returns the exit code; null when the signal ended it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Runs `src/<name>/main.ts` with this environment and nothing of ours but the path. */
export function startService(
  name: "leecher" | "processor",
  env: Readonly<Record<string, string>>,
): ServiceProcess {
  const child: ChildProcess = spawn(
    process.execPath,
    ["--import", "tsx", `src/${name}/main.ts`],
    {
      cwd: root,
      env: { PATH: process.env["PATH"], TZ: "UTC", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const exited = once(child, "exit");

  async function url(): Promise<string> {
    const found = (): string | undefined =>
      /"url":"(http:\/\/127\.0\.0\.1:\d+)"[^\n]*listening for operators/.exec(
        output,
      )?.[1];
    await eventually(`${name} listens`, () => found() !== undefined, 30_000);
    return found() ?? "";
  }

  return {
    pid: child.pid ?? 0,
    output: () => output,
    url,
    async ready() {
      const answer = await fetch(`${await url()}/ready`);
      return answer.ok;
    },
    async end(signal = "SIGTERM") {
      if (child.exitCode !== null) return child.exitCode;
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
}
