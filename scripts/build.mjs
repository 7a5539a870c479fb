// Makes dist/ from src/ when it is not up to date: without checking types, which `npm run check` does, in a
// few seconds. `npm run build` is the full one.
//
//   node scripts/build.mjs
import { createHash } from "node:crypto";
import {
  access,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { show } from "./setup/exec.mjs";
import { say } from "./setup/say.mjs";

const ROOT = join(import.meta.dirname, "..");
const STAMP = join(ROOT, "dist/.built-from");
const SOURCES = ["src", "package.json", "tsconfig.json", "tsconfig.build.json"];

/** A folder without its sources, as an image has it, is taken as it is. */
export async function ensureBuilt() {
  if (!(await exists(join(ROOT, "src")))) return;
  const now = await fingerprint();
  const built = await readFile(STAMP, "utf8").catch(() => null);
  if (built === now) return;
  say("Building …");
  await rm(join(ROOT, "dist"), { recursive: true, force: true });
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const args = [compiler, "-p", "tsconfig.build.json", "--noCheck"];
  const code = await show(process.execPath, args, { cwd: ROOT });
  if (code !== 0) throw new Error("The build failed; see its output above.");
  await writeFile(STAMP, now);
}

/** Names, times and sizes of all sources. */
async function fingerprint() {
  const hash = createHash("sha1");
  for (const source of SOURCES) {
    const path = join(ROOT, source);
    const isDirectory = (await stat(path)).isDirectory();
    const files = isDirectory ? await readdir(path, { recursive: true }) : [""];
    for (const file of files.sort()) {
      const found = await stat(join(path, file));
      if (found.isFile())
        hash.update(`${source}/${file} ${found.mtimeMs} ${found.size}\n`);
    }
  }
  return hash.digest("hex");
}

function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await ensureBuilt();
  } catch (error) {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
