import { readFile } from "node:fs/promises";
import { show } from "./exec.mjs";
import { say } from "./say.mjs";

/** Runs `npm ci` when what is installed is not what package-lock.json says. */
export async function ensurePackages() {
  const difference = await installedDiffers();
  if (difference === null) return;
  say(`Installing npm packages (${difference}) …`);
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund"];
  const code =
    npm === undefined || !npm.endsWith("js")
      ? await show("npm", args, { shell: process.platform === "win32" })
      : await show(process.execPath, [npm, ...args]);
  if (code !== 0) throw new Error("npm ci failed; see its output above.");
}

/** Why packages must be installed; null when all are there. */
async function installedDiffers() {
  const wanted = await packagesOf("package-lock.json");
  if (wanted === null) throw new Error("package-lock.json is missing.");
  // npm leaves a list of what it installed.
  const installed = await packagesOf("node_modules/.package-lock.json");
  if (installed === null) return "none yet";
  for (const [path, { version, optional, peer, link }] of Object.entries(
    wanted,
  )) {
    if (path === "" || link) continue;
    const found = installed[path];
    // Packages for other platforms are optional and absent.
    if (found === undefined && (optional || peer)) continue;
    if (found?.version !== version)
      return `${path.replace(/^.*node_modules\//, "")} is not up to date`;
  }
  return null;
}

async function packagesOf(file) {
  try {
    return JSON.parse(await readFile(file, "utf8")).packages ?? {};
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}
