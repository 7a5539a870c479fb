import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  ADMINISTRATOR,
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../sandbox/ftrack/index.ts";
import { ADDON_NAME, image } from "../../scripts/addon/package-py.ts";
import { addonZip } from "../../scripts/addon/zip.ts";
import { projectName } from "../../src/core/ids.ts";
import { and, is, select } from "../../src/core/query.ts";
import { createFtrackReads } from "../../src/ftrack/reads.ts";
import {
  createFtrackSession,
  type Operation,
} from "../../src/ftrack/session.ts";
import { makeJobs, openJobQueue } from "../../src/queue/jobs.ts";
import { makeOutcomes } from "../../src/queue/outcomes.ts";
import { connect } from "../../src/queue/redis.ts";
import { ask, startAyon, type Ayon } from "./ayon.ts";
import { type FakeAsh, type Image, startFakeAsh } from "./fake-ash.ts";
import { memoryLog } from "./memory-log.ts";
import { eventually, startRedis, type TestRedis } from "./redis.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const IDENTITY = { name: ADDON_NAME, version: "2.0.0", imagePrefix: "" };
const row = z.record(z.string(), z.unknown());

/** A report of a service to the administrators. */
export interface LogError {
  readonly sender: string;
  readonly description: string;
}

/**
 * A studio as our addon meets it: AYON with the addon freshly installed and a host for services, Ftrack with one
 * project that AYON has too, and a Redis.
 */
