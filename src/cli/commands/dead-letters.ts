import { type Command, Option } from "commander";
import { silentLog } from "../../core/log.ts";
import { silentMeter } from "../../core/meter.ts";
import { makeDeadLetters } from "../../queue/dead-letters.ts";
import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetters,
} from "../../queue/types.ts";
import { limitOption, timeOption, whole } from "../arguments.ts";
import {
  addCommand,
  type Answer,
  type Call,
  type Common,
  type Run,
} from "../call.ts";
import { CliError } from "../exit.ts";
import {
  eventFilter,
  withEventFilters,
  type EventFilters,
} from "../filters.ts";
import { projectNames } from "../projects.ts";
import { clock, count, plain, table, type Screen } from "../text.ts";
import type { Studio } from "../studio.ts";

interface Filters extends Common, EventFilters {
  readonly code?: string;
  readonly topic?: string;
  readonly olderThan?: number;
  readonly id?: readonly string[];
}

interface Acting extends Filters {
  readonly all?: true;
  readonly dryRun?: true;
}

interface Listing extends Filters {
  readonly limit: number;
}

const ABOUT =
  "An event that could not be handled, after all tries, is kept here until somebody redrives or purges it.";

export function addDeadLetters(program: Command, run: Run): void {
  const group = program
    .command("dead-letters")
    .summary("List, show, redrive and purge events that were given up")
    .description(ABOUT);
  withFilters(addCommand(group, "list", "List dead letters, the oldest first"))
    .addOption(limitOption(50))
    .action((options: Listing) => run(options, (call) => list(call, options)));
  addCommand(
    group,
    "show <id>",
    "Show one dead letter: event, error, handler, entities, tries",
  ).action((id: string, options: Common) =>
    run(options, (call) => show(call, id)),
  );
  acting(
    addCommand(
      group,
      "redrive",
      "Put dead letters back into the queue of their project",
      "Correct the cause first. They go to the end of the queue, oldest first, and are handled by the state of then. Who did it is written down.",
    ),
  )
    .addOption(
      new Option("--rate <n>", "events per second")
        .default(50)
        .argParser(whole(1)),
    )
    .action((options: Acting & { readonly rate: number }) =>
      run(options, (call) => redrive(call, options)),
    );
  acting(
    addCommand(
      group,
      "purge",
      "Delete dead letters for good",
      "What they were about can still be brought over: ayon-ftrack-events sync PROJECT. Who did it is written down.",
    ),
  ).action((options: Acting) => run(options, (call) => purge(call, options)));
  addCommand(group, "audit", "Show who redrove and purged, the newest first")
    .addOption(limitOption(50))
    .action((options: Common & { readonly limit: number }) =>
      run(options, (call) => audit(call, options.limit)),
    );
}

function withFilters(command: Command): Command {
  return withEventFilters(command)
    .option("--code <code>", "class of error, such as E_AYON_REJECTED")
    .option("--topic <topic>", "topic of the event")
    .addOption(timeOption("--older-than <time>", "given up before"))
    .option("--id <ids...>", "these only");
}

function acting(command: Command): Command {
  return withFilters(command)
    .option("--all", "all of them; needed when no filter is given")
    .option("--dry-run", "only say how many it would be");
}

async function open(studio: Studio): Promise<DeadLetters> {
  return makeDeadLetters({
    connection: await studio.redis(),
    queue: await studio.drains(),
    log: silentLog,
    meter: silentMeter,
  });
}

async function filterOf(
  studio: Studio,
  options: Filters,
): Promise<DeadLetterFilter> {
  const { code, topic, olderThan, id } = options;
  return {
    ...(await eventFilter(studio, options)),
    ...(code !== undefined && { code }),
    ...(topic !== undefined && { topic }),
    ...(olderThan !== undefined && { before: olderThan }),
    ...(id !== undefined && { ids: id }),
  };
}

async function list({ studio }: Call, options: Listing): Promise<Answer> {
  const filter = await filterOf(studio, options);
  const letters = await open(studio);
  const found = await letters.list(filter, options.limit);
  const total = await letters.count();
  const nameOf = await projectNames(
    studio,
    found.map((letter) => letter.projectId),
  );
  return {
    json: { total, letters: found },
    text: (screen) =>
      found.length === 0
        ? total === 0
          ? "There are no dead letters."
          : `None of ${count(total, "dead letter")} matches.`
        : `${listText(screen, found, nameOf)}\n\n${found.length} of ${total}`,
  };
}

