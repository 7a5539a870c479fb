/** A plan of the sync as data: what would be written, for people to look at, keep, and have done later. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { atOnce, type Steps } from "./steps.ts";

const subjectFields = {
  /** Names joined by "/", of Ftrack where it is known there. */
  path: z.string(),
  /** "Shot", "Task", "Project", "List", … */
  type: z.string(),
  ftrackId: z.string().nullable(),
  ayonId: z.string().nullable(),
};

const planRow = z.object({
  /** Where it would be written. */
  side: z.enum(["ayon", "ftrack"]),
  action: z.enum([
    "create",
    "rename",
    "move",
    "update",
    "archive",
    "delete",
    "thumbnail",
  ]),
  ...subjectFields,
  /** Values that stand now, as far as the change is about them. */
  before: z.record(z.string(), z.json()),
  after: z.record(z.string(), z.json()),
});
export type PlanRow = z.infer<typeof planRow>;

const planIssue = z.object({
  severity: z.enum(["error", "warning", "info"]),
  rule: z.string(),
  ...subjectFields,
  detail: z.string(),
  fix: z.string(),
});

export const syncPlan = z.object({
  version: z.literal(1),
  project: z.object({ id: z.string(), name: z.string() }),
  /** Limited to this entity and what lies below it; null: the whole project. */
  subtreeId: z.string().nullable(),
  /** Milliseconds since the epoch. */
  madeAt: z.number(),
  /** Of project, limit and rows. What was planned before stands only while a new plan has the same. */
  fingerprint: z.string(),
  summary: z.array(z.string()),
  rows: z.array(planRow),
  issues: z.array(planIssue),
});
export type SyncPlan = z.infer<typeof syncPlan>;

type Content = Pick<SyncPlan, "project" | "subtreeId" | "rows">;

/** Characters of a mark: 96 bits, which no two rows share by chance. */
const MARK = 16;

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonical(inner)]);
}

/** The same for the same rows, whatever the order of keys in them. */
export function* fingerprintOf({
  project,
  subtreeId,
  rows,
}: Content): Steps<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([project.id, subtreeId]));
  for (const row of rows) {
    yield;
    hash.update(JSON.stringify(canonical(row)));
  }
  return hash.digest("hex");
}

/** A short mark of each row, by which it is known again in another plan. */
export function* marksOf({
  rows,
}: Pick<Content, "rows">): Steps<readonly string[]> {
  const marks: string[] = [];
  for (const row of rows) {
    yield;
    const hash = createHash("sha256").update(JSON.stringify(canonical(row)));
    marks.push(hash.digest("base64url").slice(0, MARK));
  }
  return marks;
}

/** False when somebody changed what the plan says after it was made. */
export function isIntact(plan: SyncPlan): boolean {
  return plan.fingerprint === atOnce(fingerprintOf(plan));
}

const VERBS: Readonly<Record<PlanRow["action"], string>> = {
  create: "created",
  rename: "renamed",
  move: "moved",
  update: "changed",
  archive: "archived",
  delete: "deleted",
  thumbnail: "given a thumbnail",
};

/** "AYON: 3 Shot created", one line per side, action and type; "Nothing to do." when there are no rows. */
export function summaryOf(rows: readonly PlanRow[]): string[] {
  if (rows.length === 0) return ["Nothing to do."];
  const counts = new Map<string, number>();
  for (const { side, action, type } of rows) {
    const where = side === "ayon" ? "AYON" : "Ftrack";
    const line = `${where}: %d ${type} ${VERBS[action]}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => line.replace("%d", String(count)));
}
