/** Rules about statuses, and a project on a real server to run them on; AYON is not asked by them. */
import { randomUUID } from "node:crypto";
import type { Decision } from "../../src/core/decision.ts";
import type { FtrackEvent } from "../../src/core/event.ts";
import type { Handler, HandlerContext } from "../../src/core/handler.ts";
import { ftrackId, type FtrackId } from "../../src/core/ids.ts";
import { ownWritesOf, type OwnWrite } from "../../src/core/own-writes.ts";
import type { AyonReads } from "../../src/core/ports.ts";
import { createReference } from "../../src/processor/reference/index.ts";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../sandbox/ftrack/index.ts";
import { idOf, statuses, types } from "../../sandbox/ftrack/seed/ids.ts";
import { skipReasons } from "./decisions.ts";
import { creation } from "./edits.ts";
import { connectTo, type Connection } from "./ftrack.ts";

export type StatusName = keyof typeof statuses;

export interface StatusRig {
  readonly sandbox: FtrackSandbox;
  readonly to: Connection;
  /** Questions that rules have asked since the last `reset`. */
  requests(): number;
  /** Forgets what was asked; what the service is known to have written is now this. */
  reset(own?: readonly OwnWrite[]): void;
  make(type: string, data: object): Promise<FtrackId>;
  shotIn(status?: StatusName): Promise<FtrackId>;
  taskIn(
    shot: string,
    status: StatusName,
    type?: keyof typeof types,
  ): Promise<FtrackId>;
  /** Versions of a new asset. */
  versionsOf(
    shot: string,
    task: string | null,
    count: number,
    options?: {
      readonly short?: "render" | "geo";
      readonly status?: StatusName;
    },
  ): Promise<FtrackId[]>;
  /** Runs a handler; tells what it would write, by the names of statuses that are in the seed, and its skips. */
  run(
    handler: Handler,
    events: readonly FtrackEvent[],
    settings?: object,
  ): Promise<{
    readonly writes: Record<string, unknown>;
    readonly skips: Record<string, string>;
  }>;
}

const ASSET_TYPES = { render: "Render", geo: "Geometry" };

export async function startStatusRig(): Promise<StatusRig> {
  const sandbox = await startFtrackSandbox();
  const to = connectTo(sandbox);
  const project = await to.project();
  let requests = 0;
  let own: readonly OwnWrite[] = [];
  const reads = new Proxy(to.reads, {
    get(target, key) {
      if (key === "query") requests++;
      return Reflect.get(target, key) as unknown;
    },
  });
  const reference = createReference({
    ftrack: () => to.reads,
    // The list of AYON's users goes with that of Ftrack's, of whom the service's own is asked for.
    ayon: { users: () => Promise.resolve([]) } as unknown as AyonReads,
    apiUser: () => sandbox.apiUser,
  });
  const ftrack = await reference.ftrackProject(ftrackId(project));
  const context = {
    ftrack: reads,
    reference,
    project: { ftrack },
    recall: () => Promise.resolve(ownWritesOf(own, 1_000)),
  } as unknown as HandlerContext;

  async function make(type: string, data: object): Promise<FtrackId> {
    const made = creation(type, { ...data });
    await to.session.call([made], { purpose: "write" });
    return ftrackId(made.id);
  }

  return {
    sandbox,
    to,
    requests: () => requests,
    reset(known = []) {
      requests = 0;
      own = known;
    },
    make,
    shotIn: (status = "Not started") =>
      make("Shot", {
        name: randomUUID(),
        parent_id: project,
        status_id: statuses[status],
      }),
    taskIn: (shot, status, type = "Animation") =>
      make("Task", {
        name: `${type} ${randomUUID()}`,
        parent_id: shot,
        type_id: types[type],
        status_id: statuses[status],
      }),
    async versionsOf(shot, task, count, options = {}) {
      const { short = "render", status = "In progress" } = options;
      const asset = await make("Asset", {
        name: randomUUID(),
        context_id: shot,
        type_id: idOf("asset type", ASSET_TYPES[short]),
      });
      const ids: FtrackId[] = [];
      for (let n = 0; n < count; n++)
        ids.push(
          await make("AssetVersion", {
            asset_id: asset,
            task_id: task,
            status_id: statuses[status],
          }),
        );
      return ids;
    },
    async run(handler, events, settings = {}) {
      const decisions: Decision[] = [];
      await handler.run(events, settings, context, (decision) => {
        decisions.push(decision);
        return Promise.resolve(
          decision.changes.map((c) => ({ changeId: c.id, status: "planned" })),
        );
      });
      const [decision] = decisions;
      if (decision === undefined) throw new Error("Nothing was decided");
      const nameOf = (id: unknown) =>
        Object.entries(statuses).find(([, known]) => known === id)?.[0] ?? id;
      const writes = decision.changes.flatMap((c) =>
        c.kind === "ftrack.update"
          ? [[c.entityId, nameOf(c.data["status_id"])] as const]
          : [],
      );
      return {
        writes: Object.fromEntries(writes),
        skips: skipReasons(decision),
      };
    },
  };
}
