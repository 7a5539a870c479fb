import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
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

/** Runs Python from the root of the repository and leaves no compiled files; its standard output. */
export async function python(
  args: readonly string[],
  input = "",
): Promise<string> {
  const child = spawn("python3", ["-B", ...args], { cwd: ROOT });
  child.stdin.end(input);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve, reject) =>
      child.once("close", resolve).once("error", reject),
    ),
  ]);
  if (code !== 0) throw new Error(`python3 ends with ${String(code)}:\n${err}`);
  return out;
}

/** Asks the addon's Python, which runs with stand-ins for the server's names. */
export async function askAddon(
  command: string,
  input: unknown = null,
  folder = "addon",
): Promise<unknown> {
  const out = await python([HARNESS, folder, command], JSON.stringify(input));
  return JSON.parse(out);
}
