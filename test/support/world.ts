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
import { createAyonReads } from "../../src/ayon/reads.ts";
import { projectName } from "../../src/core/ids.ts";
import { silentMeter } from "../../src/core/meter.ts";
import type {
  AyonEntities,
  AyonFolder,
  AyonReads,
  AyonTask,
} from "../../src/core/ports.ts";
import { and, inList, is, select } from "../../src/core/query.ts";
import { createFtrackReads } from "../../src/ftrack/reads.ts";
import {
  createFtrackSession,
  type Operation,
} from "../../src/ftrack/session.ts";
import { startProcessor, type Processor } from "../../src/processor/service.ts";
import { openInbox } from "../../src/queue/inbox.ts";
import { makeOutcomes } from "../../src/queue/outcomes.ts";
import { connect, type Connection } from "../../src/queue/redis.ts";
import type { Outcomes } from "../../src/queue/types.ts";
import { readEnv } from "../../src/settings/env.ts";
import { startAyon, type Ayon } from "./ayon.ts";
import { startIntake } from "./intake.ts";
import { memoryLog } from "./memory-log.ts";
import { eventually, startRedis, type TestRedis } from "./redis.ts";

type Row = Readonly<Record<string, unknown>>;
const row = z.record(z.string(), z.unknown());

export interface WorldOptions {
  /** Addon settings of the studio. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly projectName?: string;
  readonly autoSync?: boolean;
}

export interface World {
  readonly ftrack: FtrackSandbox;
  readonly ayon: Ayon;
  readonly redis: TestRedis;
  readonly reads: AyonReads;
  readonly outcomes: Outcomes;
  readonly log: ReturnType<typeof memoryLog>;
  /** Id of the Ftrack project, whose AYON project has its name. */
  readonly projectId: string;
  readonly name: string;
  /** Ids of object types, task types and statuses by their names. */
  readonly ids: Readonly<
    Record<"objectType" | "type" | "status", (name: string) => string>
  >;
  /** Makes edits as an administrator, in one transaction. */
  edit(...operations: readonly Operation[]): Promise<void>;
  /** A create of a typed context; its id is made here. */
  create(
    type: string,
    name: string,
    parent: string,
    more?: Row,
  ): Operation & { readonly id: string };
  update(type: string, id: string, data: Row): Operation;
  remove(type: string, id: string): Operation;
  assign(task: string, user: string): Operation & { readonly id: string };
  /** Stored rows of custom attributes of an entity, by key. */
  values(id: string): Promise<Record<string, unknown>>;
  setValue(id: string, key: string, value: unknown): Promise<Operation>;
  /** All of Ftrack's rows of a type with these ids. */
  rows(
    type: string,
    fields: readonly string[],
    ids: readonly string[],
  ): Promise<Row[]>;
  /** Everything that is in AYON's project. */
  everything(): Promise<AyonEntities>;
  folder(path: string): Promise<AyonFolder | undefined>;
  task(path: string): Promise<AyonTask | undefined>;
  /** Resolves when all events that Ftrack sent so far have been handled. */
  settled(): Promise<void>;
  processor(): Processor;
  startProcessor(): Promise<void>;
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
      ...(options.settings === undefined
        ? {}
        : { addonSettings: options.settings }),
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
  const env = readEnv("processor", {
    AYON_SERVER_URL: ayon.sandbox.url,
    AYON_API_KEY: ayon.sandbox.apiKey,
    AYON_ADDON_VERSION: "1.0.0",
    FTRACK_SERVER: ftrack.url,
    FTRACK_API_USER: ftrack.apiUser,
    FTRACK_API_KEY: ftrack.apiKey,
    REDIS_URL: redis.url,
    AYON_FTRACK_REDIS_PREFIX: redis.prefix,
    AYON_FTRACK_OPS_PORT: "off",
  });
  const connection: Connection = connect(
    { url: redis.url, prefix: redis.prefix },
    "patient",
    log,
  );
  const inbox = openInbox({ connection, log, meter: silentMeter });
  const intake = startIntake(ftrack, inbox, log);
  const project = projectName(name);
  const ayonReads = createAyonReads(ayon.http);
  const outcomes = makeOutcomes(connection);
  const projectId = randomUUID();

  async function table(type: string): Promise<(name: string) => string> {
    const [found] = await reads.query(
      select({ type, fields: ["id", "name"], row }),
    );
    const ids = new Map(found.map((r) => [r["name"], String(r["id"])]));
    return (wanted) => {
      const id = ids.get(wanted);
      if (id === undefined) throw new Error(`No ${type} ${wanted}`);
      return id;
    };
  }
  const ids = {
    objectType: await table("ObjectType"),
    type: await table("Type"),
    status: await table("Status"),
  };
  const [definitions, [schema]] = await reads.query(
    select({
      type: "CustomAttributeConfiguration",
      fields: ["id", "key", "entity_type", "is_hierarchical"],
      row,
    }),
    select({ type: "ProjectSchema", fields: ["id"], row, limit: 1 }),
  );

