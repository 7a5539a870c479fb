import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { toError } from "../../src/core/errors.ts";
import { ChildError } from "../stack/child.ts";
import type { Service } from "../stack/service.ts";
import { startStack, type Stack } from "../stack/stack.ts";
import { isHappyEnd, storyText, tellRules, type StoryLine } from "./rules.ts";
import { runDemo, type Result } from "./run.ts";
import { openStudio, type Show, type Studio } from "../stack/studio.ts";
import { showAddresses, showTable } from "./show.ts";

const HELP = `Shows the event server at work, with everything on this machine.

  npm run demo [-- options]

  --rules  shows the automation rules instead: a version is published, reviewed and approved
  --keep   leaves everything running afterwards, and says where it is; Ctrl-C ends it
  --json   prints the result as JSON
  --help

Starts a local Ftrack, a local AYON, Redis, a leecher and a processor as processes of their own, on free ports;
makes changes in Ftrack through its official client, and watches AYON until they are there. Ends with 0 only if
all of them arrived, or the story came true.`;

const OPTIONS = {
  rules: { type: "boolean", default: false },
  keep: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

type Options = ReturnType<
  typeof parseArgs<{ options: typeof OPTIONS }>
>["values"];

/** What is going on, for people; standard output is for the result. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    stopping.abort();
  });

async function watch(
  stack: Stack,
  studio: Studio,
  show: Show,
): Promise<Result[]> {
  const results: Result[] = [];
  for await (const result of runDemo(stack, studio, show)) {
    results.push(result);
    const { made, ms } = result;
    say(ms === null ? `  ✗ ${made}` : `  ✓ ${made} (${Math.round(ms)} ms)`);
  }
  return results;
}

async function keep(stack: Stack, services: readonly Service[]): Promise<void> {
  const file = join(stack.dir, "demo.env");
  const lines = Object.entries(stack.env).map(([key, v]) => `${key}=${v}\n`);
  await writeFile(file, lines.join(""), { mode: 0o600 });
  say(`\n${showAddresses(stack, services, file)}`);
  say(`\nTry:  node --env-file=${file} dist/cli/main.js status`);
  say("Ctrl-C ends it.");
  if (!stopping.signal.aborted) await once(stopping.signal, "abort");
}

/** The last words of what failed: of what has ended, else of the services. */
function lastWords(services: readonly Service[]): string {
  const ended = services.filter((service) => !service.isRunning());
  return (ended.length > 0 ? ended : services)
    .map((service) => `--- ${service.name}\n${service.tail()}`)
    .join("\n");
}

/** The synchronisation: edits, and how long each took to AYON. */
async function showSync(
  stack: Stack,
  start: () => Promise<unknown>,
  isJson: boolean,
): Promise<boolean> {
  const studio = await openStudio(stack);
  const demoShow = await studio.addShow("demo_show");
  await start();
  const results = await watch(stack, studio, demoShow);
  const isWell = results.every(({ ms }) => ms !== null);
  if (isJson) console.log(JSON.stringify({ ok: isWell, results }));
  else console.log(`\n${showTable(results)}`);
  return isWell;
}

/** The automation rules, as a story. */
async function showRules(
  stack: Stack,
  start: () => Promise<unknown>,
  isJson: boolean,
): Promise<boolean> {
  const lines: StoryLine[] = [];
  for await (const line of tellRules(stack, start)) {
    lines.push(line);
    if (!isJson) console.log(storyText(line));
  }
  const ok = isHappyEnd(lines);
  if (isJson) console.log(JSON.stringify({ ok, lines }));
  else console.log(ok ? "\nEvery rule had its turn." : "");
  return ok;
}

async function show(options: Options): Promise<number> {
  let stack: Stack | null = null;
  let services: Service[] = [];
  try {
    stack = await startStack({
      signal: stopping.signal,
      onStart: (name, ms) => {
        say(`  ${name} answers (${Math.round(ms)} ms)`);
      },
    });
    const running = stack;
    const start = async (): Promise<void> => {
      services = await Promise.all([
        running.start("leecher"),
        running.start("processor"),
      ]);
    };
    const play = options.rules ? showRules : showSync;
    const isWell = await play(stack, start, options.json);
    if (!isWell) say(`\n${lastWords(services)}`);
    if (options.keep) await keep(stack, services);
    return isWell ? 0 : 1;
  } catch (thrown) {
    if (stopping.signal.aborted) return 130;
    say(`\nThe demo failed: ${toError(thrown).message}`);
    if (thrown instanceof ChildError) say(thrown.tail);
    else if (stack !== null) say(lastWords(services));
    return 1;
  } finally {
    await stack?.stop();
  }
}

function main(): Promise<number> | number {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (!values.help) return show(values);
    console.log(HELP);
    return 0;
  } catch (thrown) {
    say(`${toError(thrown).message}\n\n${HELP}`);
    return 2;
  }
}

process.exitCode = await main();
