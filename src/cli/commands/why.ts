import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { silentLog } from "../../core/log.ts";
import { silentMeter } from "../../core/meter.ts";
import { ftrackId, projectName } from "../../core/ids.ts";
import type { Outcome } from "../../core/outcome.ts";
import { explainJob, explainResult } from "../../core/sync-jobs.ts";
import { gateOf } from "../../processor/gate.ts";
import { makeDeadLetters } from "../../queue/dead-letters.ts";
import { readDepth } from "../../queue/depth.ts";
import { readHolds, type Hold } from "../../queue/holds.ts";
import { partitionName } from "../../queue/keys.ts";
import { makeOutcomes } from "../../queue/outcomes.ts";
import { listServices } from "../../queue/presence.ts";
import { makeQuarantine } from "../../queue/records.ts";
import type { DeadLetter, QuarantineEntry } from "../../queue/types.ts";
import { limitOption } from "../arguments.ts";
import {
  addCommand,
  type Answer,
  type Call,
  type Common,
  type Run,
} from "../call.ts";
import { type EntityRef, findEntity } from "../entities.ts";
import { submit } from "../follow.ts";
import type { Studio } from "../studio.ts";
import {
  clock,
  count,
  duration,
  plain,
  section,
  type Screen,
} from "../text.ts";
import { outcomeTable } from "./outcomes.ts";

interface Options extends Common {
  readonly limit: number;
}

export function addWhy(program: Command, run: Run): void {
  addCommand(
    program,
    "why <entity>",
    "Tell why an entity of Ftrack is, or is not, in AYON as it should be",
    "Give its id in Ftrack, or its path: Project/sq010/sh010.",
  )
    .addOption(limitOption(15))
    .action((entity: string, options: Options) =>
      run(options, (call) => why(call, entity, options.limit)),
    );
}

/** Where an entity stands in AYON. */
interface Counterpart {
  readonly kind: string;
  readonly path: string;
  readonly isActive: boolean;
}

interface Facts {
  readonly id: string;
  readonly entity: EntityRef | null;
  /** Null: the project lets events through. */
  readonly closedBecause: string | null;
  readonly autoSync: boolean | null;
  readonly counterpart: Counterpart | null;
  readonly quarantine: QuarantineEntry | null;
  readonly waiting: number;
  readonly hold: Hold | null;
  readonly deadLetters: readonly DeadLetter[];
  readonly outcomes: readonly Outcome[];
  /** What the sync says to it now, in lines; null when no processor could be asked. */
  readonly explained: readonly string[] | null;
}

async function why(
  { studio, now }: Call,
  text: string,
  limit: number,
): Promise<Answer> {
  const entity = await findEntity(studio, text);
  const id = entity?.id ?? ftrackId(text.toLowerCase());
  const connection = await studio.redis();
  const outcomes = await makeOutcomes(connection).query(
    { entityId: id },
    limit,
  );
  const projectId =
    entity?.projectId ??
    outcomes.find((o) => o.projectId !== null)?.projectId ??
    null;
  const partition = partitionName(projectId);
  const queue = await studio.drains();
  const letters = makeDeadLetters({
    connection,
    queue,
    log: silentLog,
    meter: silentMeter,
  });
  const [about, quarantined, depth, holds, dead, explained] = await Promise.all(
    [
      projectId === null ? null : projectFacts(studio, projectId, id, entity),
      projectId === null
        ? null
        : makeQuarantine(connection).find(projectId, [id]),
      readDepth(connection, queue),
      readHolds(queue),
      letters.list({ projectId }),
      entity === null || projectId === null
        ? null
        : explain(studio, projectId, id),
    ],
  );
  const facts: Facts = {
    ...{ id, entity, outcomes, explained },
    closedBecause: about?.closedBecause ?? null,
    autoSync: about?.autoSync ?? null,
    counterpart: about?.counterpart ?? null,
    quarantine: quarantined?.get(id) ?? null,
    waiting:
      depth.projects.find((p) => p.partition === partition)?.waiting ?? 0,
    hold: holds.find((hold) => hold.partition === partition) ?? null,
    deadLetters: dead.filter((letter) => letter.raw.includes(id)),
  };
  const verdict = verdictOf(facts, now);
  return {
    json: { verdict, ...facts },
    text: (screen) => textOf(screen, facts, verdict),
    exit: entity === null && outcomes.length === 0 ? "notFound" : "ok",
  };
}

const ASK_MS = 20_000;
const POLL_MS = 200;

/** Asks a processor, which knows every rule; null when none runs or it does not answer soon. */
async function explain(
  studio: Studio,
  projectId: string,
  id: string,
): Promise<readonly string[] | null> {
  const running = await listServices(await studio.redis());
  if (!running.some(({ kind }) => kind === "processor")) return null;
  const jobs = await studio.jobs();
  const { id: jobId } = await submit(
    studio,
    explainJob({ projectId, entityIds: [id] }),
  );
  const until = performance.now() + ASK_MS;
  while (performance.now() < until) {
    const job = await jobs.get(jobId);
    if (job?.state === "done") {
      const result = explainResult.parse(job.result);
      return result.kind === "closed"
        ? [result.detail]
        : result.entities.flatMap(({ lines }) => lines);
    }
    if (job === null || job.state === "failed" || job.state === "cancelled")
      return null;
    await sleep(POLL_MS);
  }
  return null;
}

