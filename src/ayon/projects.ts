import type {
  AyonProjectCreate,
  AyonProjectUpdate,
  ChangeResult,
} from "../core/change.ts";
import {
  RejectedError,
  ServiceError,
  UnavailableError,
} from "../core/errors.ts";
import { failed, resultOf, type Written } from "./change-result.ts";
import { type AyonHttp, nothing } from "./http.ts";
import { pause } from "./retry.ts";
import { route } from "./route.ts";
import { wireProject } from "./wire-project.ts";

const NAME = /^[a-zA-Z0-9_]+$/;
/** Two characters at least; the server takes shorter ones, but no other part of AYON does. */
const CODE = /^[a-zA-Z0-9_]{2,}$/;
const AGAIN_MS = 400;

export interface ProjectWrites {
  create(
    change: AyonProjectCreate,
    signal?: AbortSignal,
  ): Promise<ChangeResult>;
  update(
    change: AyonProjectUpdate,
    signal?: AbortSignal,
  ): Promise<ChangeResult>;
}

/** A project of that very name and code stands: an earlier try came through, or there is nothing to do. */
async function stands(
  http: AyonHttp,
  change: AyonProjectCreate,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const project = await http.send({
      method: "GET",
      path: route`/api/projects/${change.project}`,
      answer: wireProject,
      signal,
    });
    return project.name === change.project && project.code === change.code;
  } catch (thrown) {
    if (thrown instanceof RejectedError && thrown.code === "E_AYON_NOT_FOUND")
      return false;
    throw thrown;
  }
}

/** The name or code is taken, or an error that leaves open whether the project was made. */
function mayStand(thrown: unknown): boolean {
  if (thrown instanceof RejectedError) return thrown.code === "E_AYON_CONFLICT";
  return thrown instanceof UnavailableError;
}

async function create(
  http: AyonHttp,
  change: AyonProjectCreate,
  signal?: AbortSignal,
): Promise<Written> {
  try {
    await http.send({
      method: "POST",
      path: "/api/projects",
      body: {
        name: change.project,
        code: change.code,
        anatomy: change.anatomy,
      },
      answer: nothing,
      timeoutMs: http.connection.operationsTimeoutMs ?? 120_000,
      signal,
    });
    return "applied";
  } catch (thrown) {
    if (mayStand(thrown) && (await stands(http, change, signal)))
      return "unchanged";
    throw thrown;
  }
}

/**
 * The server answers with an internal error both when two clients write projects at once, which passes, and
 * when a list leaves out a status or type in use, or names one twice, which does not. A second try tells.
 */
async function update(
  http: AyonHttp,
  change: AyonProjectUpdate,
  signal?: AbortSignal,
): Promise<Written> {
  const patch = async (): Promise<void> =>
    http.send({
      method: "PATCH",
      path: route`/api/projects/${change.project}`,
      body: change.patch,
      answer: nothing,
      isRepeatable: true,
      signal,
    });
  try {
    await patch();
  } catch (thrown) {
    if (!isTransactionError(thrown)) throw thrown;
    await pause(AGAIN_MS * (1 + Math.random()), signal);
    try {
      await patch();
    } catch (again) {
      if (!isTransactionError(again)) throw again;
      throw new RejectedError(
        "AYON refuses the project's new lists: one leaves out a status or type in use, or names one twice",
        {
          code: "E_AYON_PROJECT_REFUSED",
          system: "ayon",
          subject: { project: change.project },
        },
      );
    }
  }
  return "applied";
}

function isTransactionError(thrown: unknown): boolean {
  return (
    thrown instanceof ServiceError &&
    thrown.code === "E_AYON_INTERNAL" &&
    thrown.message.includes("InFailedSQLTransaction")
  );
}

/**
 * Creates and changes AYON projects, one write at a time: the server fails at random when two projects are
 * written at once. Set `ftrackId` by an update afterwards: a create ignores it.
 */
export function createProjectWrites(http: AyonHttp): ProjectWrites {
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(write: () => Promise<T>): Promise<T> {
    const turn = last.then(write, write);
    last = turn;
    return turn;
  }
  return {
    create: async (change, signal) => {
      // For a wrong name the server answers with an internal error about something else.
      if (!NAME.test(change.project) || !CODE.test(change.code))
        return failed(
          change.id,
          "E_AYON_INVALID",
          `"${change.project}" (code "${change.code}") is no name for an AYON project: letters, digits and underscore only, the code two or more`,
          false,
        );
      return inTurn(() =>
        resultOf(change.id, () => create(http, change, signal)),
      );
    },
    update: (change, signal) =>
      inTurn(() => resultOf(change.id, () => update(http, change, signal))),
  };
}
