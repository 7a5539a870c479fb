/**
 * The whole way: a local Ftrack and a local AYON on real sockets, a Redis, a processor in this process, and an
 * intake that listens to the real event hub. People's edits go through the official API.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  ADMINISTRATOR,
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../sandbox/ftrack/index.ts";
import type { JsonObject } from "../../sandbox/ayon/json.ts";
import { createAyonReads } from "../../src/ayon/reads.ts";
import type { Action } from "../../src/core/action.ts";
import type { Handler } from "../../src/core/handler.ts";
import { projectName } from "../../src/core/ids.ts";
import { silentMeter } from "../../src/core/meter.ts";
import type {
  AyonEntities,
  AyonFolder,
  AyonReads,
  AyonTask,
} from "../../src/core/ports.ts";
import { createFtrackReads } from "../../src/ftrack/reads.ts";
import { createFtrackSession } from "../../src/ftrack/session.ts";
import { startProcessor, type Processor } from "../../src/processor/service.ts";
import { makeJobs, openJobQueue } from "../../src/queue/jobs.ts";
import { makeOutcomes } from "../../src/queue/outcomes.ts";
import {
  makeKeyValue,
  makeQuarantine,
  makeReports,
} from "../../src/queue/records.ts";
import { connect, type Connection } from "../../src/queue/redis.ts";
import type {
  Jobs,
  KeyValue,
  Outcomes,
  Quarantine,
  Reports,
} from "../../src/queue/types.ts";
import { readEnv } from "../../src/settings/env.ts";
import { startAyon, type Ayon } from "./ayon.ts";
import { startRig, type LeecherRig } from "./leecher.ts";
import { memoryLog } from "./memory-log.ts";
import { eventually, startRedis, type TestRedis } from "./redis.ts";
import { makeStudio, type Studio } from "./studio.ts";

type Row = Readonly<Record<string, unknown>>;

/** Frame start feeds AYON's attribute of that name; links between folders are of the type breakdown. */
const SETTINGS = {
  custom_attributes: {
    attributes_mapping: {
      enabled: true,
      mapping: [
        {
          name: "frameStart",
          attr_type: "hierarchical",
          hierarchical: "frameStart",
          standard: [],
        },
      ],
    },
  },
  service_event_handlers: { sync_from_ftrack: { sync_link_type: "breakdown" } },
};

export interface WorldOptions {
  /** Addon settings of the studio. */
  readonly settings?: JsonObject;
  readonly projectName?: string;
  readonly autoSync?: boolean;
  /** @defaultValue those of the registry */
  readonly actions?: readonly Action[];
  /** @defaultValue those of the registry */
  readonly handlers?: readonly Handler[];
}

export interface World extends Studio {
  readonly ftrack: FtrackSandbox;
  readonly ayon: Ayon;
  readonly redis: TestRedis;
  readonly reads: AyonReads;
  readonly outcomes: Outcomes;
  readonly jobs: Jobs;
  readonly store: KeyValue;
  readonly reports: Reports;
  readonly quarantine: Quarantine;
  readonly leecher: LeecherRig;
  readonly log: ReturnType<typeof memoryLog>;
  readonly name: string;
  /** Everything that is in an AYON project. @defaultValue that of this world */
  everything(project?: string): Promise<AyonEntities>;
  folder(path: string): Promise<AyonFolder | undefined>;
  task(path: string): Promise<AyonTask | undefined>;
  /** An edit in AYON that goes past the sync. */
  ayonPatch(
    kind: "folders" | "tasks" | "versions",
    id: string,
    data: Row,
  ): Promise<void>;
  /** A product in an AYON folder, with one version; gives the version's id. */
  publish(folderId: string, name?: string): Promise<string>;
  /** Requests since the counters were reset: of the processor and all others but people. */
  requests(): Promise<{
    readonly ftrack: number;
    readonly ayon: number;
    readonly ayonWrites: number;
  }>;
  resetRequests(): Promise<void>;
  /** Resolves when all events that Ftrack sent so far, and the jobs they started, have been handled. */
  settled(): Promise<void>;
  processor(): Processor;
  /** @param more - variables of the environment beside those of this world */
  startProcessor(more?: Readonly<Record<string, string>>): Promise<void>;
  stopProcessor(): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const name = options.projectName ?? "show";
  const log = memoryLog();
  const [ftrack, ayon, redis] = await Promise.all([
    startFtrackSandbox({ seed: "empty+ayon" }),
    startAyon({
      seed: "studio:0",
      projects: [{ name, code: name.slice(0, 6) }],
      addonSettings: { ...SETTINGS, ...options.settings },
    }),
    startRedis(),
  ]);
  const admin = createFtrackSession({
    credentials: {
      serverUrl: ftrack.url,
      apiUser: ADMINISTRATOR,
      apiKey: await ftrack.control.apiKey(ADMINISTRATOR),
    },
    log,
  });
  const reads = createFtrackReads({ session: admin, log });
  const variables = {
    AYON_SERVER_URL: ayon.sandbox.url,
    AYON_API_KEY: ayon.sandbox.apiKey,
    AYON_ADDON_VERSION: "1.0.0",
    FTRACK_SERVER: ftrack.url,
    FTRACK_API_USER: ftrack.apiUser,
    FTRACK_API_KEY: ftrack.apiKey,
    REDIS_URL: redis.url,
    AYON_FTRACK_REDIS_PREFIX: redis.prefix,
    AYON_FTRACK_OPS_PORT: "off",
  };
  const connection: Connection = connect(
    { url: redis.url, prefix: redis.prefix },
    "patient",
    log,
  );
  const leecher = await startRig(ftrack, redis);
  await leecher.live();
  await leecher.leecher.caughtUp();
  const ayonReads = createAyonReads(ayon.http);
  const outcomes = makeOutcomes(connection);
  const jobQueue = openJobQueue(connection, log);
  const jobs = makeJobs(connection, jobQueue);
  const studio = await makeStudio({
    admin,
    reads,
    name,
    autoSync: options.autoSync !== false,
  });
  const { projectId } = studio;
  let processor: Processor | null = null;

