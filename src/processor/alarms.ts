import type { Outcome } from "../core/outcome.ts";

export interface AlarmDeps {
  /** Tells administrators, once per kind within hours. */
  readonly report: (
    kind: string,
    message: string,
    detail: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
  /** Name of a project; null when it is not known. */
  readonly projectOf: (projectId: string) => Promise<string | null>;
  /** Kinds told within an hour; what comes on top is told as one. @defaultValue 20 */
  readonly mostPerHour?: number;
  readonly now?: () => number;
}

export interface Alarms {
  /** Never waits and never fails: telling goes on beside the work. */
  note(outcomes: readonly Outcome[]): void;
  /** Resolves when all that was noted is told. */
  settled(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const OTHERS = "failed: many kinds";

/**
 * Tells administrators of failures somebody may have to act on: the first of each kind, which is a reason at a
 * handler in a project. A thousand events that fail for one reason are one trouble, and a hundred troubles at
 * once are one too.
 */
export function createAlarms(deps: AlarmDeps): Alarms {
  const { report, projectOf, mostPerHour = 20, now = Date.now } = deps;
  /** Kind → since when it is known. */
  let known = new Map<string, number>();
  let telling: Promise<void> = Promise.resolve();

  function kindOf({ projectId, handler, reason }: Outcome): string {
    const parts = [handler, reason ?? "", projectId ?? ""];
    const kind = `failed: ${parts.join(" ")}`;
    if (known.has(kind)) return kind;
    known = new Map([...known].filter(([, at]) => now() - at < HOUR_MS));
    if (known.size >= mostPerHour) return OTHERS;
    known.set(kind, now());
    return kind;
  }

  async function tell(kind: string, first: Outcome): Promise<void> {
    const { projectId, handler, reason, detail, entityPath, eventId } = first;
    const project = projectId === null ? null : await projectOf(projectId);
    const where = [project, entityPath].filter((part) => part !== null);
    const because = [reason, detail].filter((part) => part !== null);
    const message =
      kind === OTHERS
        ? "Many different failures; the outcomes tell them all"
        : `${handler} failed at ${where.join(" ") || first.topic}: ${because.join(", ")}`;
    await report(kind, message, {
      ...{ project, handler, reason, detail, entityPath, eventId },
    });
  }

  return {
    note(outcomes) {
      const firsts = new Map<string, Outcome>();
      for (const outcome of outcomes) {
        if (outcome.kind !== "failed") continue;
        const kind = kindOf(outcome);
        if (!firsts.has(kind)) firsts.set(kind, outcome);
      }
      for (const [kind, first] of firsts)
        telling = telling
          .then(() => tell(kind, first))
          .catch(() => undefined /* the log and the outcomes have it */);
    },
    settled: () => telling,
  };
}
