import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const HARNESS = fileURLToPath(new URL("addon/harness.py", import.meta.url));

/** The addon's Python runs on the AYON server, which needs 3.11 itself. */
const OLDEST = [3, 10] as const;

/** Whether the addon's Python can be tried here; says so when it cannot. */
export function hasPython(): boolean {
  const code = `import sys; sys.exit(sys.version_info < (${OLDEST.join(", ")}))`;
  if (spawnSync("python3", ["-c", code]).status === 0) return true;
  process.stderr.write(
    `\nSKIPPED: the addon's Python is not tried here, there is no python3 of version ${OLDEST.join(".")} or later.\n`,
  );
  return false;
}

/** Runs Python from the root of the repository and leaves no compiled files. */
export function python(args: readonly string[], input = ""): string {
  return execFileSync("python3", ["-B", ...args], {
    cwd: ROOT,
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Asks the addon's Python, which runs with stand-ins for the server's names. */
export function askAddon(
  command: string,
  input: unknown = null,
  folder = "addon",
): unknown {
  return JSON.parse(python([HARNESS, folder, command], JSON.stringify(input)));
}
