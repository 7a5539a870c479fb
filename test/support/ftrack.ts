import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { FtrackReads } from "../../src/core/ports.ts";
import { is, select } from "../../src/core/query.ts";
import { createFtrackReads } from "../../src/ftrack/reads.ts";
import {
  createFtrackSession,
  type FtrackSession,
} from "../../src/ftrack/session.ts";
import type { FtrackSandbox } from "../../sandbox/ftrack/index.ts";
import { memoryLog } from "./memory-log.ts";

/** A session with a sandbox and what tests need around it. */
export interface Connection {
  readonly session: FtrackSession;
  readonly reads: FtrackReads;
  readonly log: ReturnType<typeof memoryLog>;
  /** One row by id, all named fields; null when there is none. */
  row(
    type: string,
    id: string,
    ...fields: readonly string[]
  ): Promise<Record<string, unknown> | null>;
  /** Creates a project with the server's first schema and returns its id. */
  project(name?: string): Promise<string>;
}

export function connectTo(sandbox: FtrackSandbox): Connection {
  const log = memoryLog();
  const session = createFtrackSession({
    credentials: {
      serverUrl: sandbox.url,
      apiUser: sandbox.apiUser,
      apiKey: sandbox.apiKey,
    },
    log,
    timeoutMs: 5_000,
    maxPauseMs: 200,
  });
  const reads = createFtrackReads({ session, log });
  const anyRow = z.record(z.string(), z.unknown());
  return {
    session,
    reads,
    log,
    async row(type, id, ...fields) {
      const [[found]] = await reads.query(
        select({
          type,
          fields: ["id", ...fields],
          row: anyRow,
          where: is("id", id),
        }),
      );
      return found ?? null;
    },
    async project(name = `show ${randomUUID()}`) {
      const [[schema]] = await reads.query(
        select({
          type: "ProjectSchema",
          fields: ["id"],
          row: anyRow,
          limit: 1,
        }),
      );
      const id = randomUUID();
      await session.call(
        [
          {
            action: "create",
            entity_type: "Project",
            entity_data: {
              id,
              name: name.replaceAll(/\W/g, "_"),
              full_name: name,
              project_schema_id: schema?.["id"],
            },
          },
        ],
        { purpose: "write" },
      );
      return id;
    },
  };
}
