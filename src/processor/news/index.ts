import { randomUUID } from "node:crypto";
import type { FtrackMessage, MessageContent } from "../../core/change.ts";
import { toError } from "../../core/errors.ts";
import { ftrackId, type FtrackId } from "../../core/ids.ts";
import { reportItems } from "../../core/issue-report.ts";
import type { Logger } from "../../core/log.ts";
import type { Claims, Held, Json } from "../../queue/types.ts";
import { burstIn, isDue, joined, untold, type Burst } from "./burst.ts";

const LOOK_MS = 1_000;
/** Longer than telling takes. */
const CLAIM_MS = 10_000;
/** A user who cannot be reached for so long looks at the report. */
const LATE_MS = 3_600_000;
/** Pause before somebody who could not be reached is tried again. */
const AGAIN_MS = 15_000;

export interface NewsDeps {
  readonly held: Held;
  readonly claims: Claims;
  /** Events of the project wait, or are being handled. */
  readonly isBusy: (projectId: string) => Promise<boolean>;
  readonly publish: (message: {
    readonly userId: FtrackId;
    readonly content: MessageContent;
  }) => Promise<void>;
  readonly log: Logger;
  readonly now?: () => number;
  readonly lookMs?: number;
}

export interface News {
  /** Sends a message at once; what went wrong waits for the end of its burst. */
  tell(message: FtrackMessage): Promise<void>;
  close(): Promise<void>;
}

function contentOf({ title, issues, more }: Burst): MessageContent {
  const rest = {
    type: "label",
    value: `… and ${more} more; all of them are in the report of the project.`,
  };
  return {
    type: "widget",
    title,
    items: [...reportItems(issues), ...(more === 0 ? [] : [rest])],
  };
}

/**
 * Tells people what went wrong with their edits: once per burst, though it comes in several batches, which
 * several processors handle. What is held lies in Redis, and any processor tells it. Reports and quarantine
 * do not wait for it.
 */
export function startNews(deps: NewsDeps): News {
  const { held, claims, isBusy, publish, log, now = Date.now } = deps;
  const owner = randomUUID();
  const failedAt = new Map<string, number>();

  /** Batches of one project never run at the same time, so nobody else adds to the burst meanwhile. */
  async function add(
    key: string,
    found: Parameters<typeof joined>[1],
    at: number,
  ): Promise<void> {
    const burst = joined(burstIn(await held.get(key)), found, at);
    await held.put(key, burst as unknown as Json);
  }

  async function show(key: string, burst: Burst): Promise<void> {
    if (now() - (failedAt.get(key) ?? -Infinity) < AGAIN_MS) return;
    if (!(await claims.claim(`news-${key}`, owner, CLAIM_MS))) return;
    // Between looking and the claim, another processor may have told it.
    const current = burstIn(await held.get(key));
    if (current === null) return;
    try {
      await publish({
        userId: ftrackId(burst.userId),
        content: contentOf(current),
      });
    } catch (thrown) {
      const isOver = now() - burst.since > LATE_MS;
      log.warn(
        { err: toError(thrown), userId: burst.userId, isOver },
        "a message to a user was not sent",
      );
      failedAt.set(key, now());
      if (!isOver) return;
    }
    failedAt.delete(key);
    // What was added while it was told is told the next time.
    const taken = burstIn(await held.take(key));
    const rest = taken === null ? null : untold(taken, current);
    if (rest !== null) await add(key, rest, now());
  }

  async function look(): Promise<void> {
    for (const [key, value] of await held.all()) {
      const burst = burstIn(value);
      if (burst === null) {
        log.warn({ key }, "a message that cannot be read is dropped");
        await held.take(key);
        continue;
      }
      if (isDue(burst, now(), await isBusy(burst.projectId)))
        await show(key, burst);
    }
  }

  let turn = Promise.resolve();
  const clock = setInterval(() => {
    turn = turn.then(look).catch((thrown: unknown) => {
      log.warn({ err: toError(thrown) }, "messages could not be looked at");
    });
  }, deps.lookMs ?? LOOK_MS);
  clock.unref();

  return {
    async tell({ userId, subject, content }) {
      if (content.type !== "report") return publish({ userId, content });
      const { title, issues } = content;
      const projectId = subject.ftrackId ?? subject.path;
      const found = { userId, projectId, title, issues };
      await add([projectId, userId, title].join("/"), found, now());
    },
    async close() {
      clearInterval(clock);
      await turn;
    },
  };
}
