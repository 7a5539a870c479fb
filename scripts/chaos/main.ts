import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { Cell } from "./cell.ts";
import { faults, type Fault } from "./faults.ts";
import { isClean, runMatrix } from "./matrix.ts";
import { labelOf, points, type Point } from "./points.ts";

const HELP = `Breaks things at every step, under load, and counts what is lost.

  npm run chaos [-- options]

  --point NAME   only at this point; may be given several times. A part of the name will do
  --fault NAME   only this fault; likewise
  --json         ends with one line of JSON
  --help

Starts a local Ftrack, a local AYON, Redis, a leecher and two processors as processes of their own; people edit
four shows all the time. A process is met at a step by holding what it says to a server, or what that answers.
Ends with 0 only if every cell ran and nothing was lost, done twice or put out of order.

Points:
${points.map((p) => `  ${labelOf(p).padEnd(26)}${p.means}`).join("\n")}

Faults: ${faults.join(", ")}. A freeze and a cut last ten seconds, longer than a silent processor keeps a project.

lost                entities and notes that differ from Ftrack a minute later, accepted events without an outcome, events
                    given up
duplicated          entities or comments made twice
reordered           older values written over newer ones
recovery seconds    from the blow (or the end of a freeze or cut) until AYON shows all that Ftrack does`;

/** Time for all processes to end after a signal. */
const GRACE_MS = 15_000;

const { values: options } = parseArgs({
  options: {
    point: { type: "string", multiple: true, default: [] },
    fault: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** What is going on, for people; standard output is for the result. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function chosen<T>(
  all: readonly T[],
  name: (one: T) => string,
  wanted: readonly string[],
): readonly T[] {
  if (wanted.length === 0) return all;
  const found = all.filter((one) =>
    wanted.some((word) => name(one).includes(word)),
  );
  if (found.length === 0)
    throw new Error(`None is named ${wanted.join(", ")}; see --help`);
  return found;
}

function rowOf({ point, fault, findings, recoverySeconds }: Cell): {
  readonly point: string;
  readonly fault: Fault;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly recoverySeconds: number;
} {
  return {
    point,
    fault,
    lost: findings.lost.length,
    duplicated: findings.duplicated.length,
    reordered: findings.reordered.length,
    recoverySeconds: Math.round(recoverySeconds * 10) / 10,
  };
}

function tableOf(cells: readonly Cell[]): string {
  const table = new Table({
    head: ["point", "fault", "lost", "duplicated", "reordered", "recovery s"],
    colAligns: ["left", "left", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const cell of cells) table.push(Object.values(rowOf(cell)));
  return table.toString();
}

function tell(cell: Cell): void {
  const row = rowOf(cell);
  const mark = isClean(cell) ? "✓" : "✗";
  say(
    `  ${mark} ${row.point.padEnd(24)} ${row.fault.padEnd(12)} ${row.recoverySeconds.toFixed(1).padStart(5)} s  ${cell.edits} edits`,
  );
  for (const [what, found] of Object.entries(cell.findings))
    for (const line of (found as readonly string[]).slice(0, 10))
      say(`      ${what}: ${line}`);
  if (!isClean(cell)) for (const tail of cell.tails) say(tail);
}

async function main(): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      stopping.abort();
      // Who waits for an answer of a server that is gone would wait for ever.
      setTimeout(() => process.exit(130), GRACE_MS).unref();
    });
  const wanted: readonly Point[] = chosen(points, labelOf, options.point);
  const blows = chosen(faults, (fault) => fault, options.fault);
  let failures = 0;
  const startedAt = performance.now();
  const cells = await runMatrix({
    points: wanted,
    faults: blows,
    signal: stopping.signal,
    onCell: tell,
    onFailure(point, fault, error) {
      failures += 1;
      say(`  ✗ ${point} ${fault}: could not be run: ${String(error)}`);
    },
  });
  const minutes = (performance.now() - startedAt) / 60_000;
  say(`${cells.length} cells in ${minutes.toFixed(1)} min`);
  console.log(
    options.json
      ? JSON.stringify({ rows: cells.map(rowOf) })
      : `\n${tableOf(cells)}`,
  );
  return failures === 0 && cells.every(isClean) ? 0 : 1;
}

process.exitCode = await main();
