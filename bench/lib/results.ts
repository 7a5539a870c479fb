import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { format } from "prettier";
import { z } from "zod";
import { findRedisBinary } from "../../sandbox/redis.ts";
import type { Figure, Part } from "../part.ts";
import { count } from "./numbers.ts";

const RESULTS = join(import.meta.dirname, "../results.json");
const PAGE = join(import.meta.dirname, "../../docs/benchmarks.md");

const result = z.object({
  date: z.string(),
  machine: z.string(),
  /** How busy the machine was with other things, in processes that want to run. */
  loadBefore: z.number(),
  seconds: z.number(),
  figures: z.array(
    z.object({
      what: z.string(),
      measured: z.string(),
      budget: z.string().optional(),
    }),
  ),
});
const results = z.record(z.string(), result);
export type Result = z.infer<typeof result>;

/** Runs a part and says where and when. */
export async function measure(part: Part): Promise<Result> {
  const loadBefore = loadavg()[0] ?? NaN;
  const startedAt = performance.now();
  const figures: readonly Figure[] = await part.run();
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: await machine(),
    loadBefore: Math.round(loadBefore * 10) / 10,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    figures: [...figures],
  };
}

async function machine(): Promise<string> {
  const [processor] = cpus();
  const binary = findRedisBinary();
  const said =
    binary === null
      ? ""
      : (await promisify(execFile)(binary, ["--version"])).stdout;
  const redis = /v=(\S+)/.exec(said)?.[1] ?? "of REDIS_URL";
  return [
    `${cpus().length} × ${processor?.model.trim() ?? "unknown processor"}`,
    `${count(totalmem() / 2 ** 30)} GB`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    `Redis ${redis}`,
  ].join(", ");
}

/** Puts results beside those of earlier runs, and writes the page anew. */
export async function keep(
  fresh: ReadonlyMap<string, Result>,
  parts: readonly Part[],
): Promise<void> {
  const kept = results.parse(
    JSON.parse(await readFile(RESULTS, "utf8").catch(() => "{}")),
  );
  const known = parts.flatMap(({ name }) => {
    const found = fresh.get(name) ?? kept[name];
    return found === undefined ? [] : [[name, found] as const];
  });
  const all = Object.fromEntries(known);
  await writeFile(
    RESULTS,
    await format(JSON.stringify(all), { parser: "json" }),
  );
  await writeFile(PAGE, await format(page(parts, all), { parser: "markdown" }));
}

function page(
  parts: readonly Part[],
  all: Readonly<Record<string, Result>>,
): string {
  const sections = parts.flatMap((part) => {
    const found = all[part.name];
    return found === undefined ? [] : [section(part, found)];
  });
  return `# Benchmarks

Written by \`npm run bench\`; \`npm run bench -- NAME\` measures one part anew. Everything is real: the services as
images run them, a Redis of their own with append-only file, the local Ftrack and AYON as processes on the same
machine, whose work therefore takes from the same cores. A _budget_ is what was promised before anything was
built; what misses its budget is shown like the rest. _Load before_ is the machine's load average when the part
began: above zero, something else was running as well, and the figures are worse for it.

The service this one replaces manages 9.8, 8.2 and 5.5 events a second, at 0, 5 and 20 ms that AYON takes for an
answer, with a handler that does nothing.

${sections.join("\n\n")}
`;
}

function section({ name, title, about }: Part, found: Result): string {
  const rows = found.figures.map(
    ({ what, measured, budget = "" }) =>
      `| ${what} | ${measured} | ${budget} |`,
  );
  return `## ${title}

${about}

| what | measured | budget |
| --- | --- | --- |
${rows.join("\n")}

\`npm run bench -- ${name}\`, ${found.date}, ${found.seconds} s, load before ${found.loadBefore}; ${found.machine}.`;
}
