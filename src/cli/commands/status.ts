import type { Command } from "commander";
import type { Outcome } from "../../core/outcome.ts";
import { readCursor } from "../../queue/cursor.ts";
import { readDepth } from "../../queue/depth.ts";
import { makeGapLedger, type GapReport } from "../../queue/gaps.ts";
import { readHolds, type Hold } from "../../queue/holds.ts";
import { makeOutcomes } from "../../queue/outcomes.ts";
import { listServices, type ServiceSign } from "../../queue/presence.ts";
import type { Cursor, JobInfo, QueueDepth } from "../../queue/types.ts";
import {
  addCommand,
  type Answer,
  type Call,
  type Common,
  type Run,
} from "../call.ts";
import { projectNames } from "../projects.ts";
import {
  clock,
  count,
  duration,
  section,
  table,
  tone,
  type Screen,
} from "../text.ts";

const ERRORS = 5;
const GAPS = 5;
const DAY_MS = 24 * 3_600_000;

export function addStatus(program: Command, run: Run): void {
  addCommand(
    program,
    "status",
    "Show services, queues, holds, gaps, dead letters and the last errors",
    "Needs Redis only; with Ftrack at hand, projects are shown by name.",
  ).action((options: Common) => run(options, status));
}

interface Facts {
  readonly now: number;
  readonly services: readonly ServiceSign[];
  readonly depth: QueueDepth;
  readonly holds: readonly Hold[];
  readonly cursor: Cursor | null;
  readonly jobs: readonly JobInfo[];
  readonly gaps: readonly GapReport[];
  readonly errors: readonly Outcome[];
}

async function status({ studio, now }: Call): Promise<Answer> {
  const connection = await studio.redis();
  const queue = await studio.drains();
  const jobs = await studio.jobs();
  const outcomes = makeOutcomes(connection);
  const [services, depth, holds, cursor, running, gaps, errors] =
    await Promise.all([
      listServices(connection),
      readDepth(connection, queue),
      readHolds(queue),
      readCursor(connection),
      jobs.list({ states: ["active", "waiting", "delayed"] }),
      makeGapLedger(connection).list(GAPS),
      outcomes.query({ kinds: ["failed"], since: now - DAY_MS }, ERRORS),
    ]);
  const facts: Facts = {
    ...{ now, services, depth, holds, cursor, jobs: running, gaps, errors },
  };
  const nameOf = await projectNames(studio, [
    ...depth.projects.map(({ partition }) => partition),
    ...holds.map(({ partition }) => partition),
    ...errors.map(({ projectId }) => projectId),
  ]);
  return {
    json: { ...facts, projects: projectsOf(facts, nameOf) },
    text: (screen) => textOf(screen, facts, nameOf),
  };
}

interface ProjectLine {
  readonly id: string;
  readonly name: string;
  readonly waiting: number;
  readonly headAgeMs: number;
  readonly hold: Hold | null;
}

function projectsOf(
  { depth, holds }: Facts,
  nameOf: (id: string) => string,
): readonly ProjectLine[] {
  const held = new Map(holds.map((hold) => [hold.partition, hold]));
  return depth.projects
    .map(({ partition, waiting, headAgeMs }) => ({
      id: partition,
      name: nameOf(partition),
      waiting,
      headAgeMs,
      hold: held.get(partition) ?? null,
    }))
    .sort((a, b) => b.headAgeMs - a.headAgeMs);
}