  async function edit(...operations: readonly Operation[]): Promise<void> {
    await admin.call(operations, { purpose: "write" });
  }
  function make(type: string, data: Row): Operation & { readonly id: string } {
    const id = randomUUID();
    return {
      id,
      action: "create",
      entity_type: type,
      entity_data: { __entity_type__: type, id, ...data },
    };
  }
  function definition(key: string): Row {
    const found =
      definitions.find(
        (d) => d["key"] === key && d["is_hierarchical"] === true,
      ) ?? definitions.find((d) => d["key"] === key);
    if (found === undefined) throw new Error(`No attribute ${key}`);
    return found;
  }
  async function setValue(
    id: string,
    key: string,
    value: unknown,
  ): Promise<Operation> {
    const configuration = String(definition(key)["id"]);
    const stored = await values(id);
    return {
      action: Object.hasOwn(stored, key)
        ? value === undefined
          ? "delete"
          : "update"
        : "create",
      entity_type: "CustomAttributeValue",
      entity_key: [configuration, id],
      entity_data: {
        __entity_type__: "CustomAttributeValue",
        configuration_id: configuration,
        entity_id: id,
        value,
      },
    };
  }
  async function values(id: string): Promise<Record<string, unknown>> {
    const [found] = await reads.query(
      select({
        type: "CustomAttributeValue",
        fields: ["value", "entity_id", "configuration_id"],
        row,
        where: is("entity_id", id),
        orderBy: ["entity_id", "configuration_id"],
      }),
    );
    const keys = new Map(definitions.map((d) => [d["id"], String(d["key"])]));
    return Object.fromEntries(
      found.map((r) => [keys.get(r["configuration_id"]) ?? "?", r["value"]]),
    );
  }

  await edit({
    action: "create",
    entity_type: "Project",
    entity_data: {
      __entity_type__: "Project",
      id: projectId,
      name: name.slice(0, 6),
      full_name: name,
      project_schema_id: schema?.["id"],
    },
  });
  if (options.autoSync !== false)
    await edit(await setValue(projectId, "auto_sync_enabled", true));

  let processor: Processor | null = null;
  let markers = 0;

  async function startOne(): Promise<void> {
    processor = await startProcessor({
      env,
      log,
      meter: silentMeter,
      signal: new AbortController().signal,
    });
  }
  async function stopOne(): Promise<void> {
    await processor?.close();
    processor = null;
  }
  async function everything(): Promise<AyonEntities> {
    return ayonReads.select(project, { folders: "all", tasks: "all" });
  }

  await eventually(
    "the hub listens",
    () => intake.hub.health().status === "live",
  );
  await startOne();
  return {
    ftrack,
    ayon,
    redis,
    reads: ayonReads,
    outcomes,
    log,
    projectId,
    name,
    ids,
    edit,
    create(type, contextName, parent, more = {}) {
      const objectType = type.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
      return make(type, {
        name: contextName,
        parent_id: parent,
        object_type_id: ids.objectType(objectType),
        ...more,
      });
    },
    update: (type, id, data) => ({
      action: "update",
      entity_type: type,
      entity_key: [id],
      entity_data: { __entity_type__: type, ...data },
    }),
    remove: (type, id) => ({
      action: "delete",
      entity_type: type,
      entity_key: [id],
    }),
    assign: (task, user) =>
      make("Appointment", {
        context_id: task,
        resource_id: user,
        type: "assignment",
      }),
    values,
    setValue,
    async rows(type, fields, wanted) {
      const [found] = await reads.query(
        select({
          type,
          fields: ["id", ...fields],
          row,
          where: and(inList("id", wanted)),
        }),
      );
      return found;
    },
    everything,
    async folder(path) {
      const { folders } = await everything();
      return folders.find((f) => f.path === path && f.active);
    },
    async task(path) {
      const { tasks } = await everything();
      return tasks.find((t) => t.path === path && t.active);
    },
    async settled() {
      // An event of our own behind all others: when its outcome is there, so are theirs.
      const id = `marker-${++markers}-${randomUUID()}`;
      await ftrack.control.inject({
        id,
        topic: "ftrack.update",
        data: {
          entities: [
            {
              action: "update",
              entityType: "marker",
              entityId: id,
              parents: [{ entityId: projectId, entityType: "show" }],
            },
          ],
        },
        source: {},
        target: "",
        inReplyToEvent: null,
        sent: null,
      });
      await eventually(
        "the events are handled",
        async () => {
          const found = await outcomes.query({ eventId: id });
          return found.length > 0;
        },
        30_000,
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
      await intake.close();
      await connection.close();
      await Promise.all([
        ftrack.stop(),
        ayon[Symbol.asyncDispose](),
        redis.stop(),
      ]);
    },
  };
}
