import { randomUUID } from "node:crypto";
import type { Envelope } from "../core/envelope.ts";
import { toError } from "../core/errors.ts";
import { parseEvent, type EntityChange } from "../core/event.ts";
import type { Logger } from "../core/log.ts";
import type { Meter } from "../core/meter.ts";
import type { Relay } from "../queue/types.ts";
import { within } from "../queue/within.ts";

/** A server is done by then with a request whose answer nobody waits for. */
const AGAIN_MS = 10_000;
/** At the end of the process; with Redis away it would take for ever. */
const CLOSE_MS = 1_000;

export interface LookAgainDeps {
  readonly relay: Relay;
  readonly log: Logger;
  readonly meter: Meter;
  readonly againMs?: number;
}

/**
 * Sees to it that the end is right when a write may arrive after another processor has taken the project: puts
 * "look at this entity again" behind everything that waits, now and once more a while later.
 */
export interface LookAgain {
  note(envelopes: readonly Envelope[]): void;
  /** Puts in at once what was to come later. */
  close(): Promise<void>;
}

export function createLookAgain(deps: LookAgainDeps): LookAgain {
  const { relay, log, meter, againMs = AGAIN_MS } = deps;
  const later = new Map<NodeJS.Timeout, readonly Envelope[]>();
  const underWay = new Set<Promise<void>>();

  async function put(envelopes: readonly Envelope[]): Promise<void> {
    try {
      const { accepted } = await relay.pass(refreshesOf(envelopes));
      meter.count("second_looks_total", {}, accepted);
      log.warn(
        { entities: accepted },
        "cut off while writing: these entities are looked at again",
      );
    } catch (thrown) {
      log.error(
        { err: toError(thrown), events: envelopes.map(({ id }) => id) },
        "cut off while writing, and looking again could not be arranged",
      );
    }
  }
  function begin(envelopes: readonly Envelope[]): void {
    const work = put(envelopes).finally(() => underWay.delete(work));
    underWay.add(work);
  }

  return {
    note(envelopes) {
      begin(envelopes);
      const timer = setTimeout(() => {
        later.delete(timer);
        begin(envelopes);
      }, againMs);
      later.set(timer, envelopes);
    },
    async close() {
      for (const [timer, envelopes] of later) {
        clearTimeout(timer);
        begin(envelopes);
      }
      later.clear();
      await within(CLOSE_MS, Promise.all(underWay));
    },
  };
}

/** One event per entity of theirs, the last word of each counting. */
function refreshesOf(envelopes: readonly Envelope[]): readonly Envelope[] {
  const found = new Map<string, Envelope>();
  for (const envelope of envelopes)
    for (const entity of entitiesOf(envelope))
      found.set(
        `${envelope.projectId ?? ""} ${entity.entityId}`,
        refreshOf(envelope, entity),
      );
  return [...found.values()];
}

function entitiesOf(envelope: Envelope): readonly EntityChange[] {
  try {
    return parseEvent(envelope).entities;
  } catch {
    return []; // nothing was written for what cannot be read
  }
}

function refreshOf(envelope: Envelope, entity: EntityChange): Envelope {
  const id = `again-${randomUUID()}`;
  const { topic, projectId } = envelope;
  return {
    ...{ v: 1, id, topic, projectId, via: "internal", receivedAt: Date.now() },
    event: {
      ...{ id, topic },
      data: {
        entities: [
          {
            action: "refresh",
            entityId: entity.entityId,
            entityType: entity.baseType,
            entity_type: entity.objectType,
            keys: [],
            changes: {},
            parents: entity.parents.map((parent) => ({
              entityId: parent.entityId,
              entityType: parent.baseType,
              entity_type: parent.objectType,
            })),
          },
        ],
      },
    },
  };
}