function listText(
  screen: Screen,
  found: readonly DeadLetter[],
  nameOf: (id: string | null) => string,
): string {
  return table(
    screen,
    ["given up", "project", "topic", "handler", "tries", "error", "id"],
    found.map((letter) => [
      clock(letter.at),
      nameOf(letter.projectId),
      letter.envelope?.topic ?? "(unreadable)",
      letter.handler,
      letter.attempts,
      `${letter.code}: ${letter.detail}`,
      letter.id,
    ]),
  );
}

async function show({ studio }: Call, id: string): Promise<Answer> {
  const letter = await (await open(studio)).get(id);
  if (letter === null)
    throw new CliError(`There is no dead letter ${id}`, {
      code: "E_NO_DEAD_LETTER",
      exit: "notFound",
      fix: "List them with: ayon-ftrack-events dead-letters list",
    });
  const nameOf = await projectNames(studio, [letter.projectId]);
  return {
    json: letter,
    text: () =>
      [
        `id         ${letter.id}`,
        `given up   ${clock(letter.at)}, after ${count(letter.attempts, "try", "tries")}`,
        `project    ${nameOf(letter.projectId)}`,
        `handler    ${letter.handler}`,
        `error      ${letter.code}: ${plain(letter.detail)}`,
        `event      ${letter.envelope === null ? "cannot be read; as it lay there:" : `${letter.envelope.id}, ${letter.envelope.topic}, received ${clock(letter.envelope.receivedAt)} by ${letter.envelope.via}`}`,
        "",
        letter.envelope === null
          ? plain(letter.raw)
          : JSON.stringify(letter.envelope.event, null, 2),
        "",
        `Put it back with: ayon-ftrack-events dead-letters redrive --id ${letter.id}`,
      ].join("\n"),
  };
}

/** All of them only when that was asked for. */
function assertMeant(filter: DeadLetterFilter, options: Acting): void {
  if (Object.keys(filter).length > 0 || options.all === true) return;
  throw new CliError("No filter is given", {
    code: "E_NO_FILTER",
    exit: "usage",
    fix: "Say which ones (--project, --handler, --code, --topic, --older-than, --since, --id), or --all.",
  });
}

async function redrive(
  { studio, who, signal }: Call,
  options: Acting & { readonly rate: number },
): Promise<Answer> {
  const filter = await filterOf(studio, options);
  assertMeant(filter, options);
  const isDryRun = options.dryRun === true;
  const { matched, redriven } = await (
    await open(studio)
  ).redrive(filter, {
    who,
    dryRun: isDryRun,
    rate: options.rate,
    signal,
  });
  return {
    json: { dryRun: isDryRun, matched, redriven },
    text: () =>
      isDryRun
        ? `${count(matched, "dead letter")} would go back into the queue.`
        : `${count(redriven, "dead letter")} of ${matched} went back into the queue.`,
  };
}

async function purge({ studio, who }: Call, options: Acting): Promise<Answer> {
  const filter = await filterOf(studio, options);
  assertMeant(filter, options);
  const isDryRun = options.dryRun === true;
  const { matched, purged } = await (
    await open(studio)
  ).purge(filter, { who, dryRun: isDryRun });
  return {
    json: { dryRun: isDryRun, matched, purged },
    text: () =>
      isDryRun
        ? `${count(matched, "dead letter")} would be deleted.`
        : `${count(purged, "dead letter")} deleted.`,
  };
}

async function audit({ studio }: Call, limit: number): Promise<Answer> {
  const entries = await (await open(studio)).audit(limit);
  return {
    json: entries,
    text: (screen) =>
      entries.length === 0
        ? "Nobody has redriven or purged anything."
        : table(
            screen,
            ["time", "who", "what", "how many", "filter"],
            entries.map((entry) => [
              clock(entry.at),
              entry.who,
              entry.what,
              entry.affected,
              JSON.stringify(entry.filter),
            ]),
          ),
  };
}
