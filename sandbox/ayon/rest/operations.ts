import type { FastifyRequest } from "fastify";
import { actorOf, type Actor } from "../actor.ts";
import { operationsCost } from "../control/costs.ts";
import { ENTITY_TYPES } from "../entities/kinds.ts";
import {
  checkOperations,
  runOperations,
  type Operation,
  type OperationsOutcome,
} from "../entities/operations.ts";
import type { ProjectScope } from "../entities/scope.ts";
import { forbidden, notFound } from "../errors.ts";
import type { Origin } from "../events/stream.ts";
import {
  actorFrom,
  originOf,
  param,
  projectScope,
  readBody,
  type App,
} from "../http.ts";
import { newId } from "../ids.ts";
import { asString, isObject, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { EntityType } from "../store/rows.ts";
import type { ModelSpec } from "../validation/field.ts";

const flag = (name: string) =>
  ({ name, kind: "boolean", nullable: false }) as const;

const OPERATION: ModelSpec = {
  name: "OperationModel",
  fields: [
    { name: "id", kind: "string", nullable: false },
    {
      name: "type",
      kind: "string",
      required: true,
      permitted: ["create", "update", "delete"],
    },
    {
      name: "entityType",
      kind: "string",
      required: true,
      permitted: ENTITY_TYPES,
    },
    { name: "entityId", kind: "string" },
    { name: "data", kind: "dict" },
    flag("force"),
    { name: "asUser", kind: "string" },
  ],
};

const REQUEST: ModelSpec = {
  name: "OperationsRequestModel",
  fields: [
    { name: "operations", kind: { listOf: OPERATION }, nullable: false },
    flag("canFail"),
    flag("waitForEvents"),
    flag("raiseOnError"),
  ],
};

interface BackgroundTask {
  readonly id: string;
  status: "pending" | "in_progress" | "completed";
  progress: number | null;
  result: JsonObject | null;
  readonly until: number;
}

const TASK_LIFE_MS = 30 * 60_000;

export function operationsRoutes(app: App, sandbox: Sandbox): void {
  const tasks = new Map<string, BackgroundTask>();
  const base = "/api/projects/:project/operations";
  const run = async (wanted: Wanted): Promise<OperationsOutcome> => {
    const operations = wanted.prepare();
    sandbox.requests.addOperations(operations);
    if (sandbox.switches.costs === "real") {
      const { size } = wanted.scope.tables.folders;
      await sandbox.sleep(operationsCost(operations, size));
    }
    const { canFail, raiseOnError } = wanted;
    const fault = sandbox.faults.forBatch();
    return runOperations(wanted.scope, operations, {
      canFail,
      raiseOnError,
      ...(fault === undefined ? {} : { fault }),
    });
  };

  app.post(base, async (request) => {
    const wanted = readRequest(sandbox, request);
    const outcome = await run(wanted);
    if (wanted.waitForEvents)
      sandbox.events.dispatchAll(outcome.events, wanted.origin);
    else sandbox.events.dispatchLater(outcome.events, wanted.origin);
    return body(outcome);
  });

  app.post(`${base}/background`, (request) => {
    const wanted = readRequest(sandbox, request);
    const task: BackgroundTask = {
      id: newId(),
      status: "pending",
      progress: null,
      result: null,
      until: sandbox.clock.now() + TASK_LIFE_MS,
    };
    tasks.set(task.id, task);
    const answer = taskBody(task);
    if (sandbox.faults.stuckTask()) {
      task.status = "in_progress";
      task.progress = 0;
      return answer;
    }
    const work = async (): Promise<void> => {
      task.status = "in_progress";
      task.progress = 0;
      const outcome = await run({ ...wanted, raiseOnError: false });
      sandbox.events.dispatchAll(outcome.events, wanted.origin);
      task.status = "completed";
      task.progress = 100;
      task.result = body(outcome);
    };
    // A task that crashes stays "in_progress" for ever, as the real one does.
    setImmediate(() => void work().catch(() => undefined));
    return answer;
  });

  app.get(`${base}/background/:task`, (request) => {
    projectScope(sandbox, request);
    const id = param(request, "task");
    const task = tasks.get(id);
    if (task === undefined || task.until < sandbox.clock.now()) {
      throw notFound(`Background operations task '${id}' not found`);
    }
    return taskBody(task);
  });
}

interface Wanted {
  readonly scope: ProjectScope;
  readonly origin: Origin;
  readonly canFail: boolean;
  readonly waitForEvents: boolean;
  readonly raiseOnError: boolean;
  /**
   * The operations with the users they run as. Part of the work, not of reading the request: what it throws
   * is an answer of the plain endpoint, and the silent death of a background task.
   */
  prepare(): Operation[];
}

function readRequest(sandbox: Sandbox, request: FastifyRequest): Wanted {
  const scope = projectScope(sandbox, request);
  const actor = actorFrom(request);
  const sent = readBody(request, REQUEST);
  const items = (sent["operations"] ?? []) as JsonObject[];
  request.operationCount = items.length;
  for (const item of items) {
    const asUser = asString(item["asUser"]) ?? "";
    if (asUser !== "" && asUser !== actor.name && !actor.isService) {
      throw forbidden(
        "You are not allowed to perform operations as another user",
      );
    }
  }
  return {
    scope,
    origin: originOf(request),
    canFail: sent["canFail"] === true,
    waitForEvents: sent["waitForEvents"] === true,
    raiseOnError: sent["raiseOnError"] === true && sent["canFail"] !== true,
    prepare() {
      const users = new Map<string, Actor>([[actor.name, actor]]);
      const operations = items.map((item) => operationOf(item, actor));
      checkOperations(operations);
      return operations.map((operation, i) => {
        const asUser = asString(items[i]?.["asUser"]) ?? "";
        return asUser === ""
          ? operation
          : { ...operation, actor: otherUser(sandbox, users, asUser) };
      });
    },
  };
}

function operationOf(item: JsonObject, actor: Actor): Operation {
  return {
    id: asString(item["id"]) ?? newId(),
    type: item["type"] as Operation["type"],
    entityType: item["entityType"] as EntityType,
    entityId: asString(item["entityId"]),
    data: isObject(item["data"]) ? item["data"] : null,
    force: item["force"] === true,
    actor,
  };
}

function otherUser(
  sandbox: Sandbox,
  known: Map<string, Actor>,
  name: string,
): Actor {
  const actor = known.get(name);
  if (actor !== undefined) return actor;
  const row = sandbox.db.studio.users.get(name);
  if (row === undefined) throw notFound(`User ${name} not found`);
  const found = actorOf(row);
  known.set(name, found);
  return found;
}

function body(outcome: OperationsOutcome): JsonObject {
  return { operations: outcome.operations, success: outcome.success };
}

function taskBody(task: BackgroundTask): JsonObject {
  const { id, status, progress, result } = task;
  return { id, status, progress, result };
}
