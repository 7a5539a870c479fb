import { createErrorReporter, dispatchEvent } from "../ayon/events.ts";
import { createAyonHttp } from "../ayon/http.ts";
import { createAyonReads } from "../ayon/reads.ts";
import { findRivals, watchRivals } from "../ayon/rivals.ts";
import { createSettingsSource } from "../ayon/settings-source.ts";
import { connectAyonSocket } from "../ayon/socket.ts";
import { AYON_TOPICS } from "../core/ayon-event.ts";
import type { FtrackMessage } from "../core/change.ts";
import { createAyonStudioReads } from "../ayon/studio.ts";
import { AuthError } from "../core/errors.ts";
import type { Action } from "../core/action.ts";
import type { Handler, StudioContext } from "../core/handler.ts";
import { ftrackId } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import { startHub } from "../ftrack/hub/supervisor.ts";
import { createFtrackJobs } from "../ftrack/jobs.ts";
import { messageTo } from "../ftrack/messages.ts";
import { createFtrackReads } from "../ftrack/reads.ts";
import { actions as allActions } from "../handlers/actions/registry.ts";
import {
  handlers as allHandlers,
  studioHandlers,
} from "../handlers/registry.ts";
import { startActionWorker } from "../queue/actions.ts";
import { makeDeadLetters } from "../queue/dead-letters.ts";
import { openRelay } from "../queue/deliver.ts";
import { openDrainQueue, type DrainQueue } from "../queue/bell.ts";
import { isWaiting, readDepth } from "../queue/depth.ts";
import { startDrainWorker, type DrainOptions } from "../queue/drain-worker.ts";
import { makeHeld } from "../queue/held.ts";
import { startJobWorker } from "../queue/job-worker.ts";
import { makeJobs, openJobQueue, type JobQueue } from "../queue/jobs.ts";
import { makeOutcomes } from "../queue/outcomes.ts";
import { makeOwnWriteStore } from "../queue/own-writes.ts";
import { startPresence } from "../queue/presence.ts";
import {
  makeClaims,
  makeKeyValue,
  makeQuarantine,
  makeReports,
} from "../queue/records.ts";
import { connect } from "../queue/redis.ts";
import { makeTurns } from "../queue/turn.ts";
import type { CloseReport, Outcomes, QueueDepth } from "../queue/types.ts";
import { ownVersion } from "../ops/version.ts";
import type { Env } from "../settings/env.ts";
import { SETTINGS_TOPICS, startSettings } from "../settings/start.ts";
import { createActionSide } from "./actions/index.ts";
import { createFormOpener } from "./actions/form-reply.ts";
import { createIconAddress } from "./actions/icon.ts";
import { createReply } from "./actions/reply.ts";
import { choresOf, startSchedule } from "./actions/schedule.ts";
import { createSeal } from "./actions/seal.ts";
import { createAlarms } from "./alarms.ts";
import { createAyonSide, type AyonSide } from "./ayon-side.ts";
import { workWhileAlone } from "./alone.ts";
import { openDoor } from "./apply/index.ts";
import { createDispatch, type ContextFrame } from "./dispatch.ts";
import { nightlyAudit } from "./jobs/audit-round.ts";
import { createExplain } from "./jobs/explain.ts";
import { createSyncJobs, type SyncJobsDeps } from "./jobs/index.ts";
import { logIn } from "./ftrack-login.ts";
import { createLookAgain } from "./look-again.ts";
import { startMirror } from "./mirror.ts";
import { startNews } from "./news/index.ts";
import { createProber, type Prober } from "./probe.ts";
import { createRecorder } from "./records.ts";
import { createLaunchRelay } from "./launch-relay.ts";
import { createReference } from "./reference/index.ts";
import { followServerSettings } from "./server-settings.ts";
import { inSlices } from "./slices.ts";

export interface ProcessorSettings {
  readonly env: Env;
  readonly log: Logger;
  readonly meter: Meter;
  /** Ends the start before everything answers. */
  readonly signal: AbortSignal;
  /** Told every secret that becomes known, so that no log line shows it. */
  readonly hide?: (secret: string) => void;
  /** Ends the process, so that it is started again: for what is read at the start only. */
  readonly giveUp?: (reason: string) => void;
  /** @defaultValue all of the registry */
  readonly handlers?: readonly Handler[];
  /** @defaultValue all of the registry */
  readonly actions?: readonly Action[];
  readonly drain?: Partial<DrainOptions>;
}

