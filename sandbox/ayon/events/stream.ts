import type { Clock } from "../clock.ts";
import { conflict, IntegrityError, notFound } from "../errors.ts";
import { dashed, newId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { Database } from "../store/database.ts";
import type { EventRow, EventStatus } from "../store/rows.ts";
import type { EventDraft } from "./drafts.ts";

/** Who caused an event, from the headers of the request. */
export interface Origin {
  readonly sender: string | null;
  readonly senderType: string;
}

export interface Dispatch extends Partial<Origin> {
  readonly topic: string;
  readonly hash?: string | null;
  readonly project?: string | null;
  readonly user?: string | null;
  readonly dependsOn?: string | null;
  readonly description?: string | null;
  readonly summary?: JsonObject | null;
  readonly payload?: JsonObject | null;
  /** False: a job that somebody will finish. */
  readonly finished?: boolean;
  /** False: told on the websocket and forgotten. */
  readonly store?: boolean;
  /** Take over the event of this hash, which then gets a new id. */
  readonly reuse?: boolean;
}

export interface EventUpdate extends Partial<Origin> {
  readonly project?: string | null;
  readonly user?: string | null;
  readonly status?: EventStatus | null;
  readonly description?: string | null;
  readonly summary?: JsonObject | null;
  readonly payload?: JsonObject | null;
  readonly progress?: number | null;
  readonly retries?: number | null;
}

/** What listeners on the websocket get: no payload. */
export type EventMessage = JsonObject & { readonly topic: string };

const SERVER: Origin = { sender: null, senderType: "api" };

export class EventStream {
  private readonly db: Database;
  private readonly clock: Clock;
  private readonly listeners = new Set<(message: EventMessage) => void>();
  private queue: (() => void)[] = [];
  private draining: Promise<void> | null = null;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  listen(listener: (message: EventMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @throws ApiError 409 when the hash is taken. */
  dispatch(wanted: Dispatch): string {
    const { events } = this.db.studio;
    const id = newId();
    const hash = wanted.hash ?? id;
    const now = this.clock.iso();
    const old = events.first("hash", hash);
    const row: EventRow = {
      id,
      order: old?.order ?? this.db.nextOrder(),
      hash,
      topic: wanted.topic,
      sender: wanted.sender ?? null,
      senderType: wanted.senderType ?? "api",
      project: wanted.project ?? null,
      user: wanted.user ?? null,
      dependsOn: wanted.dependsOn ?? null,
      status: wanted.finished === false ? "pending" : "finished",
      retries: old?.retries ?? 0,
      description: wanted.description ?? "",
      summary: wanted.summary ?? {},
      payload: wanted.payload ?? {},
      createdAt: old?.createdAt ?? now,
      updatedAt: now,
    };
    if (wanted.store !== false) {
      if (old !== undefined && wanted.reuse !== true) {
        throw conflict("Event with the same hash already exists");
      }
      if (old !== undefined) this.replace(old);
      events.put(row);
    }
    this.tell({
      ...messageOf({ ...row, createdAt: now }),
      progress: row.status === "finished" ? 100 : 0,
      store: wanted.store !== false,
    });
    return id;
  }

  private replace(old: EventRow): void {
    if (this.db.studio.events.count("dependsOn", old.id) > 0) {
      throw conflict("Unable to reuse the event. Another event depends on it");
    }
    this.db.studio.events.remove(old.id);
  }

  get(id: string): EventRow {
    const row = this.db.studio.events.get(id);
    if (row === undefined) throw notFound("Event not found");
    return row;
  }

  update(id: string, change: EventUpdate, origin: Origin = SERVER): void {
    const old = this.get(id);
    const row: EventRow = {
      ...old,
      sender: change.sender ?? origin.sender ?? old.sender,
      senderType: change.senderType ?? origin.senderType,
      project: change.project ?? old.project,
      user: change.user ?? old.user,
      status: change.status ?? old.status,
      description: change.description ?? old.description,
      summary: change.summary ?? old.summary,
      payload: change.payload ?? old.payload,
      retries: change.retries ?? old.retries,
      updatedAt: this.clock.iso(),
    };
    this.db.studio.events.put(row);
    const { progress } = change;
    this.tell({
      ...messageOf(row),
      ...(progress === null || progress === undefined ? {} : { progress }),
    });
  }

  /** @throws IntegrityError when other events depend on it. */
  delete(id: string): void {
    if (this.db.studio.events.count("dependsOn", id) > 0) {
      throw new IntegrityError(
        "foreign-key-violation",
        `id '${dashed(id)}' is still referenced from table "events".`,
      );
    }
    this.db.studio.events.remove(id);
  }

  /** Dispatches at once. */
  dispatchAll(drafts: readonly EventDraft[], origin: Origin): void {
    for (const draft of drafts) this.dispatch({ ...draft, ...origin });
  }

  /**
   * Dispatches later, one event per turn of the event loop, after the response is on its way. Drafts of a
   * later request may overtake: with several requests under way nothing orders them.
   */
  dispatchLater(drafts: readonly EventDraft[], origin: Origin): void {
    for (const draft of drafts) {
      this.queue.push(() => this.dispatch({ ...draft, ...origin }));
    }
    this.draining ??= this.drain();
  }

  private async drain(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 2));
    for (
      let next = this.queue.shift();
      next !== undefined;
      next = this.queue.shift()
    ) {
      next();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.draining = null;
  }

  /** Resolves when no event waits to be dispatched. */
  async settled(): Promise<void> {
    while (this.draining !== null) await this.draining;
  }

  /** Forgets events that wait: the data they tell of are gone. */
  discardPending(): void {
    this.queue = [];
  }

  tell(message: EventMessage): void {
    for (const listener of this.listeners) listener(message);
  }
}

function messageOf(row: EventRow): EventMessage {
  return {
    id: row.id,
    topic: row.topic,
    project: row.project,
    user: row.user,
    dependsOn: row.dependsOn,
    description: row.description,
    summary: row.summary,
    status: row.status,
    sender: row.sender,
    senderType: row.senderType,
    // The websocket speaks local time without a zone; this server's local time is UTC.
    createdAt: row.createdAt.slice(0, 26),
    updatedAt: row.updatedAt.slice(0, 26),
  };
}