function textOf(
  screen: Screen,
  facts: Facts,
  nameOf: (id: string | null) => string,
): string {
  const { depth, jobs } = facts;
  const projects = projectsOf(facts, nameOf);
  const parts = [
    section(screen, "Services", servicesText(screen, facts)),
    section(
      screen,
      "Queues",
      projects.length === 0
        ? "nothing waits"
        : table(
            screen,
            ["project", "waiting", "oldest", "state"],
            projects.map((line) => [
              line.name,
              line.waiting,
              duration(line.headAgeMs),
              holdText(line.hold, facts.now),
            ]),
          ),
    ),
  ];
  if (jobs.length > 0)
    parts.push(
      section(
        screen,
        "Long work",
        table(
          screen,
          ["id", "what", "state", "since", "progress"],
          jobs.map((job) => [
            job.id,
            job.kind,
            job.state,
            duration(facts.now - (job.startedAt ?? job.createdAt)),
            progressText(job),
          ]),
        ),
      ),
    );
  parts.push(section(screen, "Gaps", gapsText(screen, facts)));
  parts.push(
    section(
      screen,
      "Dead letters",
      depth.deadLetters === 0
        ? "none"
        : `${tone(screen, "red", String(depth.deadLetters))}; see them with: ayon-ftrack-events dead-letters list`,
    ),
  );
  parts.push(section(screen, "Redis", memoryText(depth)));
  parts.push(
    section(
      screen,
      "Last errors (24 h)",
      facts.errors.length === 0
        ? "none"
        : table(
            screen,
            ["time", "project", "handler", "what", "error"],
            facts.errors.map((o) => [
              clock(o.at),
              nameOf(o.projectId),
              o.handler,
              o.entityPath ?? o.topic,
              [o.reason, o.detail].filter((t) => t !== null).join(": "),
            ]),
          ),
    ),
  );
  return parts.join("\n\n");
}

function servicesText(
  screen: Screen,
  { services, cursor, now }: Facts,
): string {
  const missing = (["leecher", "processor"] as const).filter(
    (kind) => !services.some((service) => service.kind === kind),
  );
  const lines = missing.map((kind) =>
    tone(screen, "red", `no ${kind} has given a sign in the last 35 s`),
  );
  if (services.length > 0)
    lines.unshift(
      table(
        screen,
        ["service", "kind", "version", "host", "up for", "state"],
        services.map((s) => [
          s.name,
          s.kind,
          s.version,
          s.host,
          duration(now - s.startedAt),
          s.state,
        ]),
      ),
    );
  if (cursor !== null)
    lines.push(`last events taken in ${duration(now - cursor.at)} ago`);
  return lines.join("\n");
}

function holdText(hold: Hold | null, now: number): string {
  if (hold === null) return "in work";
  const { reason, until } = hold;
  if (reason === null || until === null) return "waits for long work";
  const wait = duration(Math.max(0, until - now));
  return `held (${reason.cause}, ${count(reason.tries, "try", "tries")}), again in ${wait}: ${reason.handler} ${reason.code}: ${reason.detail}`;
}

function progressText({ progress }: JobInfo): string {
  if (progress === null || progress === 0) return "";
  return typeof progress === "string" ? progress : JSON.stringify(progress);
}

function gapsText(screen: Screen, { gaps, now }: Facts): string {
  if (gaps.length === 0) return "none known";
  return table(
    screen,
    [
      "when",
      "why",
      "from",
      "to",
      "expected",
      "recovered",
      "known",
      "lost",
      "remark",
    ],
    gaps.map((gap) => [
      `${duration(now - gap.at)} ago`,
      gap.reason,
      gap.from === null ? "?" : clock(gap.from),
      clock(gap.to),
      gap.expected,
      gap.recovered,
      gap.known,
      gap.unrecoverable,
      [
        gap.isLogRead ? null : "Ftrack's log could not be read",
        gap.audit === null
          ? null
          : `audit of ${count(gap.audited, "project")} (${gap.audit})`,
      ]
        .filter((t) => t !== null)
        .join("; "),
    ]),
  );
}

function memoryText({ memoryBytes, memoryLimitBytes }: QueueDepth): string {
  const mb = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
  return memoryLimitBytes === 0
    ? `${mb(memoryBytes)} used, no limit`
    : `${mb(memoryBytes)} of ${mb(memoryLimitBytes)} used`;
}
