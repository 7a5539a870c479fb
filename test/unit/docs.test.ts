import { access, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "../..");

async function pages(): Promise<readonly string[]> {
  const top = await readdir(ROOT);
  const docs = await readdir(join(ROOT, "docs"), { recursive: true });
  return [...top, ...docs.map((path) => join("docs", path))]
    .filter((path) => path.endsWith(".md"))
    .sort();
}

/** A heading's anchor as GitHub makes it. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

async function anchors(path: string): Promise<ReadonlySet<string>> {
  const text = await readFile(join(ROOT, path), "utf8");
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      anchor(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")),
    ),
  );
}

async function brokenLinks(path: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, path), "utf8");
  const broken: string[] = [];
  for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(link)) continue;
    const [file = "", wanted] = link.split("#");
    const target = file === "" ? path : join(dirname(path), file);
    const exists = await access(join(ROOT, target)).then(
      () => true,
      () => false,
    );
    if (!exists) broken.push(link);
    else if (wanted !== undefined && !(await anchors(target)).has(wanted))
      broken.push(link);
  }
  return broken;
}

describe("documentation", async () => {
  const all = await pages();

  it("has pages", () => {
    expect(all).toContain("README.md");
    expect(all.length).toBeGreaterThan(10);
  });

  it.each(all)("%s links to what is there", async (path) => {
    expect(await brokenLinks(path)).toEqual([]);
  });

  it.each(all)("%s names scripts that exist", async (path) => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")));
    const text = await readFile(join(ROOT, path), "utf8");
    const named = [...text.matchAll(/npm run (?:-\S+ )*([a-z][\w:-]*)/g)].map(
      ([, name]) => name,
    );
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });
});
