/** Measures the parts that are named, or all; prints tables and writes docs/benchmarks.md. */
import { parseArgs } from "node:util";
import { table } from "../scripts/stack/table.ts";
import { toError } from "../src/core/errors.ts";
import { keep, measure, type Result } from "./lib/results.ts";
import type { Part } from "./part.ts";
import { parts } from "./parts.ts";

const HELP = `Measures speed and memory.

  npm run bench -- [options] [part …]

  --dry    does not write docs/benchmarks.md
  --page   measures nothing, writes docs/benchmarks.md anew from bench/results.json
  --help

Parts:
${parts.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join("\n")}`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dry: { type: "boolean", default: false },
      page: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.page) {
    await keep(new Map(), parts);
    return 0;
  }
  const wanted = positionals.map(find);
  const results = new Map<string, Result>();
  for (const part of wanted.length === 0 ? parts : wanted) {
    console.log(`\n${part.title} …`);
    const result = await measure(part);
    results.set(part.name, result);
    show(result);
    // Each at once: a part that fails later does not take it away.
    if (!values.dry) await keep(results, parts);
  }
  return 0;
}

function find(name: string): Part {
  const part = parts.find((p) => p.name === name);
  if (part === undefined) throw new Error(`No part ${name}\n\n${HELP}`);
  return part;
}

function show({ figures, seconds }: Result): void {
  const rows = figures.map(({ what, measured, budget = "" }) => [
    what,
    measured,
    budget,
  ]);
  const heads = ["what", "measured", "budget"].map((head) => ({ head }));
  console.log(`${table(heads, rows)}\n${seconds} s`);
}

try {
  process.exitCode = await main();
} catch (thrown) {
  console.error(toError(thrown).stack);
  process.exitCode = 1;
}
// Everything has been closed; the official client keeps a socket of its event hub alive all the same.
process.exit();
