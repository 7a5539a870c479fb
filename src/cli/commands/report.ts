import type { Command } from "commander";
import { z } from "zod";
import { makeQuarantine, makeReports } from "../../queue/records.ts";
import type { QuarantineEntry } from "../../queue/types.ts";
import {
  addCommand,
  type Answer,
  type Call,
  type Common,
  type Run,
} from "../call.ts";
import { findProject, projectNames } from "../projects.ts";
import {
  clock,
  count,
  duration,
  section,
  table,
  type Screen,
} from "../text.ts";

export function addReport(program: Command, run: Run): void {
  addCommand(
    program,
    "report <project>",
    "Show what could not be brought over in a project, and what mends it",
    "The last report that had something to tell, and the entities that wait for it to be mended.",
  ).action((project: string, options: Common) =>
    run(options, (call) => report(call, project)),
  );
}

const stored = z.object({
  kind: z.string(),
  applied: z.number(),
  failed: z.number(),
  issues: z.array(
    z.looseObject({
      severity: z.string(),
      rule: z.string(),
      detail: z.string(),
      fix: z.string(),
      subject: z.looseObject({
        path: z.string(),
        ftrackId: z.string().nullable(),
      }),
    }),
  ),
  more: z.number(),
});
type Stored = z.infer<typeof stored>;

async function report({ studio, now }: Call, text: string): Promise<Answer> {
  const project = await findProject(studio, text);
  const connection = await studio.redis();
  const [latest, waiting] = await Promise.all([
    makeReports(connection).latest(project.id),
    makeQuarantine(connection).list(project.id),
  ]);
  const nameOf = await projectNames(studio, [project.id]);
  const parsed = latest === null ? null : stored.safeParse(latest.report);
  const content = parsed?.success === true ? parsed.data : null;
  const name = project.name ?? nameOf(project.id);
  return {
    json: { project: { id: project.id, name }, report: latest, waiting },
    text: (screen) =>
      [
        section(
          screen,
          `Last report on ${name}`,
          latest === null
            ? "none: nothing was left to mend"
            : content === null
              ? JSON.stringify(latest.report, null, 2)
              : contentText(screen, latest.at, content),
        ),
        section(
          screen,
          "Waiting to be mended",
          waitingText(screen, waiting, now),
        ),
      ].join("\n\n"),
    exit: waiting.length > 0 ? "findings" : "ok",
  };
}

function contentText(screen: Screen, at: number, report: Stored): string {
  const { kind, applied, failed, issues, more } = report;
  const head = `${clock(at)}, ${kind}: ${count(applied, "change")}, ${failed} failed, ${count(issues.length + more, "remark")}`;
  if (issues.length === 0) return head;
  const rows = issues.map((issue) => [
    issue.severity,
    issue.rule,
    issue.subject.path,
    `${issue.detail} ${issue.fix}`.trim(),
  ]);
  const rest = more === 0 ? "" : `\n… and ${more} more`;
  return `${head}\n\n${table(screen, ["", "rule", "entity", "what, and what mends it"], rows)}${rest}`;
}

function waitingText(
  screen: Screen,
  waiting: readonly QuarantineEntry[],
  now: number,
): string {
  if (waiting.length === 0) return "nothing";
  return table(
    screen,
    ["entity in Ftrack", "rule", "for", "what"],
    waiting.map((entry) => [
      entry.entityId,
      entry.rule,
      duration(now - entry.since),
      entry.detail,
    ]),
  );
}
