import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError, ServiceError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Env } from "./env.ts";
import type { LiveSettings } from "./live.ts";
import type { Settings } from "./load.ts";
import type { Secrets } from "./secrets.ts";

export interface Credentials {
  /** As it was typed; `ftrack/credentials.ts` tidies it. */
  readonly serverUrl: string;
  readonly apiUser: string;
  readonly apiKey: string;
}

export type CredentialState =
  | { readonly kind: "complete"; readonly credentials: Credentials }
  /** Paths of the settings that are empty. */
  | { readonly kind: "missing"; readonly missing: readonly string[] };

/** Tells administrators in AYON; `src/ayon/events.ts` implements it. */
export interface Reporter {
  report(kind: string, message: string): Promise<void>;
  clear(kind: string): void;
}

export interface CredentialsOptions {
  readonly env: Env["ftrack"];
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly live: Pick<LiveSettings, "subscribe">;
  readonly reporter: Reporter;
  readonly log: Logger;
  /** First and longest wait between two looks at credentials that do not work. */
  readonly backoffMs?: { readonly first: number; readonly longest: number };
}

/** Where the service gets its Ftrack user from, and what it does while there is none that works. */
export interface CredentialsKeeper {
  /**
   * The credentials, once there are complete ones that were not refused; waits as long as it takes. A change
   * of the settings ends the wait at once.
   *
   * @throws ConfigError that is not about credentials, and the signal's reason.
   */
  wait(signal: AbortSignal): Promise<Credentials>;
  /** Ftrack refused them: `wait` then waits, and gives the same ones only after a pause. */
  refused(credentials: Credentials, reason: string): Promise<void>;
  /** They work. */
  accepted(): void;
  /** Calls back when other credentials are set than the last ones given out. */
  watch(listener: (credentials: Credentials) => void): () => void;
  close(): void;
}

export const MISSING = "ftrack-credentials-missing";
export const REFUSED = "ftrack-credentials-refused";
export const UNREADABLE = "ftrack-settings-unreadable";

const BACKOFF = { first: 10_000, longest: 120_000 };

/** Those of the environment when they are whole: then nothing needs to be asked, and AYON may be away. */
function ofEnvironment(env: Env["ftrack"]): Credentials | null {
  const { server, user, apiKey } = env;
  if (server === null || user === null || apiKey === null) return null;
  return {
    serverUrl: server.trim(),
    apiUser: user.trim(),
    apiKey: apiKey.trim(),
  };
}

/**
 * Reads the credentials: environment first, then settings, whose values may name secrets.
 *
 * @throws what the settings' source throws; ConfigError `E_SETTINGS`.
 */
export async function readCredentials(
  env: Env["ftrack"],
  settings: Settings,
  secrets: Secrets,
): Promise<CredentialState> {
  const own = ofEnvironment(env);
  if (own !== null) return { kind: "complete", credentials: own };
  const studio = await settings.studio();
  const service = studio.read("service_settings");
  const parts = [
    ["ftrack_server", env.server ?? studio.ftrackServer],
    [
      "service_settings/username",
      env.user ?? (await secrets.resolve(service.username)),
    ],
    [
      "service_settings/api_key",
      env.apiKey ?? (await secrets.resolve(service.api_key)),
    ],
  ] as const;
  const missing = parts
    .filter(([, value]) => value.trim() === "")
    .map(([path]) => path);
  if (missing.length > 0) return { kind: "missing", missing };
  const [serverUrl, apiUser, apiKey] = parts.map(([, value]) => value.trim());
  return {
    kind: "complete",
    credentials: {
      serverUrl: serverUrl ?? "",
      apiUser: apiUser ?? "",
      apiKey: apiKey ?? "",
    },
  };
}

function isSame(a: Credentials | null, b: Credentials | null): boolean {
  return (
    a?.serverUrl === b?.serverUrl &&
    a?.apiUser === b?.apiUser &&
    a?.apiKey === b?.apiKey
  );
}

function missingMessage(missing: readonly string[]): string {
  return `Ftrack credentials are not complete: ${missing.join(", ")} empty. Fill them in on the settings page of the addon; user and key may name AYON secrets`;
}

export function createCredentials(
  options: CredentialsOptions,
): CredentialsKeeper {
  const { env, settings, secrets, live, reporter, log } = options;
  const backoff = options.backoffMs ?? BACKOFF;
  let given: Credentials | null = null;
  let refused: Credentials | null = null;
  let failures = 0;
  let wake = new AbortController();

  const unsubscribe = live.subscribe(() => {
    wake.abort();
    wake = new AbortController();
  });

  /** Waits longer each time; a change of the settings or an abort ends it. */
  async function rest(signal: AbortSignal): Promise<void> {
    const ms = Math.min(
      backoff.first * 2 ** Math.min(failures, 16),
      backoff.longest,
    );
    failures++;
    const woken = wake.signal;
    const end = new AbortController();
    const stop = (): void => {
      end.abort();
    };
    signal.addEventListener("abort", stop, { once: true });
    woken.addEventListener("abort", stop, { once: true });
    await sleep(ms, undefined, { signal: end.signal }).catch(
      // Woken or aborted; the caller looks which.
      () => undefined,
    );
    signal.removeEventListener("abort", stop);
    woken.removeEventListener("abort", stop);
    if (woken.aborted) failures = 0;
    signal.throwIfAborted();
  }

  async function look(): Promise<Credentials | null> {
    try {
      // Secrets change without a message, and one may have been made for the setting that just changed.
      if (ofEnvironment(env) === null) await secrets.refresh();
      const state = await readCredentials(env, settings, secrets);
      reporter.clear(UNREADABLE);
      if (state.kind === "complete") {
        reporter.clear(MISSING);
        return state.credentials;
      }
      await reporter.report(MISSING, missingMessage(state.missing));
    } catch (thrown) {
      if (!(thrown instanceof ServiceError)) throw thrown;
      // While AYON itself is away there is nobody to report to.
      log.warn({ code: thrown.code }, "Ftrack credentials cannot be read yet");
      if (thrown instanceof ConfigError)
        await reporter.report(UNREADABLE, thrown.message);
    }
    return null;
  }

  async function wait(signal: AbortSignal): Promise<Credentials> {
    let hasRested = false;
    for (;;) {
      signal.throwIfAborted();
      const found = await look();
      const isOld = refused !== null && isSame(found, refused);
      if (found !== null && !isOld) {
        if (refused !== null) reporter.clear(REFUSED);
        refused = null;
      }
      // Refused ones are tried again after a pause: the user may have been given back its rights.
      if (found !== null && (!isOld || hasRested)) {
        given = found;
        return found;
      }
      await rest(signal);
      hasRested = true;
    }
  }

  return {
    wait,
    async refused(credentials, reason) {
      refused = credentials;
      await reporter.report(
        REFUSED,
        `Ftrack refuses the user ${credentials.apiUser}: ${reason}. Correct service_settings/username and service_settings/api_key on the settings page of the addon, or the secrets they name`,
      );
    },
    accepted() {
      refused = null;
      failures = 0;
      reporter.clear(REFUSED);
    },
    watch(listener) {
      return live.subscribe(() => {
        look().then(
          (found) => {
            if (found === null || isSame(found, given)) return;
            given = found;
            listener(found);
          },
          (thrown: unknown) => {
            log.error({ err: thrown }, "Looking at the credentials failed");
          },
        );
      });
    },
    close: unsubscribe,
  };
}