export interface Processor {
  /** Each of them rejects when that system does not answer. */
  readonly probes: Readonly<
    Record<
      "ftrack" | "ayon" | "redis",
      (signal: AbortSignal) => Promise<unknown>
    >
  >;
  /** How full the queue is. */
  depth(): Promise<QueueDepth>;
  /** For the dashboard. */
  readonly queues: readonly [DrainQueue, JobQueue];
  /** Takes no more work, ends or hands back what is in hand, lets go of everything. */
  close(): Promise<CloseReport>;
}

/**
 * Starts a processor: connects to AYON, Ftrack and Redis, waiting for each as long as it takes, and takes
 * work.
 *
 * @throws the signal's reason.
 */
export async function startProcessor(
  options: ProcessorSettings,
): Promise<Processor> {
  const { env, log, meter, signal } = options;
  const http = createAyonHttp(env.ayon);
  const reporter = createErrorReporter(http, { log });
  let ayonSide: AyonSide | null = null;
  const settings = startSettings({
    env,
    source: createSettingsSource(http, env.addon),
    listen: (listener) =>
      connectAyonSocket(http, {
        topics: [...SETTINGS_TOPICS, ...AYON_TOPICS],
        onMessage: (message) => {
          listener.onMessage(message);
          ayonSide?.onMessage(message);
        },
        onConnect: () => {
          listener.onConnect();
          ayonSide?.onConnect();
        },
        log,
      }),
    reporter,
    log,
  });
  // A dry run writes nothing: it may go on beside whoever does the work.
  const rivals = watchRivals({
    find: (s) =>
      env.isDryRun ? Promise.resolve([]) : findRivals(http, new Date(), s),
    reporter,
    log,
  });
  const login = await logIn(settings.credentials, log, signal);
  const { session } = login;
  const { hide } = options;
  hide?.(session.credentials.apiKey);
  const url = await settings.waitForRedisUrl(signal);
  settings.watchRedisUrl(url, () => {
    options.giveUp?.("another address of Redis is set");
  });
  const connection = connect({ url, prefix: env.redis.prefix }, "patient", log);
  const jobQueue = openJobQueue(connection, log);
  const drainQueue = openDrainQueue(connection, log);
  const jobs = makeJobs(connection, jobQueue);
  const ownWrites = makeOwnWriteStore(connection);
  // Publishes only; intake is the leecher's.
  const hub = startHub({ credentials: session.credentials, topics: [], log });
  settings.credentials.watch((changed) => {
    hide?.(changed.apiKey);
    hub.replaceCredentials(changed);
  });

  const probes: Processor["probes"] = {
    ftrack: (s) =>
      session.call([{ action: "query_server_information" }], {
        purpose: "query",
        signal: s,
      }),
    ayon: (s) => createAyonReads(http, s).attributes(),
    redis: () => connection.client.ping(),
  };
  const reads = () => createFtrackReads({ session, log });
  const reference = createReference({
    ftrack: reads,
    ayon: createAyonReads(http),
    apiUser: () => session.credentials.apiUser,
  });
  const reports = makeReports(connection);
  const quarantine = makeQuarantine(connection);
  const news = startNews({
    held: makeHeld(connection, "news"),
    claims: makeClaims(connection),
    isBusy: (projectId) => isWaiting(connection, projectId),
    publish: (message) => hub.publish(messageTo(message)),
    log,
  });
  const tell = (message: FtrackMessage): Promise<void> => news.tell(message);
  const applyFor = openDoor({
    ayon: http,
    ftrack: session,
    tell,
    jobs,
    ownWrites,
    download: (componentId) => reads().download(componentId),
    report: (kind, message) => reporter.report(kind, message),
    fightWords: async () => ({
      titles: new Map(handlers.map(({ name, title }) => [name, title])),
      statuses: new Map(
        (await reference.statuses()).map(({ id, name }) => [id, name]),
      ),
    }),
    isDryRun: env.isDryRun,
  });
  function contextFor(frame: ContextFrame): StudioContext {
    return {
      ftrack: createFtrackReads({
        session,
        log: frame.log,
        signal: frame.signal,
      }),
      ftrackUrl: session.credentials.serverUrl,
      ayon: createAyonReads(http, frame.signal),
      reference,
      inSlices,
      recall: (ids) => ownWrites.load([...ids], frame.now.getTime()),
      log: frame.log,
      signal: frame.signal,
      now: frame.now,
    };
  }
  const prober = createProber({ probes });
  const tellingProber: Prober = {
    async causeOf(error) {
      if (error instanceof AuthError && error.system === "ftrack")
        await login.refused(error.message);
      return prober.causeOf(error);
    },
  };
  const server = await followServerSettings(settings);
  const stored = makeOutcomes(connection, {
    retentionDays: () => server().outcome_retention_days,
  });
  const projectOf = async (id: string): Promise<string | null> =>
    (await reference.ftrackProject(ftrackId(id)))?.fullName ?? null;
  const mirror = startMirror({
    mode: () => (env.isDryRun ? "none" : server().mirror_outcomes),
    tell: (event, s) => dispatchEvent(http, event, s),
    projectOf,
    log,
  });
  const alarms = createAlarms({
    report: (kind, message, detail) => reporter.report(kind, message, detail),
    projectOf,
  });
  const outcomes: Pick<Outcomes, "write"> = {
    async write(rows) {
      await stored.write(rows);
      mirror.show(rows);
      if (!env.isDryRun) alarms.note(rows);
    },
  };
  const handlers = options.handlers ?? allHandlers;
  const relay = openRelay(connection, drainQueue);
  const lookAgain = createLookAgain({ relay, log, meter });
  const dispatch = createDispatch({
    handlers,
    studioHandlers,
    reference,
    settings,
    outcomes,
    prober: tellingProber,
    contextFor,
    applyFor,
    onRun: createRecorder({ reports, quarantine }),
    onCutOff: (envelopes) => {
      lookAgain.note(envelopes);
    },
    log,
  });
  const launches = createLaunchRelay({
    handlers,
    reads: (s) => createFtrackReads({ session, log, signal: s }),
    relay,
  });
  const deadLetters = makeDeadLetters({
    connection,
    queue: drainQueue,
    log,
    meter,
  });
  const ftrackJobs = createFtrackJobs(session, log);
  const store = makeKeyValue(connection);
  const seal = createSeal(env.ayon.apiKey, Date.now);
  const syncTools: SyncJobsDeps = {
    ...{ reference, settings, contextFor, applyFor, reports, quarantine },
    ...{ store, jobs, ftrackJobs, tell, log, now: Date.now },
    openForm: createFormOpener({ seal, tell }),
  };
  const actionSide = createActionSide({
    explain: createExplain(syncTools),
    actions: options.actions ?? allActions,
    seal,
    reads: (actionLog, s) => ({
      ftrack: createFtrackReads({ session, log: actionLog, signal: s }),
      ayon: createAyonReads(http, s),
      studio: createAyonStudioReads(http, {
        variant: env.addon.variant,
        signal: s,
      }),
    }),
    reference,
    settings,
    applyFor,
    jobs,
    claims: makeClaims(connection),
    ftrackJobs,
    outcomes: stored,
    quarantine,
    store,
    others: launches,
    icon: createIconAddress({ http, settings, env }),
    reply: createReply(hub),
    log,
    meter,
  });
  const turns = makeTurns({ connection, log, meter });
  const fromAyon = createAyonSide({
    ...{ http, handlers, settings, reads, relay, store, log },
  });
  ayonSide = fromAyon;
  const work = await workWhileAlone(
    {
      watch: rivals,
      start: () => [
        startDrainWorker(
          { connection, handler: dispatch, log, meter },
          {
            concurrency: env.concurrency,
            maxFailures: () => server().event_attempts,
            ...options.drain,
          },
        ),
        startJobWorker({
          connection,
          handlers: { ...actionSide.jobs, ...createSyncJobs(syncTools) },
          turns,
          log,
          meter,
        }),
        startActionWorker({
          connection,
          handler: actionSide.lane,
          deadLetters,
          log,
          meter,
        }),
        fromAyon.start(),
      ],
      log,
    },
    signal,
  );
  const schedule = startSchedule({
    chores: [...choresOf(options.actions ?? allActions), nightlyAudit],
    settings,
    jobs,
    mayStart: () => rivals.isAlone() && !env.isDryRun,
    log,
  });
  const presence = startPresence({
    connection,
    kind: "processor",
    name: env.ayon.serviceName,
    version: ownVersion(),
    state: () =>
      !rivals.isAlone()
        ? "waits: another event server is at work"
        : env.isDryRun
          ? "works, writes nothing (dry run)"
          : "works",
    log,
  });
  log.info({ isDryRun: env.isDryRun }, "the processor is up");

  return {
    probes,
    depth: () => readDepth(connection, drainQueue),
    queues: [drainQueue, jobQueue],
    async close() {
      const report = await work.close();
      await Promise.allSettled([
        schedule.close(),
        news.close(),
        lookAgain.close(),
        presence.close(),
        mirror.close(),
        rivals.close(),
        hub.stop(),
        settings.close(),
        jobQueue.close(),
        drainQueue.close(),
      ]);
      await connection.close();
      return report;
    },
  };
}
