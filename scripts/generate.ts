/**
 * Writes every generated file of the repository. `--check` writes nothing and fails when one is stale.
 *
 * To have another file generated, add a function to the list.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { actionsPage } from "./generate/actions-doc.ts";
import { addonFiles, settingsPage } from "./generate/addon.ts";
import { cliPage } from "./generate/cli-doc.ts";
import { environmentFiles } from "./generate/environment.ts";
import { metricsPage } from "./generate/metrics-doc.ts";

/** Content by path from the root of the repository. */
export type Generated = ReadonlyMap<string, string>;

const GENERATORS: readonly (() => Generated)[] = [
  addonFiles,
  settingsPage,
  environmentFiles,
  actionsPage,
  metricsPage,
  cliPage,
];

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** All generated files as they should be. Markdown is laid out as the rest of the repository. */
export async function generated(): Promise<Generated> {
  const files = GENERATORS.flatMap((generate) => [...generate()]);
  return new Map(
    await Promise.all(
      files.map(
        async ([path, content]) => [path, await tidy(path, content)] as const,
      ),
    ),
  );
}

/** Paths of the files that are not as they should be, below `root`. */
export async function stale(root: string): Promise<readonly string[]> {
  const files = [...(await generated())];
  const current = await Promise.all(
    files.map(([path]) => contentOf(join(root, path))),
  );
  return files
    .filter(([, content], index) => content !== current[index])
    .map(([path]) => path);
}

async function tidy(path: string, content: string): Promise<string> {
  return path.endsWith(".md")
    ? await format(content, { parser: "markdown" })
    : content;
}

async function contentOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean" } } });
  const paths = await stale(ROOT);
  if (values.check === true) {
    for (const path of paths) console.error(`stale: ${path}`);
    if (paths.length > 0) {
      console.error("Run `npm run generate` and commit what it writes.");
      process.exitCode = 1;
    }
    return;
  }
  const files = await generated();
  for (const path of paths) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), files.get(path) ?? "");
    console.log(`wrote ${path}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
