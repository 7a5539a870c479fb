import type { AyonOperation, ChangeResult } from "../core/change.ts";
import { RejectedError, ServiceError } from "../core/errors.ts";
import type { ProjectName } from "../core/ids.ts";
import { byStage, isSettledWell, nextBatch } from "./batches.ts";
import { failed } from "./change-result.ts";
import { type AyonHttp, DEFAULT_OPERATIONS_TIMEOUT_MS } from "./http.ts";
import {
  blocked,
  exhausted,
  verdictOf,
  type WireResult,
  wireOperations,
} from "./operation-results.ts";
import { pause } from "./retry.ts";
import { route } from "./route.ts";

export interface ApplyOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Called right before each request, a repeated one too, with what it holds: the place for the fence and for
   * the ledger of own writes. Whatever it throws ends the call.
   */
  readonly beforeSend?:
    | ((operations: readonly AyonOperation[]) => Promise<void> | void)
    | undefined;
  /** Waits before an operation that met a deadlock is sent again; their number is that of the tries. */
  readonly againDelaysMs?: readonly number[] | undefined;
}

const AGAIN_DELAYS_MS = [100, 300, 900, 2_000];
/** Requests refused as a whole, after which the search for the culprit is given up. */
const MAX_REFUSALS = 60;

interface Run {
  readonly http: AyonHttp;
  readonly project: ProjectName;
  readonly options: ApplyOptions;
  readonly againDelaysMs: readonly number[];
  readonly results: Map<string, ChangeResult>;
  readonly tries: Map<string, number>;
  refusals: number;
}

function body(operations: readonly AyonOperation[]): unknown {
  return {
    operations: operations.map((operation, index) => ({
      id: String(index),
      type: operation.op,
      entityType: operation.entityType,
      entityId: operation.entityId,
      ...(operation.op === "delete" ? {} : { data: operation.data }),
      ...(operation.force === true ? { force: true } : {}),
      ...(operation.asUser === undefined ? {} : { asUser: operation.asUser }),
    })),
    // Each operation by itself. Without it a failure leaves the others in a state nobody can tell:
    // rolled back after an error of the database, committed after any other, and reported alike.
    canFail: true,
  };
}

async function post(
  run: Run,
  operations: readonly AyonOperation[],
): Promise<ReadonlyMap<string, WireResult>> {
  const { connection } = run.http;
  const answer = await run.http.send({
    method: "POST",
    path: route`/api/projects/${run.project}/operations`,
    body: body(operations),
    answer: wireOperations,
    // Creates carry ids of ours, updates set values, deletes are final: a repetition changes nothing.
    isRepeatable: true,
    timeoutMs: connection.operationsTimeoutMs ?? DEFAULT_OPERATIONS_TIMEOUT_MS,
    signal: run.options.signal,
    beforeTry: () => run.options.beforeSend?.(operations),
  });
  return new Map(answer.operations.map((r) => [r.id, r]));
}

function hasFailedNeed(run: Run, operation: AyonOperation): boolean {
  return (operation.needs ?? []).some((id) => {
    const status = run.results.get(id)?.status;
    return status !== undefined && !isSettledWell(status);
  });
}

function mayTryAgain(run: Run, operation: AyonOperation): boolean {
  const tries = (run.tries.get(operation.id) ?? 0) + 1;
  run.tries.set(operation.id, tries);
  return tries <= run.againDelaysMs.length;
}

/** Notes what became of the operations of one request; returns those for a later one. */
function settle(
  run: Run,
  operations: readonly AyonOperation[],
  answers: ReadonlyMap<string, WireResult>,
): readonly AyonOperation[] {
  const again: AyonOperation[] = [];
  const waiting = new Set<string>();
  for (const [index, operation] of operations.entries()) {
    const answer = answers.get(String(index));
    const verdict = verdictOf(operation, answer);
    const needs = operation.needs ?? [];
    const isWell = verdict !== "again" && isSettledWell(verdict.status);
    // What was to come below something that has to be sent again could not succeed, and goes with it.
    const waits =
      verdict === "again" || (!isWell && needs.some((id) => waiting.has(id)));
    if (waits && mayTryAgain(run, operation)) {
      waiting.add(operation.id);
      again.push(operation);
      continue;
    }
    if (verdict === "again") {
      run.results.set(operation.id, exhausted(operation, answer));
      continue;
    }
    const isBlocked = !isWell && hasFailedNeed(run, operation);
    run.results.set(operation.id, isBlocked ? blocked(operation) : verdict);
  }
  return again;
}