async function projectFacts(
  studio: Studio,
  projectId: string,
  id: string,
  entity: EntityRef | null,
): Promise<Pick<Facts, "closedBecause" | "autoSync" | "counterpart">> {
  const reference = await studio.reference();
  const gate = await gateOf(ftrackId(projectId), reference, studio.settings);
  if (gate.kind === "closed")
    return { closedBecause: gate.detail, autoSync: null, counterpart: null };
  const { ayonName, ftrack } = gate.project;
  return {
    closedBecause: null,
    autoSync: ftrack.autoSync,
    counterpart:
      entity?.type === "Project"
        ? { kind: "project", path: ayonName, isActive: true }
        : await counterpartOf(studio, ayonName, id),
  };
}

async function counterpartOf(
  studio: Studio,
  ayonName: string,
  id: string,
): Promise<Counterpart | null> {
  const byId = [{ ftrackIds: [ftrackId(id)] }];
  const { folders, tasks, versions } = await studio.ayonReads.select(
    projectName(ayonName),
    { folders: byId, tasks: byId, versions: byId },
  );
  const [folder] = folders;
  const [task] = tasks;
  const [version] = versions;
  if (folder !== undefined)
    return { kind: "folder", path: folder.path, isActive: folder.active };
  if (task !== undefined)
    return { kind: "task", path: task.path, isActive: task.active };
  if (version !== undefined)
    return {
      kind: "version",
      path: `version ${version.version}`,
      isActive: version.active,
    };
  return null;
}

/** The first thing that keeps the entity from AYON, or that nothing does; and what to do. */
function verdictOf(facts: Facts, now: number): string {
  const { entity, closedBecause, autoSync, quarantine, hold, counterpart } =
    facts;
  if (entity === null)
    return "Ftrack has no such entity, or does not show it to the user of the service. If it was deleted, that is how it is.";
  if (closedBecause !== null)
    return `Nothing of this project is brought over: ${closedBecause}`;
  if (autoSync !== true)
    return "Auto-sync is off for the project: switch on auto_sync_enabled in Ftrack, or run: ayon-ftrack-events sync PROJECT.";
  if (quarantine !== null)
    return `It waits for ${duration(now - quarantine.since)} to be mended: ${quarantine.rule}: ${quarantine.detail}. It is tried again when that was changed in Ftrack.`;
  const [dead] = facts.deadLetters;
  if (dead !== undefined)
    return `An event about it was given up: ${dead.code}: ${dead.detail}. Correct the cause, then: ayon-ftrack-events dead-letters redrive --id ${dead.id}`;
  if (hold?.reason !== null && hold !== null)
    return `Its project is held: ${hold.reason.code}: ${hold.reason.detail}. It goes on by itself.`;
  if (facts.waiting > 0)
    return `${count(facts.waiting, "event")} of its project wait; it may be among them.`;
  const last = facts.outcomes.find((o) => o.kind !== "unchanged");
  if (last?.kind === "failed" || last?.kind === "conflict")
    return `The last attempt failed: ${last.reason ?? ""} ${last.detail ?? ""}. Change it in Ftrack once more, or run: ayon-ftrack-events sync PROJECT.`;
  if (counterpart === null)
    return `It is not in AYON${last === undefined ? ", and no event about it is known" : ""}. Bring the project over with: ayon-ftrack-events sync PROJECT.`;
  if (!counterpart.isActive)
    return "It is in AYON, but not active there. Set it active in AYON.";
  return "It is in AYON, and nothing waits or failed.";
}

function textOf(screen: Screen, facts: Facts, verdict: string): string {
  const { entity, counterpart } = facts;
  const parts = [
    entity === null
      ? `${facts.id}: not in Ftrack`
      : `${entity.type} ${plain(entity.path)} (${entity.id})`,
    counterpart === null
      ? "not in AYON"
      : `AYON: ${counterpart.kind} ${counterpart.path}${counterpart.isActive ? "" : ", not active"}`,
    "",
    plain(verdict),
  ];
  const head = parts.join("\n");
  const rules = facts.explained?.map(plain).join("\n");
  const dead = facts.deadLetters.map(
    (letter) =>
      `${clock(letter.at)} ${letter.handler} ${letter.code}: ${plain(letter.detail)} (${letter.id})`,
  );
  return [
    head,
    section(
      screen,
      "What the sync says now",
      rules ?? "no processor could be asked",
    ),
    ...(dead.length === 0
      ? []
      : [section(screen, "Dead letters", dead.join("\n"))]),
    section(
      screen,
      "What became of events about it",
      facts.outcomes.length === 0
        ? "none is known. Events in which several entities went well together are listed under their project only."
        : outcomeTable(screen, facts.outcomes, (id) =>
            id !== null && id === entity?.projectId
              ? (entity.path.split("/")[0] ?? id)
              : (id ?? "–"),
          ),
    ),
  ].join("\n\n");
}
