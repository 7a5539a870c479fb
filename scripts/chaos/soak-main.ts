import { parseArgs } from "node:util";
import { openArena } from "./arena.ts";
import { soak, type SoakResult } from "./soak.ts";

const HELP = `Lets people work in eight shows for a long time, while now this and now that breaks.

  npm run soak -- [options]

  --minutes N   (default 30)
  --rate N      edits per second over all shows (default 50)
  --json        ends with one line of JSON
  --help

Every 15 to 30 seconds a service or Redis is killed, ended, frozen or cut off for up to twelve seconds. Ends with
0 only if afterwards both sides are the same and nothing was lost, done twice or put out of order.`;

/** Time for all processes to end after a signal. */
const GRACE_MS = 15_000;

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    rate: { type: "string", default: "50" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** What is going on, for people; standard output is for the result. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function positive(name: "minutes" | "rate"): number {
  const value = Number(options[name]);
  if (!(value > 0)) throw new Error(`--${name} must be a positive number`);
  return value;
}

function isClean({ findings, catchUpSeconds }: SoakResult): boolean {
  const { lost, duplicated, reordered } = findings;
  return (
    catchUpSeconds !== null &&
    lost.length + duplicated.length + reordered.length === 0
  );
}

function show(result: SoakResult): string {
  const { minutes, edits, events, faults, findings } = result;
  const { catchUpSeconds, memory } = result;
  const rate = edits / (minutes * 60);
  return [
    `${edits} edits in ${minutes.toFixed(1)} min (${rate.toFixed(1)}/s)`,
    `${events.accepted} events accepted, ${events.settled} with an outcome`,
    ...Object.entries(faults)
      .sort()
      .map(([name, count]) => `  ${String(count).padStart(3)} × ${name}`),
    `lost ${findings.lost.length}, duplicated ${findings.duplicated.length}, reordered ${findings.reordered.length}`,
    catchUpSeconds === null
      ? "the two sides did not become the same"
      : `both sides the same ${catchUpSeconds.toFixed(1)} s after the last edit`,
    "memory (MB resident): quarters of the last life, most of all lives",
    ...memory.map(
      (m) =>
        `  ${m.service.padEnd(12)} ${m.minutes.toFixed(0).padStart(3)} min: ${m.quarters.map(Math.round).join(", ")}; ${Math.round(m.most)}`,
    ),
  ].join("\n");
}

async function main(): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const minutes = positive("minutes");
  const rate = positive("rate");
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      stopping.abort();
      // Who waits for an answer of a server that is gone would wait for ever.
      setTimeout(() => process.exit(130), GRACE_MS).unref();
    });
  const { signal } = stopping;
  const arena = await openArena(signal, { count: 8, createEvery: 200 });
  try {
    const result = await soak(arena, { minutes, rate, signal, say });
    for (const [what, found] of Object.entries(result.findings))
      for (const line of (found as readonly string[]).slice(0, 20))
        say(`  ${what}: ${line}`);
    if (!isClean(result))
      for (const instance of arena.rig.instances)
        say(`${instance.name}:\n${instance.service().tail(40)}`);
    console.log(options.json ? JSON.stringify(result) : show(result));
    return isClean(result) ? 0 : 1;
  } finally {
    await arena.close();
  }
}

process.exitCode = await main();
