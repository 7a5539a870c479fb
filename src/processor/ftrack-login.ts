import { setTimeout as sleep } from "node:timers/promises";
import { AuthError, toError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { createFtrackSession, type FtrackSession } from "../ftrack/session.ts";
import type { CredentialsKeeper } from "../settings/credentials.ts";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export interface Login {
  readonly session: FtrackSession;
  /** Ftrack refused the credentials in use: administrators are told. */
  refused(reason: string): Promise<void>;
}

/**
 * A session that has answered once. Waits as long as it takes: for credentials to be set, for the right
 * ones, for the server. Later changes of the credentials reach the session by themselves.
 *
 * @throws the signal's reason.
 */
export async function logIn(
  credentials: CredentialsKeeper,
  log: Logger,
  signal: AbortSignal,
): Promise<Login> {
  let current = await credentials.wait(signal);
  const session = createFtrackSession({ credentials: current, log });
  for (let failures = 0; ; failures++) {
    try {
      await session.call([{ action: "query_server_information" }], {
        purpose: "query",
        signal,
      });
      break;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toError(thrown);
      if (error instanceof AuthError) {
        await credentials.refused(current, error.message);
        current = await credentials.wait(signal);
        session.replaceCredentials(current);
        continue;
      }
      const pauseMs = Math.min(
        LONGEST_PAUSE_MS,
        FIRST_PAUSE_MS * 2 ** Math.min(failures, 10),
      );
      log.warn({ err: error, pauseMs }, "Ftrack does not answer yet");
      await sleep(pauseMs, undefined, { signal }).catch(
        // Only an abort ends it early; the next line throws its reason.
        () => undefined,
      );
      signal.throwIfAborted();
    }
  }
  credentials.accepted();
  credentials.watch((changed) => {
    current = changed;
    session.replaceCredentials(changed);
  });
  return {
    session,
    refused: (reason) => credentials.refused(current, reason),
  };
}
