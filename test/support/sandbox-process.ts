import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { AyonSandbox } from "../../sandbox/ayon/index.ts";
import type { FtrackSandbox } from "../../sandbox/ftrack/index.ts";

/** What the launcher of the sandboxes prints. */
export interface SandboxAddresses {
  readonly ftrack: Pick<
    FtrackSandbox,
    "url" | "apiUser" | "apiKey" | "controlToken"
  >;
  readonly ayon: Pick<AyonSandbox, "url" | "apiKey" | "controlToken">;
}

export interface SandboxProcess {
  readonly process: ChildProcess;
  readonly addresses: SandboxAddresses;
  /** All it has printed so far. */
  readonly lines: readonly string[];
}

/** Starts the launcher in a process of its own, and resolves when it has told the addresses. */
export async function launchSandbox(
  ...options: string[]
): Promise<SandboxProcess> {
  return launched(
    spawn("node", ["--import", "tsx", "sandbox/main.ts", ...options], {
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
}

export async function launched(child: ChildProcess): Promise<SandboxProcess> {
  if (child.stdout === null) throw new Error("The process has no output");
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(line));
  await once(reader, "line");
  const addresses = JSON.parse(lines[0] ?? "") as SandboxAddresses;
  return { process: child, addresses, lines };
}
