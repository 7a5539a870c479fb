import { badRequest, notFound } from "../errors.ts";
import type { OperationFault } from "../entities/operations.ts";
import { putAddon, type AddonSpec } from "../hosting/addons.ts";
import type { JsonObject } from "../json.ts";
import { DEFAULT_SWITCHES, type Sandbox, type Switches } from "../sandbox.ts";
import type { Snapshot } from "../store/database.ts";
import { FAULT_KINDS, type Fault } from "./faults.ts";
import type { LoggedRequest, RequestCounts } from "./request-log.ts";

/** What may be done to the server from outside. Each takes one argument at most, so that it travels as JSON. */
export interface Control {
  /** Back to the seed: data, clock, switches, faults and log. */
  reset(): void;
  /** Remembers all data under a name. */
  snapshot(name: string): void;
  /** @throws ApiError 404 for a name nobody gave. */
  restore(name: string): void;
  addFault(fault: Fault): void;
  faults(): JsonObject[];
  clearFaults(): void;
  switches(change?: Partial<Switches>): Switches;
  /** Sets the server's clock (milliseconds since 1970), pushes it forward, and says what it shows. */
  clock(change?: { readonly set?: number; readonly advanceMs?: number }): {
    readonly now: number;
  };
  /** Counts since the last reset, and the newest requests, oldest first. */
  requests(query?: { readonly limit?: number }): RequestReport;
  resetRequests(): void;
  /** Cuts all websockets. */
  dropSockets(): void;
  /** Adds or replaces an addon version, as if it had been installed before the server started. */
  putAddon(addon: AddonSpec): void;
  /** Restarts the server's inside: attributes made since are taken up, websockets cut. */
  restart(): void;
  /** Resolves when all events of answered requests are out. */
  settled(): Promise<void>;
  /** Refuses connections for so many milliseconds, then listens on the same port again. */
  refuse(ms: number): Promise<void>;
  /** Dies at once: connections break, what was not yet saved is lost. */
  kill(): void;
}

export interface RequestReport {
  readonly counts: RequestCounts;
  readonly requests: readonly LoggedRequest[];
}

/** Control in the same process: functions may travel too. */
export interface LocalControl extends Control {
  /** Fails whatever operation the predicate returns an error for, until the faults are cleared. */
  failOperations(predicate: OperationFault): void;
}

/** What only the one who listens can do. */
export interface Machine {
  readonly reseed: () => void;
  readonly restart: () => void;
  readonly dropSockets: () => void;
  readonly refuse: (ms: number) => Promise<void>;
  readonly kill: () => void;
}

export function createControl(
  sandbox: Sandbox,
  machine: Machine,
): LocalControl {
  const snapshots = new Map<string, Snapshot>();
  const { clock, faults, requests, switches } = sandbox;
  return {
    reset() {
      Object.assign(switches, DEFAULT_SWITCHES);
      clock.reset();
      faults.clear();
      machine.reseed();
      requests.clear();
    },
    snapshot(name) {
      snapshots.set(name, sandbox.db.snapshot());
    },
    restore(name) {
      const snapshot = snapshots.get(name);
      if (snapshot === undefined) throw notFound(`No snapshot ${name}`);
      sandbox.restore(snapshot);
    },
    addFault(fault) {
      if (!FAULT_KINDS.includes(fault.kind)) {
        throw badRequest(`kind must be one of ${FAULT_KINDS.join(", ")}`);
      }
      faults.add(fault);
    },
    failOperations(predicate) {
      faults.failOperations(predicate);
    },
    faults: () => faults.list(),
    clearFaults() {
      faults.clear();
    },
    switches(change = {}) {
      const unknown = Object.keys(change).find(
        (key) => !Object.hasOwn(DEFAULT_SWITCHES, key),
      );
      if (unknown !== undefined) throw badRequest(`No switch ${unknown}`);
      Object.assign(switches, change);
      sandbox.attributesChanged();
      return { ...switches };
    },
    clock({ set, advanceMs = 0 } = {}) {
      if (set !== undefined) clock.set(set);
      clock.advance(advanceMs);
      return { now: clock.now() };
    },
    requests: ({ limit = 100 } = {}) => ({
      counts: requests.counts(),
      requests: requests.recent(limit),
    }),
    resetRequests() {
      requests.clear();
    },
    putAddon(addon) {
      putAddon(sandbox, addon);
    },
    settled: () => sandbox.events.settled(),
    dropSockets: machine.dropSockets,
    restart: machine.restart,
    refuse: machine.refuse,
    kill: machine.kill,
  };
}
