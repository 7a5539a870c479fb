import type { Operation } from "../entities/operations.ts";

export interface LoggedRequest {
  /** Milliseconds since 1970, of the machine's clock. */
  readonly at: number;
  readonly method: string;
  /** The endpoint's pattern, or the bare path when there is none. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  /** Operations in it, for the operations endpoint. */
  readonly operations: number;
}

export interface RequestCounts {
  readonly total: number;
  /** `POST /graphql` → how many. */
  readonly byRoute: Readonly<Record<string, number>>;
  /** `update folder` → how many, over all operations requests. */
  readonly operations: Readonly<Record<string, number>>;
  /** Requests that change data: everything but GET, HEAD, GraphQL, queries, enrolling and logging in. */
  readonly writes: number;
}

const KEPT = 5000;
const READING_POSTS = [
  "/graphql",
  "/api/query",
  "/api/enroll",
  "/api/auth/login",
  "/api/hosts/heartbeat",
];

/** What was asked of the server. Requests of the control API are not in it. */
export class RequestLog {
  private entries: LoggedRequest[] = [];
  private readonly routes = new Map<string, number>();
  private readonly operations = new Map<string, number>();
  private total = 0;
  private writes = 0;

  add(entry: LoggedRequest): void {
    this.total += 1;
    count(this.routes, `${entry.method} ${entry.route}`);
    if (isWrite(entry)) this.writes += 1;
    this.entries.push(entry);
    if (this.entries.length > 2 * KEPT)
      this.entries = this.entries.slice(-KEPT);
  }

  addOperations(operations: readonly Operation[]): void {
    for (const { type, entityType } of operations)
      count(this.operations, `${type} ${entityType}`);
  }

  /** The newest requests, oldest first. */
  recent(limit = KEPT): readonly LoggedRequest[] {
    return this.entries.slice(-limit);
  }

  counts(): RequestCounts {
    return {
      total: this.total,
      byRoute: Object.fromEntries(this.routes),
      operations: Object.fromEntries(this.operations),
      writes: this.writes,
    };
  }

  clear(): void {
    this.entries = [];
    this.routes.clear();
    this.operations.clear();
    this.total = 0;
    this.writes = 0;
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function isWrite({ method, route }: LoggedRequest): boolean {
  if (method === "GET" || method === "HEAD") return false;
  return !READING_POSTS.includes(route);
}