export interface AshStudio {
  readonly ftrack: FtrackSandbox;
  readonly ayon: Ayon;
  readonly redis: TestRedis;
  readonly ash: FakeAsh;
  /** Adds a service on the page Services, as the administrator does; with variables of its own. */
  spawn(
    name: string,
    service: string,
    variables?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Switches a service on or off. */
  switch(name: string, shouldRun: boolean): Promise<void>;
  secret(name: string, value: string): Promise<void>;
  /** Saves settings of the studio, or of the project: what is overridden there. */
  settings(overrides: object, project?: string): Promise<void>;
  /** All reports in AYON's event log, oldest first. */
  logErrors(): Promise<readonly LogError[]>;
  /** Reasons and details for which events were not handled. */
  skips(): Promise<readonly string[]>;
  /** True while long work, such as the audit after a first start, waits or runs. */
  hasLongWork(): Promise<boolean>;
  /** Makes a shot in Ftrack. */
  shot(name: string): Promise<void>;
  hasFolder(path: string): Promise<boolean>;
  stop(): Promise<void>;
}

export const PROJECT = "show";

export async function startAshStudio(): Promise<AshStudio> {
  const [ftrack, ayon, redis, spool] = await Promise.all([
    startFtrackSandbox({ seed: "empty+ayon" }),
    startAyon({
      seed: "studio:0",
      projects: [{ name: PROJECT, code: PROJECT }],
    }),
    startRedis({ appendonly: true }),
    mkdtemp(join(tmpdir(), "spool-")),
  ]);
  await install(ayon);
  const project = await ftrackProject(ftrack);
  const ash = startFakeAsh({
    serverUrl: ayon.sandbox.url,
    apiKey: ayon.sandbox.apiKey,
    images: {
      [image("leecher", IDENTITY)]: imageOf("leecher", spool),
      [image("processor", IDENTITY)]: imageOf("processor", spool),
    },
    pollMs: 500,
  });
  await ash.beat();
  const connection = connect(
    { url: redis.url, prefix: redis.prefix },
    "patient",
    memoryLog(),
  );
  const outcomes = makeOutcomes(connection);
  const jobQueue = openJobQueue(connection, memoryLog());
  const jobs = makeJobs(connection, jobQueue);
  const addon = `/api/addons/${IDENTITY.name}/${IDENTITY.version}`;

  return {
    ftrack,
    ayon,
    redis,
    ash,
    async spawn(name, service, variables = {}) {
      await ask(ayon.http, "PUT", `/api/services/${name}`, {
        addonName: IDENTITY.name,
        addonVersion: IDENTITY.version,
        service,
        hostname: ash.hostname,
        config: {
          env: { AYON_FTRACK_REDIS_PREFIX: redis.prefix, ...variables },
        },
      });
    },
    async switch(name, shouldRun) {
      await ask(ayon.http, "PATCH", `/api/services/${name}`, { shouldRun });
    },
    async secret(name, value) {
      await ask(ayon.http, "PUT", `/api/secrets/${name}`, { name, value });
    },
    async settings(overrides, where) {
      const path = where === undefined ? "" : `/${where}`;
      await ask(
        ayon.http,
        "PUT",
        `${addon}/rawOverrides${path}?variant=production`,
        overrides,
      );
    },
    async logErrors() {
      const answer = (await ask(ayon.http, "POST", "/graphql", {
        query:
          '{events(topics:["log.error"],includeLogs:true,first:100){edges{node{sender description}}}}',
      })) as { data: { events: { edges: { node: LogError }[] } } };
      return answer.data.events.edges.map(({ node }) => node);
    },
    async skips() {
      const found = await outcomes.query({ kinds: ["skipped"] });
      return found.map(
        ({ reason, detail }) => `${reason ?? ""}: ${detail ?? ""}`,
      );
    },
    async hasLongWork() {
      const states = ["active", "waiting", "delayed"] as const;
      return (await jobs.list({ states })).length > 0;
    },
    shot: (name) => project.shot(name),
    async hasFolder(path) {
      const { folders } = await ayon.reads.select(projectName(PROJECT), {
        folders: "all",
      });
      return folders.some((folder) => folder.path === path && folder.active);
    },
    async stop() {
      await ash[Symbol.asyncDispose]();
      await jobQueue.close();
      await connection.close();
      await Promise.all([
        ftrack.stop(),
        ayon[Symbol.asyncDispose](),
        redis.stop(),
      ]);
      await rm(spool, { recursive: true, force: true });
    },
  };
}

/** What the image of a service brings along; on one machine the listeners need ports of their own. */
function imageOf(service: string, spool: string): Image {
  return {
    command: [process.execPath, "--import", "tsx", `src/${service}/main.ts`],
    cwd: ROOT,
    env: {
      NODE_ENV: "production",
      TZ: "UTC",
      AYON_FTRACK_SPOOL_DIR: spool,
      AYON_FTRACK_OPS_PORT: "0",
    },
  };
}

async function install(ayon: Ayon): Promise<void> {
  const { url, apiKey } = ayon.sandbox;
  const response = await fetch(`${url}/api/addons/install`, {
    method: "POST",
    headers: { "x-api-key": apiKey },
    body: Buffer.from(await addonZip(IDENTITY)),
  });
  const { eventId } = (await response.json()) as { eventId: string };
  await eventually("the addon is unpacked", async () => {
    const event = await ask(ayon.http, "GET", `/api/events/${eventId}`);
    return (event as { status: string }).status === "finished";
  });
  ayon.sandbox.control.restart();
}

async function ftrackProject(
  ftrack: FtrackSandbox,
): Promise<{ shot(name: string): Promise<void> }> {
  const session = createFtrackSession({
    credentials: {
      serverUrl: ftrack.url,
      apiUser: ADMINISTRATOR,
      apiKey: await ftrack.control.apiKey(ADMINISTRATOR),
    },
    log: memoryLog(),
  });
  const reads = createFtrackReads({ session, log: memoryLog() });
  const [[schema], [shotType], [autoSync]] = await reads.query(
    select({ type: "ProjectSchema", fields: ["id"], row, limit: 1 }),
    select({
      type: "ObjectType",
      fields: ["id"],
      row,
      where: and(is("name", "Shot")),
    }),
    select({
      type: "CustomAttributeConfiguration",
      fields: ["id"],
      row,
      where: and(is("key", "auto_sync_enabled")),
    }),
  );
  const projectId = randomUUID();
  const create = (type: string, data: object): Operation => ({
    action: "create",
    entity_type: type,
    entity_data: { __entity_type__: type, ...data },
  });
  const write = (...operations: readonly Operation[]) =>
    session.call(operations, { purpose: "write" });
  await write(
    create("Project", {
      id: projectId,
      name: PROJECT,
      full_name: PROJECT,
      project_schema_id: schema?.["id"],
    }),
    {
      ...create("CustomAttributeValue", {
        configuration_id: autoSync?.["id"],
        entity_id: projectId,
        value: true,
      }),
      entity_key: [String(autoSync?.["id"]), projectId],
    },
  );
  return {
    async shot(name) {
      await write(
        create("Shot", {
          id: randomUUID(),
          name,
          parent_id: projectId,
          object_type_id: shotType?.["id"],
        }),
      );
    },
  };
}
