import { z } from "zod";
import { newestEventTime, readEvents } from "../ayon/event-log.ts";
import type { AyonHttp } from "../ayon/http.ts";
import { AYON_TOPICS, envelopeOf } from "../core/ayon-event.ts";
import type { Envelope } from "../core/envelope.ts";
import { codeOf } from "../core/errors.ts";
import type { FtrackId } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import { abandonable } from "../queue/abandon.ts";
import type { CloseReport, KeyValue, Relay } from "../queue/types.ts";

/** Of a log without events: everything that comes is new. */
const BEGINNING = new Date(0).toISOString();
/** Where AYON's log was read to, kept in Redis. */
const STATE = "ayon-log";
const state = z.object({
  /** Time of the last event seen, by AYON's clock. */
  at: z.string(),
  /** Nothing up to here is read, ever: it was there before the first start. */
  since: z.string().default(BEGINNING),
});
type State = z.infer<typeof state>;

/** Read again each time: an event may become visible after one with a later time. */
const OVERLAP_MS = 60_000;
/** How often the log is looked at although nothing rang. */
const EVERY_MS = 30_000;
const LONGEST_PAUSE_MS = 30_000;
/** How long the end of a look is waited for: Redis may be away. */
const GRACE_MS = 1_000;

export interface TransmitterDeps {
  readonly http: AyonHttp;
  readonly relay: Relay;
  readonly store: KeyValue;
  /** Whether a project's settings want any of it. */
  readonly isOn: (project: string) => Promise<boolean>;
  /** The project of that full name in Ftrack; null when there is none. */
  readonly ftrackProject: (name: string) => Promise<FtrackId | null>;
  readonly log: Logger;
  readonly now?: () => number;
  readonly everyMs?: number;
}

/** The lane on which AYON's events come in. */
export interface TransmitterLane {
  /** Something may be in AYON's log. */
  ring(): void;
  ready(): Promise<void>;
  close(): Promise<CloseReport>;
}

/**
 * Reads AYON's log of events and puts what people did into the inboxes of the projects, where it is handled in
 * order with everything else. The websocket only rings: what is in the log is found after any downtime.
 *
 * The place in the log is stored after the events are in their inboxes, and an inbox takes an event once; so
 * nothing is lost or done twice when a process ends in between, and several may read at once.
 */
export function startTransmitter(deps: TransmitterDeps): TransmitterLane {
  const { http, relay, store, log } = deps;
  const { now = Date.now, everyMs = EVERY_MS } = deps;
  const stop = new AbortController();
  const { signal } = stop;
  const isStopped = (): boolean => signal.aborted;
  /** Ids that were dealt with by the last look: the overlap shows them again. */
  let known: ReadonlySet<string> = new Set();
  let isRung = false;
  let wake = (): void => undefined;

  async function position(): Promise<State> {
    const stored = state.safeParse(await store.get(STATE));
    if (stored.success) return stored.data;
    const at = (await newestEventTime(http, signal)) ?? BEGINNING;
    const begun = { at, since: at };
    await store.set(STATE, begun);
    return begun;
  }

  async function look(): Promise<void> {
    const { at, since } = await position();
    const overlap = Date.parse(at) - OVERLAP_MS;
    const after =
      overlap > Date.parse(since) ? new Date(overlap).toISOString() : since;
    const found = await readEvents(http, AYON_TOPICS, after, signal);
    const envelopes: Envelope[] = [];
    for (const event of found) {
      if (known.has(event.id) || event.project === null) continue;
      if (!(await deps.isOn(event.project))) continue;
      const projectId = await deps.ftrackProject(event.project);
      if (projectId !== null)
        envelopes.push(envelopeOf(event, projectId, now()));
    }
    const { accepted } = await relay.pass(envelopes);
    known = new Set(found.map((event) => event.id));
    const last = found
      .map((event) => event.createdAt)
      .reduce((a, b) => (Date.parse(b) > Date.parse(a) ? b : a), at);
    if (last !== at) await store.set(STATE, { at: last, since });
    if (accepted > 0) log.debug({ accepted }, "Changes came from AYON");
  }

  /** Until the time is over or, unless told not to listen, something rings. */
  function rest(ms: number, isListening: boolean): Promise<void> {
    if (signal.aborted || (isListening && isRung)) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
      if (isListening) wake = done;
    });
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!isStopped()) {
      isRung = false;
      let pauseMs = everyMs;
      try {
        await look();
        failures = 0;
      } catch (thrown) {
        if (isStopped()) return;
        failures++;
        pauseMs = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(failures, 10));
        log.warn(
          { code: codeOf(thrown), err: thrown },
          "AYON's events could not be read",
        );
      }
      await rest(pauseMs, failures === 0);
    }
  }

  const done = run();
  return {
    ring() {
      isRung = true;
      wake();
    },
    ready: () => Promise.resolve(),
    async close() {
      stop.abort();
      try {
        await abandonable(done, signal, GRACE_MS);
        return { orderly: true, forced: 0 };
      } catch {
        // What it had in hand is read again by the next process.
        return { orderly: false, forced: 0 };
      }
    },
  };
}
