import { isArray, isObject, type Raw } from "../store/values.ts";

/** One batch that was received. */
export interface ReceivedBatch {
  readonly at: string;
  readonly user: string;
  readonly clientToken: string | null;
  readonly operations: readonly string[];
}

/** What was asked of the server since the last reset. */
export interface RequestSummary {
  /** HTTP requests to `/api`. */
  readonly requests: number;
  readonly operations: number;
  /** Operations by action and entity type: `query Task`, `update Shot`. */
  readonly counts: Readonly<Record<string, number>>;
  /** The last batches, oldest first; queries in full. */
  readonly recent: readonly ReceivedBatch[];
}

const KEPT = 500;

/** Counts requests, so that tests can tell how often and what a client asks. */
export class RequestLog {
  #requests = 0;
  #operations = 0;
  #counts = new Map<string, number>();
  #recent: ReceivedBatch[] = [];

  add(body: Raw, user: string, clientToken: string | null, at: string): void {
    this.#requests++;
    const operations = (isArray(body) ? body : []).map(describe);
    for (const { name } of operations) {
      this.#operations++;
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    }
    this.#recent.push({
      at,
      user,
      clientToken,
      operations: operations.map((o) => o.text),
    });
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  summary(): RequestSummary {
    return {
      requests: this.#requests,
      operations: this.#operations,
      counts: Object.fromEntries(this.#counts),
      recent: [...this.#recent],
    };
  }

  reset(): void {
    this.#requests = 0;
    this.#operations = 0;
    this.#counts = new Map();
    this.#recent = [];
  }
}

function describe(operation: Raw): {
  readonly name: string;
  readonly text: string;
} {
  if (!isObject(operation)) return { name: "?", text: "?" };
  const { action, expression, entity_type: type } = operation;
  const verb = typeof action === "string" ? action : "?";
  if (typeof expression === "string") {
    const asked = /\bfrom\s+(\w+)/i.exec(expression)?.[1];
    const entity = asked ?? /^\s*(\w+)/.exec(expression)?.[1] ?? "?";
    return { name: `${verb} ${entity}`, text: `${verb} ${expression}` };
  }
  const name = typeof type === "string" ? `${verb} ${type}` : verb;
  return { name, text: name };
}
