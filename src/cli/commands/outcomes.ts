import { type Command, Option } from "commander";
import type { Outcome, OutcomeKind } from "../../core/outcome.ts";
import { makeOutcomes } from "../../queue/outcomes.ts";
import { limitOption, timeOption } from "../arguments.ts";
import {
  addCommand,
  type Answer,
  type Call,
  type Common,
  type Run,
} from "../call.ts";
import {
  eventFilter,
  withEventFilters,
  type EventFilters,
} from "../filters.ts";
import { projectNames } from "../projects.ts";
import { clock, table, type Screen } from "../text.ts";

const KINDS: readonly OutcomeKind[] = [
  "applied",
  "unchanged",
  "skipped",
  "conflict",
  "retry",
  "failed",
];

interface Options extends Common, EventFilters {
  readonly event?: string;
  readonly entity?: string;
  readonly kind?: readonly OutcomeKind[];
  readonly before?: number;
  readonly limit: number;
}

export function addOutcomes(program: Command, run: Run): void {
  withEventFilters(
    addCommand(
      program,
      "outcomes",
      "Show what became of events, the newest first",
      "Kept for as many days as the setting event_server.outcome_retention_days says. Of an event with several entities each that was changed, or needs a word, has an outcome of its own.",
    ),
  )
    .option("--event <id>", "id of the event in Ftrack")
    .option("--entity <id>", "id of an entity in Ftrack")
    .addOption(
      new Option("--kind <kinds...>", "what became of it").choices(KINDS),
    )
    .addOption(timeOption("--before <time>", "older"))
    .addOption(limitOption(50))
    .action((options: Options) =>
      run(options, (call) => outcomes(call, options)),
    );
}

async function outcomes({ studio }: Call, options: Options): Promise<Answer> {
  const { event, entity, kind, before, limit } = options;
  const found = await makeOutcomes(await studio.redis()).query(
    {
      ...(event !== undefined && { eventId: event }),
      ...(entity !== undefined && { entityId: entity.toLowerCase() }),
      ...(await eventFilter(studio, options)),
      ...(kind !== undefined && { kinds: kind }),
      ...(before !== undefined && { before }),
    },
    limit,
  );
  const nameOf = await projectNames(
    studio,
    found.map((o) => o.projectId),
  );
  return {
    json: found,
    text: (screen) =>
      found.length === 0
        ? "No outcome matches. Events that no handler wants have none but their own: try without filters."
        : outcomeTable(screen, found, nameOf),
  };
}

export function outcomeTable(
  screen: Screen,
  found: readonly Outcome[],
  nameOf: (id: string | null) => string,
): string {
  return table(
    screen,
    ["time", "project", "handler", "outcome", "changes", "about", "why"],
    found.map((o) => [
      clock(o.at),
      nameOf(o.projectId),
      o.handler,
      o.attempt > 1 ? `${o.kind} (try ${o.attempt})` : o.kind,
      o.changes,
      o.entityPath ?? o.entityId ?? o.topic,
      [o.reason, o.detail].filter((t) => t !== null).join(": "),
    ]),
  );
}
