import { randomUUID } from "node:crypto";
import type { Behaviour } from "../behaviour.ts";
import { readEvent, type HubEvent } from "../hub/event.ts";
import { grantKey, userNamed } from "../permissions/credentials.ts";
import type { Sandbox } from "../sandbox.ts";
import { keyOf } from "../store/row.ts";
import type { Snapshot } from "../store/store.ts";
import {
  noFaults,
  setFaults,
  type FaultChanges,
  type Faults,
} from "./faults.ts";
import type { RequestSummary } from "./requests.ts";

/** A client of the hub as the server sees it. */
export interface ConnectionReport {
  readonly id: string;
  readonly user: string;
  readonly since: string;
  readonly subscriptions: readonly string[];
  /** Frames. */
  readonly received: number;
  readonly sent: number;
  readonly frozen: boolean;
}

/** How to end connections of the hub: with a closing handshake, by cutting the line, or half-open. */
export interface SocketDrop {
  readonly how: "close" | "cut" | "freeze";
  /** Only those of this user. */
  readonly user?: string;
}

/** What a test can do to the server besides what clients do. */
export interface FtrackControl {
  /** Rows per table. */
  sizes(): Promise<Readonly<Record<string, number>>>;
  snapshot(name: string): Promise<void>;
  /** Puts the rows of a snapshot back. No events are sent. */
  restore(name: string): Promise<void>;
  /** Back to the seed: rows, faults, request log. */
  reset(): Promise<void>;
  /** A new key for a user, so that a test can sign in as somebody. */
  apiKey(username: string): Promise<string>;
  /** Publishes an event as if the server had made it. What is missing is filled in. */
  inject(event: Partial<HubEvent> & Pick<HubEvent, "topic">): Promise<HubEvent>;
  connections(): Promise<readonly ConnectionReport[]>;
  /** Answers how many connections it met. */
  dropSockets(drop: SocketDrop): Promise<number>;
  faults(changes: FaultChanges): Promise<Faults>;
  clearFaults(): Promise<void>;
  behaviour(changes: Partial<Behaviour>): Promise<Behaviour>;
  requests(): Promise<RequestSummary>;
  resetRequests(): Promise<void>;
  /** Ends the process at once, as `kill -9` does: exit code 137. */
  kill(): Promise<void>;
}

export interface ControlHooks {
  /** Told when all rows were replaced. */
  readonly replaced: () => void;
  readonly kill: () => void;
}

/** Control of a server in this process. */
export function makeControl(
  sandbox: Sandbox,
  hooks: ControlHooks,
): FtrackControl {
  const { state, hub, faults, requests } = sandbox;
  const { store } = state;
  const snapshots = new Map<string, Snapshot>([["seed", store.snapshot()]]);
  const restore = (name: string): void => {
    const snapshot = snapshots.get(name);
    if (snapshot === undefined) throw new Error(`No snapshot ${name}`);
    store.restore(snapshot);
    hooks.replaced();
  };
  const clearFaults = (): void => {
    setFaults(faults, noFaults());
    sandbox.updates.flush();
  };
  const done = Promise.resolve();
  return {
    sizes: () => Promise.resolve(store.sizes()),
    snapshot: (name) => {
      snapshots.set(name, store.snapshot());
      return done;
    },
    restore: async (name) => {
      await done;
      restore(name);
    },
    reset: async () => {
      await done;
      clearFaults();
      restore("seed");
      requests.reset();
    },
    apiKey: async (username) => {
      await done;
      const user = userNamed(username, store);
      if (user === undefined) throw new Error(`No user ${username}`);
      const { result, writes } = store.transaction(() =>
        grantKey(keyOf(user, "id"), store),
      );
      sandbox.committed(writes);
      return result;
    },
    inject: async (raw) => {
      await done;
      const event = readEvent({ id: randomUUID(), ...raw }, () => undefined);
      if (event === undefined) throw new Error("Not an event");
      hub.publish(event);
      return event;
    },
    connections: () =>
      Promise.resolve(
        [...hub.connections].map((c) => ({
          id: c.id,
          user: c.user.username,
          since: c.since.toISOString(),
          subscriptions: c.subscriptions,
          received: c.received,
          sent: c.sent,
          frozen: c.frozen,
        })),
      ),
    dropSockets: ({ how, user }) => {
      const met = [...hub.connections].filter(
        (c) => user === undefined || c.user.username === user,
      );
      for (const connection of met)
        if (how === "freeze") connection.freeze();
        else connection.close(how);
      return Promise.resolve(met.length);
    },
    faults: async (changes) => {
      await done;
      setFaults(faults, changes);
      return structuredClone(faults);
    },
    clearFaults: () => {
      clearFaults();
      return done;
    },
    behaviour: async (changes) => {
      await done;
      state.setBehaviour(changes);
      return { ...state.behaviour };
    },
    requests: () => Promise.resolve(requests.summary()),
    resetRequests: () => {
      requests.reset();
      return done;
    },
    kill: () => {
      hooks.kill();
      return done;
    },
  };
}
