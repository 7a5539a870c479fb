import { Session } from "@ftrack/api";
import loglevel from "loglevel";
import { AuthError, toError, UnavailableError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import {
  normaliseCredentials,
  sameCredentials,
  type FtrackCredentials,
} from "./credentials.ts";
import { pause, withDeadline } from "./deadline.ts";
import { classify, codes, type Purpose } from "./errors.ts";
import { scrubber, type Scrub } from "../core/scrub.ts";
import { newClientToken } from "./token.ts";
import { entitySchema, serverInformation, type EntitySchema } from "./wire.ts";

// The client logs every failed call before it throws; what it throws is logged by us, without secrets.
loglevel.getLogger("ftrack_api").setLevel("silent", false);

export interface ServerFacts {
  readonly version: string;
  /** When false, times are in the server's own zone and cannot be told apart from UTC. */
  readonly timezoneSupport: boolean;
}

export interface CallOptions {
  readonly purpose: Purpose;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  /** Ask for dates as the client's own objects: the one form that survives a value it cannot convert. */
  readonly datesAsObjects?: boolean;
}

export type Operation = Readonly<Record<string, unknown>> & {
  readonly action: string;
};

/** An API session that mends itself. Everything else in this folder goes through `call`. */
export interface FtrackSession {
  readonly clientToken: string;
  readonly credentials: FtrackCredentials;
  readonly scrub: Scrub;
  /** Null until the first connection. */
  readonly server: ServerFacts | null;
  /**
   * Tries until the server has answered, with growing pauses, however long it takes; wrong credentials are
   * tried again too, since they can be mended from outside.
   *
   * @throws UnavailableError `E_FTRACK_ABORTED` when the signal ends it.
   */
  connect(signal?: AbortSignal): Promise<ServerFacts>;
  /**
   * Sends the operations as one transaction and returns one result per operation, in order.
   *
   * @throws UnavailableError, AuthError, RejectedError, ContractError: see `codes`.
   */
  call(
    operations: readonly Operation[],
    options: CallOptions,
  ): Promise<readonly unknown[]>;
  /** What the server says about a type; asked for again, at most once a minute, when it is unknown. */
  schema(type: string): Promise<EntitySchema | null>;
  /** All types of the server. */
  schemas(): Promise<readonly EntitySchema[]>;
  /** Takes effect with the next call; calls under way end as they began. */
  replaceCredentials(credentials: FtrackCredentials): void;
  /** Reads server information and schemas anew: after new object types, time zone or version changes. */
  refresh(): Promise<void>;
}

export interface SessionSettings {
  readonly credentials: FtrackCredentials;
  readonly log: Logger;
  /** @defaultValue 60 000 */
  readonly timeoutMs?: number;
  /** Longest pause between two attempts to connect. @defaultValue 30 000 */
  readonly maxPauseMs?: number;
  /** Called each time the server refuses the credentials in use. */
  readonly onRefused?: (
    credentials: FtrackCredentials,
    error: AuthError,
  ) => void;
}

interface Connected {
  readonly session: Session;
  readonly credentials: FtrackCredentials;
  readonly facts: ServerFacts;
  readonly schemas: ReadonlyMap<string, EntitySchema>;
  readonly since: number;
}

const REFRESH_PAUSE_MS = 60_000;

/**
 * Makes a session. Nothing is sent before the first `connect` or `call`.
 *
 * The official `Session` starts its traffic in the constructor and is dead for ever when that fails, so each
 * attempt makes a new one; its event hub is never connected here.
 */
export function createFtrackSession(settings: SessionSettings): FtrackSession {
  const { log, timeoutMs = 60_000, maxPauseMs = 30_000 } = settings;
  const clientToken = newClientToken();
  let credentials = normaliseCredentials(settings.credentials);
  let scrub = scrubber([credentials.apiKey]);
  let current: Connected | null = null;
  let attempt: Promise<Connected> | null = null;
  let credentialsChanged = new AbortController();

  async function open(): Promise<Connected> {
    const used = credentials;
    const { serverUrl, apiUser, apiKey } = used;
    const abandoned = credentialsChanged.signal;
    const connected = await withDeadline({ timeoutMs }, async (signal) => {
      try {
        const session = new Session(serverUrl, apiUser, apiKey, {
          autoConnectEventHub: false,
          clientToken,
          decodeDatesAsIso: true,
          strictApi: true,
        });
        // The constructor's request takes no signal: when it hangs, the Session is left behind.
        await Promise.race([session.initializing, rejectOn(signal)]);
        return { credentials: used, ...describe(session) };
      } catch (error) {
        throw told(
          used,
          classify(error, { purpose: "connect", scrub, signal }),
        );
      }
    });
    // A connection made with credentials that were replaced meanwhile is not kept.
    if (!abandoned.aborted) use(connected);
    return connected;
  }

  function told(used: FtrackCredentials, error: Error): Error {
    if (error instanceof AuthError) settings.onRefused?.(used, error);
    return error;
  }

  function use(connected: Connected): void {
    const { version, timezoneSupport } = connected.facts;
    if (current?.facts.version !== version)
      log.info({ version, timezoneSupport }, "connected to Ftrack");
    if (!timezoneSupport)
      log.warn(
        {
          version,
          processOffsetMinutes: -new Date(0).getTimezoneOffset(),
        },
        "Ftrack has no time zone support: times are read in the zone of this process",
      );
    current = connected;
  }

  /** One attempt at a time, shared by all who wait. */
  function reopen(): Promise<Connected> {
    if (attempt !== null) return attempt;
    const started = open().finally(() => {
      // Replaced credentials may have started another one meanwhile.
      if (attempt === started) attempt = null;
    });
    attempt = started;
    return started;
  }

  function opened(): Promise<Connected> {
    return current === null ? reopen() : Promise.resolve(current);
  }

  async function connect(signal?: AbortSignal): Promise<ServerFacts> {
    for (let failures = 0; ; failures += 1) {
      try {
        return (await opened()).facts;
      } catch (error) {
        const problem = toError(error);
        const pauseMs = Math.min(maxPauseMs, 500 * 2 ** Math.min(failures, 10));
        const level = error instanceof AuthError ? "error" : "warn";
        log[level]({ err: problem, pauseMs }, "no connection to Ftrack");
        // New credentials end the pause.
        await pause(pauseMs, signal, credentialsChanged.signal);
      }
      if (signal?.aborted === true)
        throw new UnavailableError("Stopped before Ftrack answered", {
          code: codes.aborted,
          system: "ftrack",
        });
    }
  }

  async function call(
    operations: readonly Operation[],
    options: CallOptions,
  ): Promise<readonly unknown[]> {
    const { session, credentials: used } = await opened();
    return withDeadline(
      { timeoutMs: options.timeoutMs ?? timeoutMs, signal: options.signal },
      async (signal) => {
        try {
          signal.throwIfAborted();
          const results: unknown = await session.call([...operations], {
            signal,
            ensureSerializableResponse: true,
            decodeDatesAsIso: options.datesAsObjects !== true,
            // The client would send the word "undefined".
            pushToken: clientToken,
          });
          if (!Array.isArray(results) || results.length !== operations.length)
            throw new UnavailableError(
              "Ftrack answered in an unexpected form",
              { code: codes.unavailable, system: "ftrack" },
            );
          return results as readonly unknown[];
        } catch (error) {
          const { purpose } = options;
          throw told(used, classify(error, { purpose, scrub, signal }));
        }
      },
    );
  }

  return {
    clientToken,
    get credentials() {
      return credentials;
    },
    get scrub() {
      return scrub;
    },
    get server() {
      return current?.facts ?? null;
    },
    connect,
    call,
    async refresh() {
      await reopen();
    },
    async schema(type) {
      const known = await opened();
      const found = known.schemas.get(type);
      if (found !== undefined) return found;
      if (Date.now() - known.since < REFRESH_PAUSE_MS) return null;
      return (await reopen()).schemas.get(type) ?? null;
    },
    async schemas() {
      return [...(await opened()).schemas.values()];
    },
    replaceCredentials(next) {
      const clean = normaliseCredentials(next);
      if (sameCredentials(clean, credentials)) return;
      // Old keys stay secret: late errors of calls under way may still name them.
      const [before, after] = [scrub, scrubber([clean.apiKey])];
      scrub = (text) => before(after(text));
      credentials = clean;
      current = null;
      attempt = null;
      credentialsChanged.abort();
      credentialsChanged = new AbortController();
      log.info({ serverUrl: clean.serverUrl }, "Ftrack credentials replaced");
    },
  };
}

function describe(session: Session): Omit<Connected, "credentials"> {
  const information = serverInformation.parse(session.serverInformation ?? {});
  const schemas = new Map<string, EntitySchema>();
  for (const raw of session.schemas ?? []) {
    const parsed = entitySchema.safeParse(raw);
    if (parsed.success) schemas.set(parsed.data.id, parsed.data);
  }
  return {
    session,
    facts: {
      version: information.version,
      timezoneSupport: information.is_timezone_support_enabled,
    },
    schemas,
    since: Date.now(),
  };
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      "abort",
      () => {
        reject(toError(signal.reason));
      },
      { once: true },
    );
  });
}
