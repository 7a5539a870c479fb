// Makes dist/ from src/ when it is not up to date: without checking types, which `npm run check` does, in a
// few seconds. `npm run build` is the full one.
//
//   node scripts/build.mjs
import { createHash } from "node:crypto";
import {
  access,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { show } from "./setup/exec.mjs";
import { say } from "./setup/say.mjs";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");
const STAMP = ".built-from";
const SOURCES = ["src", "package.json", "tsconfig.json", "tsconfig.build.json"];

/** A folder without its sources, as an image has it, is taken as it is. */
export async function ensureBuilt() {
  if (!(await exists(join(ROOT, "src")))) return;
  const now = await fingerprint();
  const built = await readFile(join(DIST, STAMP), "utf8").catch(() => null);
  if (built === now) return;
  say("Building …");
  // Beside the old one, and then in its place: others may be building, or starting from there.
  const fresh = await mkdtemp(join(ROOT, "dist-"));
  try {
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    const how = ["-p", "tsconfig.build.json", "--noCheck", "--outDir", fresh];
    const code = await show(process.execPath, [compiler, ...how], {
      cwd: ROOT,
    });
    if (code !== 0) throw new Error("The build failed; see its output above.");
    await writeFile(join(fresh, STAMP), now);
    await rm(DIST, { recursive: true, force: true, maxRetries: 5 });
    await rename(fresh, DIST).catch((error) => {
      // Somebody else has put theirs there meanwhile, of the same sources.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
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