  async function startOne(
    more: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    processor = await startProcessor({
      env: readEnv("processor", { ...variables, ...more }),
      log,
      meter: silentMeter,
      signal: new AbortController().signal,
      ...(options.actions === undefined ? {} : { actions: options.actions }),
      ...(options.handlers === undefined ? {} : { handlers: options.handlers }),
    });
  }
  async function stopOne(): Promise<void> {
    await processor?.close();
    processor = null;
  }
  async function everything(of: string = name): Promise<AyonEntities> {
    return ayonReads.select(projectName(of), { folders: "all", tasks: "all" });
  }

  await startOne();
  const world: World = {
    ftrack,
    ayon,
    redis,
    reads: ayonReads,
    outcomes,
    jobs,
    store: makeKeyValue(connection),
    reports: makeReports(connection),
    quarantine: makeQuarantine(connection),
    leecher,
    log,
    ...studio,
    name,
    everything,
    async folder(path) {
      const { folders } = await everything();
      return folders.find((f) => f.path === path && f.active);
    },
    async task(path) {
      const { tasks } = await everything();
      return tasks.find((t) => t.path === path && t.active);
    },
    async ayonPatch(kind, id, data) {
      await ayon.http.send({
        method: "PATCH",
        path: `/api/projects/${name}/${kind}/${id}`,
        body: data,
        answer: z.unknown(),
      });
    },
    async publish(folderId, productName = "renderMain") {
      const made = z.object({ id: z.string() });
      const base = `/api/projects/${name}` as const;
      const product = await ayon.http.send({
        method: "POST",
        path: `${base}/products`,
        body: { name: productName, folderId, productType: "render" },
        answer: made,
      });
      const version = await ayon.http.send({
        method: "POST",
        path: `${base}/versions`,
        body: { version: 1, productId: product.id },
        answer: made,
      });
      return version.id;
    },
    async requests() {
      const { counts } = ayon.sandbox.control.requests({ limit: 0 });
      const { recent } = await ftrack.control.requests();
      const own = recent.filter((batch) => batch.user === ftrack.apiUser);
      return {
        ftrack: own.length,
        ayon: counts.total,
        ayonWrites: counts.writes,
      };
    },
    async resetRequests() {
      ayon.sandbox.control.resetRequests();
      await ftrack.control.resetRequests();
    },
    async settled() {
      // An event of our own behind all others: when its outcome is there, so are theirs.
      const id = await markerIn({ ftrack }, projectId);
      await eventually(
        "the events are handled",
        async () => {
          const found = await outcomes.query({ eventId: id });
          return found.length > 0;
        },
        30_000,
      );
      await eventually(
        "the jobs are done",
        async () => {
          const left = await jobs.list({
            states: ["waiting", "delayed", "active"],
          });
          return left.length === 0;
        },
        60_000,
      );
    },
    processor() {
      if (processor === null) throw new Error("No processor runs");
      return processor;
    },
    startProcessor: startOne,
    stopProcessor: stopOne,
    async stop() {
      await stopOne();
      await leecher.stop();
      await jobQueue.close();
      await connection.close();
      await Promise.all([
        ftrack.stop(),
        ayon[Symbol.asyncDispose](),
        redis.stop(),
      ]);
    },
  };
  // Auto-sync was switched on above: the full sync that this starts comes first.
  await world.settled();
  return world;
}

/** Sends an event that nobody wants through a project; gives its id. */
export async function markerIn(
  { ftrack }: Pick<World, "ftrack">,
  projectId: string,
): Promise<string> {
  const id = `marker-${randomUUID()}`;
  const project = { entityId: projectId, entityType: "show" };
  await ftrack.control.inject({
    ...{ id, topic: "ftrack.update", source: {}, target: "" },
    data: {
      entities: [
        {
          ...{ action: "update", entityType: "marker", entityId: id },
          parents: [project],
        },
      ],
    },
    ...{ inReplyToEvent: null, sent: null },
  });
  return id;
}