function isAboutProject(error: RejectedError): boolean {
  return (
    error.code === "E_AYON_NOT_FOUND" && error.message.includes(": Project ")
  );
}

/**
 * Sends one request; where the server refuses it whole (an unknown user in one operation is enough), halves
 * it until the culprit stands alone. Nothing of a refused request is carried out.
 *
 * @throws ServiceError when the server cannot be asked at all.
 */
async function sendBatch(
  run: Run,
  operations: readonly AyonOperation[],
): Promise<readonly AyonOperation[]> {
  const open = operations.filter((operation) => {
    const isBlocked = hasFailedNeed(run, operation);
    if (isBlocked) run.results.set(operation.id, blocked(operation));
    return !isBlocked;
  });
  if (open.length === 0) return [];
  try {
    return settle(run, open, await post(run, open));
  } catch (thrown) {
    if (!(thrown instanceof RejectedError)) throw thrown;
    run.refusals++;
    const isCulpritFound =
      open.length === 1 ||
      isAboutProject(thrown) ||
      run.refusals > MAX_REFUSALS;
    if (isCulpritFound) {
      for (const { id } of open)
        run.results.set(id, failed(id, thrown.code, thrown.message, false));
      return [];
    }
    const half = Math.ceil(open.length / 2);
    const again = [...(await sendBatch(run, open.slice(0, half)))];
    const waiting = new Set(again.map((o) => o.id));
    const second = open.slice(half).filter((operation) => {
      const waits = operation.needs?.some((id) => waiting.has(id)) === true;
      if (!waits) return true;
      waiting.add(operation.id);
      again.push(operation);
      return false;
    });
    again.push(...(await sendBatch(run, second)));
    return again;
  }
}

/**
 * Applies operations stage by stage, in as few requests as the server's time and rules allow.
 *
 * Never throws for what a single operation holds. When the server cannot be asked (down, key refused), the
 * operations of that request and all that follow end as failed and transient: whether the request came
 * through is unknown, and a new plan from the state will tell. A repetition of the same operations does no
 * harm: what is done already ends as `unchanged` or is set to the same values.
 *
 * @returns one result per operation, in the order given.
 * @throws whatever `beforeSend` throws (`FencedError`), and the signal's reason.
 */
export async function applyOperations(
  http: AyonHttp,
  project: ProjectName,
  operations: readonly AyonOperation[],
  options: ApplyOptions = {},
): Promise<readonly ChangeResult[]> {
  const run: Run = {
    http,
    project,
    options,
    againDelaysMs: options.againDelaysMs ?? AGAIN_DELAYS_MS,
    results: new Map(),
    tries: new Map(),
    refusals: 0,
  };
  const statuses = { get: (id: string) => run.results.get(id)?.status };
  let queue = byStage(operations);
  while (queue.length > 0) {
    const batch = nextBatch(queue, statuses);
    for (const operation of batch.blocked)
      run.results.set(operation.id, blocked(operation));
    queue = batch.rest;
    if (batch.send.length === 0) continue;
    try {
      const again = await sendBatch(run, batch.send);
      queue = [...again, ...queue];
      if (again.length > 0) await waitBeforeAgain(run, again);
    } catch (thrown) {
      if (!isUnaskable(thrown)) throw thrown;
      for (const { id } of [...batch.send, ...queue])
        if (!run.results.has(id))
          run.results.set(id, failed(id, thrown.code, thrown.message, true));
      queue = [];
    }
  }
  return operations.map(
    ({ id }) =>
      run.results.get(id) ??
      failed(id, "E_UNEXPECTED", "The operation was not handled", false),
  );
}

/** Failures of the server or of the way to it. A lost fence is thrown on. */
function isUnaskable(thrown: unknown): thrown is ServiceError {
  return thrown instanceof ServiceError && thrown.system === "ayon";
}

async function waitBeforeAgain(
  run: Run,
  again: readonly AyonOperation[],
): Promise<void> {
  const tries = Math.max(...again.map((o) => run.tries.get(o.id) ?? 1));
  const delay = run.againDelaysMs[tries - 1] ?? 0;
  await pause(delay * (0.5 + Math.random()), run.options.signal);
}
