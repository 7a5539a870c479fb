import { ApiError } from "../errors.ts";
import {
  deadlock,
  type Operation,
  type OperationFault,
} from "../entities/operations.ts";
import type { JsonObject } from "../json.ts";

/** Which requests a fault concerns; without a word, all of them. */
interface RequestMatch {
  readonly method?: string;
  /** A part of the path, without the query. */
  readonly path?: string;
}

interface Limits {
  /** How often it strikes; without it, until it is cleared. */
  readonly times?: number;
  /** Share of the matching cases it strikes, 0 to 1. Default: all. */
  readonly rate?: number;
}

/** A failure of the connection or of the machines in front of the server. */
export type RequestFault = RequestMatch &
  Limits &
  (
    | { readonly kind: "latency"; readonly ms: number }
    /** An error page as a proxy sends it: HTML. With `json`, the server's own form. */
    | {
        readonly kind: "error";
        readonly status: number;
        readonly json?: boolean;
      }
    /** No answer, ever. */
    | { readonly kind: "hang" }
    /** The connection breaks before the server has done anything. */
    | { readonly kind: "reset" }
    /** The server does what it was asked; the connection breaks before the answer. */
    | { readonly kind: "commitThenReset" }
  );

/** A failure inside the operations endpoint. */
export type BatchFault = Limits &
  /** The first update or delete of a request loses a deadlock. */
  (
    | { readonly kind: "deadlock" }
    /** A background task that stays "in_progress" and does nothing. */
    | { readonly kind: "stuckBackground" }
    | {
        readonly kind: "operation";
        readonly match: OperationMatch;
        readonly status: number;
        readonly errorCode?: string;
        readonly detail?: string;
      }
  );

export interface OperationMatch {
  readonly type?: Operation["type"];
  readonly entityType?: Operation["entityType"];
  readonly entityId?: string;
  /** `data.name` of the operation. */
  readonly name?: string;
}

export type Fault = RequestFault | BatchFault;

export const FAULT_KINDS: readonly Fault["kind"][] = [
  "latency",
  "error",
  "hang",
  "reset",
  "commitThenReset",
  "deadlock",
  "stuckBackground",
  "operation",
];

interface Armed<F extends Fault> {
  readonly fault: F;
  left: number;
}

/** Failures laid out by tests. Chance is seeded: the same run strikes the same requests. */
export class Faults {
  private armed: Armed<Fault>[] = [];
  private predicates: OperationFault[] = [];
  private seed = 1;

  add(fault: Fault): void {
    this.armed.push({ fault, left: fault.times ?? Infinity });
  }

  /** Fails whatever operation the predicate returns an error for, until the faults are cleared. */
  failOperations(predicate: OperationFault): void {
    this.predicates.push(predicate);
  }

  list(): JsonObject[] {
    return this.armed.map(({ fault, left }) => ({
      ...fault,
      left: Number.isFinite(left) ? left : null,
    }));
  }

  clear(): void {
    this.armed = [];
    this.predicates = [];
    this.seed = 1;
  }

  /** What happens to this request, if anything. */
  forRequest(method: string, path: string): RequestFault | null {
    return this.strike((fault): fault is RequestFault => {
      if (isBatchFault(fault)) return false;
      return (
        (fault.method ?? method).toUpperCase() === method &&
        path.includes(fault.path ?? "")
      );
    });
  }

  /** What happens to the operations of the request that is about to run. */
  forBatch(): OperationFault | undefined {
    const lost = this.strike((fault) => fault.kind === "deadlock") !== null;
    let pending = lost;
    const matching = this.armed.filter(
      ({ fault }) => fault.kind === "operation",
    );
    if (!lost && matching.length === 0 && this.predicates.length === 0)
      return undefined;
    return (operation) => {
      if (pending && operation.type !== "create") {
        pending = false;
        return deadlock();
      }
      return this.operationError(operation);
    };
  }

  private operationError(operation: Operation): Error | null {
    for (const predicate of this.predicates) {
      const error = predicate(operation);
      if (error !== null) return error;
    }
    const fault = this.strike(
      (f): f is BatchFault & { kind: "operation" } =>
        f.kind === "operation" && matches(f.match, operation),
    );
    if (fault === null) return null;
    return new ApiError(
      fault.status,
      fault.detail ?? "Injected failure",
      fault.errorCode === undefined ? {} : { code: fault.errorCode },
    );
  }

  stuckTask(): boolean {
    return this.strike((fault) => fault.kind === "stuckBackground") !== null;
  }

  private strike<F extends Fault>(
    applies: (fault: Fault) => fault is F,
  ): F | null;
  private strike(applies: (fault: Fault) => boolean): Fault | null;
  private strike(applies: (fault: Fault) => boolean): Fault | null {
    for (const armed of this.armed) {
      const { fault } = armed;
      if (armed.left <= 0 || !applies(fault)) continue;
      if (fault.rate !== undefined && this.chance() >= fault.rate) continue;
      armed.left -= 1;
      return fault;
    }
    return null;
  }

  /** A small linear congruential generator: good enough to scatter failures. */
  private chance(): number {
    this.seed = (this.seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return this.seed / 2 ** 32;
  }
}

function isBatchFault(fault: Fault): fault is BatchFault {
  return ["deadlock", "stuckBackground", "operation"].includes(fault.kind);
}

function matches(match: OperationMatch, operation: Operation): boolean {
  return (
    (match.type ?? operation.type) === operation.type &&
    (match.entityType ?? operation.entityType) === operation.entityType &&
    (match.entityId ?? operation.entityId) === operation.entityId &&
    (match.name === undefined || operation.data?.["name"] === match.name)
  );
}
