import { randomUUID } from "node:crypto";
import type {
  ChangeResult,
  FtrackCreate,
  FtrackUpdate,
} from "../core/change.ts";
import { RejectedError, UnavailableError } from "../core/errors.ts";
import { ftrackId, type FtrackId } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import type { FtrackSession } from "./session.ts";
import { uploadComponent } from "./upload.ts";
import { writeFtrack, type FtrackWrite } from "./writes/writes.ts";

export type JobStatus = "queued" | "running" | "done" | "failed";

/**
 * Jobs as the web interface shows them to their user: a line of text, a state, files.
 *
 * All of them throw what the write met: UnavailableError, AuthError (as UnavailableError `E_FTRACK_…`),
 * RejectedError.
 */
export interface FtrackJobs {
  create(job: {
    readonly userId: FtrackId;
    readonly description: string;
    /** Given, so that a repeated create makes no second job. */
    readonly id?: FtrackId;
    /** @defaultValue running */
    readonly status?: JobStatus;
  }): Promise<FtrackId>;
  update(
    id: FtrackId,
    change: { readonly description?: string; readonly status?: JobStatus },
  ): Promise<void>;
  /** Adds a file to the job; returns the id of its component. */
  attach(
    id: FtrackId,
    file: { readonly fileName: string; readonly data: Uint8Array },
  ): Promise<FtrackId>;
}

export function createFtrackJobs(
  session: FtrackSession,
  log: Logger,
): FtrackJobs {
  async function write(change: FtrackWrite): Promise<void> {
    const [result] = await writeFtrack(session, log, [change]);
    throwIfFailed(result);
  }

  return {
    async create({ userId, description, status = "running", ...job }) {
      const id = job.id ?? ftrackId(randomUUID());
      await write(
        jobCreate("Job", id, {
          id,
          type: "api_job",
          user_id: userId,
          status,
          data: jobData(description),
        }),
      );
      return id;
    },
    async update(id, { description, status }) {
      const change: FtrackUpdate = {
        kind: "ftrack.update",
        id,
        subject: { ftrackId: id, path: "", type: "Job" },
        entityType: "Job",
        entityId: id,
        data: {
          ...(status === undefined ? {} : { status }),
          ...(description === undefined ? {} : { data: jobData(description) }),
        },
      };
      await write(change);
    },
    async attach(id, file) {
      const componentId = await uploadComponent(session, log, file);
      await write(
        jobCreate("JobComponent", componentId, {
          job_id: id,
          component_id: componentId,
        }),
      );
      return componentId;
    },
  };
}

/** The interface shows `description` of this JSON text. */
function jobData(description: string): string {
  return JSON.stringify({ description });
}

function jobCreate(
  entityType: string,
  id: FtrackId,
  data: Readonly<Record<string, unknown>>,
): FtrackCreate {
  return {
    kind: "ftrack.create",
    id,
    subject: { ftrackId: id, path: "", type: entityType },
    entityType,
    data,
  };
}

function throwIfFailed(result: ChangeResult | undefined): void {
  const error = result?.error;
  if (error === undefined) return;
  const details = { code: error.code, system: "ftrack" } as const;
  throw error.transient
    ? new UnavailableError(error.message, details)
    : new RejectedError(error.message, details);
}
