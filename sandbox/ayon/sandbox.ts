import { createClock, type Clock } from "./clock.ts";
import { Faults } from "./control/faults.ts";
import { RequestLog } from "./control/request-log.ts";
import {
  loadAttributes,
  type AttributeLibrary,
} from "./entities/attributes.ts";
import type { ProjectScope } from "./entities/scope.ts";
import { EventStream } from "./events/stream.ts";
import { notFound } from "./errors.ts";
import { Sessions } from "./sessions.ts";
import { Database, type Snapshot } from "./store/database.ts";
import type { ProjectRow } from "./store/rows.ts";

/** Traps of the real server that can be switched off, and how slow it is. */
export interface Switches {
  /** GraphQL: `ownAttrib` after `allAttrib` or `attrib` names the inherited attributes too. */
  ownAttribTrap: boolean;
  /** An attribute made after the start is dropped from writes until a restart. */
  attributeBootTrap: boolean;
  /** A task in a folder made in the same request cannot be updated in it. */
  inheritanceTrap: boolean;
  /** `real`: operations, thumbnails and the like take about as long as on a small real server. */
  costs: "none" | "real";
  /** Added to every request. */
  latencyMs: number;
  /** Silence on the websocket after which a heartbeat is sent. */
  heartbeatMs: number;
}

export const DEFAULT_SWITCHES: Switches = {
  ownAttribTrap: true,
  attributeBootTrap: true,
  inheritanceTrap: true,
  costs: "none",
  latencyMs: 0,
  heartbeatMs: 5000,
};

/** The running server's inside: what its rooms share. */
export class Sandbox {
  readonly db = new Database();
  readonly clock: Clock;
  readonly events: EventStream;
  readonly sessions: Sessions;
  readonly switches: Switches = { ...DEFAULT_SWITCHES };
  readonly faults = new Faults();
  readonly requests = new RequestLog();
  private library: AttributeLibrary;
  private stale = new Set<string>();
  private startedAt: number;

  constructor(now?: () => Date) {
    this.clock = createClock(now);
    this.events = new EventStream(this.db, this.clock);
    this.sessions = new Sessions(this.db, this.clock);
    this.library = loadAttributes(this.db);
    this.startedAt = this.clock.now();
  }

  /** The attributes this server started with; all of them when the trap is off. */
  get attributes(): AttributeLibrary {
    return this.library;
  }

  get uptimeSeconds(): number {
    return Math.max(0, this.clock.now() - this.startedAt) / 1000;
  }

  /** What a start of the real server does: it reads the attributes and takes up newly installed addons. */
  boot(): void {
    this.library = loadAttributes(this.db);
    this.stale = new Set();
    this.startedAt = this.clock.now();
    for (const addon of this.db.studio.addons.all()) {
      if (addon.pending)
        this.db.studio.addons.put({ ...addon, pending: false });
    }
    for (const event of this.db.studio.events.find(
      "hash",
      "server.restart_required",
    )) {
      this.db.studio.events.remove(event.id);
    }
  }

  /** Waits in real time, whatever the clock says. */
  async sleep(ms: number): Promise<void> {
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }

  attributesChanged(): void {
    if (!this.switches.attributeBootTrap)
      this.library = loadAttributes(this.db);
  }

  restore(snapshot: Snapshot): void {
    this.events.discardPending();
    this.db.restore(snapshot);
    this.sessions.clear();
    this.boot();
  }

  /** @throws ApiError 404; names are compared without regard to case. */
  project(name: string): ProjectRow {
    const row = this.db.studio.projects.first("name", name.toLowerCase());
    if (row === undefined)
      throw notFound(`Project ${name.toLowerCase()} not found`);
    return row;
  }

  scope(project: ProjectRow): ProjectScope {
    return {
      db: this.db,
      clock: this.clock,
      attributes: this.attributes,
      project,
      tables: this.db.project(project),
      stale: this.switches.inheritanceTrap ? this.stale : null,
    };
  }
}
