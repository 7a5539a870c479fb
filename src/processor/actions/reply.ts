import { setTimeout as sleep } from "node:timers/promises";
import { retryOf } from "../../core/errors.ts";
import type { FtrackEvent } from "../../core/event.ts";
import { replyTo } from "../../ftrack/messages.ts";
import type { Hub } from "../../ftrack/hub/supervisor.ts";

/** How long an answer is kept for a hub that is not connected: after that nobody waits for it any more. */
const KEPT_MS = 20_000;
const PAUSE_MS = 200;

/** Answers an event. @throws UnavailableError `E_FTRACK_HUB`, and AbortError once the signal is */
export type SendReply = (
  event: FtrackEvent,
  data: unknown,
  signal: AbortSignal,
) => Promise<void>;

/**
 * Sends an answer as soon as the hub takes it. What led to the answer is done by then, and handling the click
 * again for the answer's sake would do it twice; a second copy of an answer harms nobody.
 */
export function createReply(
  hub: Pick<Hub, "publish">,
  { keptMs = KEPT_MS, pauseMs = PAUSE_MS } = {},
): SendReply {
  return async (event, data, signal) => {
    const publication = replyTo(event, data);
    const until = performance.now() + keptMs;
    for (;;) {
      try {
        await hub.publish(publication);
        return;
      } catch (thrown) {
        const isLate = performance.now() + pauseMs > until;
        if (isLate || retryOf(thrown) === "never") throw thrown;
      }
      await sleep(pauseMs, undefined, { signal });
    }
  };
}
