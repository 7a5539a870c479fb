import type { Canary, HubEvent } from "./protocol.ts";

/** Batches on their way to the supervisor that are not acknowledged yet. */
const WINDOW = 4;
const BATCH = 500;
/** In entities, about half a kilobyte each. */
const HIGH = 8_000;
const LOW = 2_000;

interface Entry {
  readonly event: HubEvent | null;
  readonly canary: Canary | null;
  readonly weight: number;
}

/**
 * Events on their way out of the hub's thread: in order, in batches, and never more than the receiver
 * keeps up with. What comes faster stays in the socket: the reader is paused.
 */
export interface Outbox {
  push(event: HubEvent): void;
  /** Marks that everything pushed so far came before this round trip. */
  mark(canary: Canary): void;
  ack(): void;
}

export function createOutbox(target: {
  send(events: readonly HubEvent[], canary: Canary | null): void;
  pause(isPaused: boolean): void;
}): Outbox {
  const entries: Entry[] = [];
  let weight = 0;
  let underWay = 0;
  let isPaused = false;
  let isPlanned = false;

  function add(entry: Entry): void {
    entries.push(entry);
    weight += entry.weight;
    if (!isPaused && weight > HIGH) {
      isPaused = true;
      target.pause(true);
    }
    // What arrives in one turn of the event loop goes out as one batch.
    if (isPlanned) return;
    isPlanned = true;
    setImmediate(() => {
      isPlanned = false;
      flush();
    });
  }

  function flush(): void {
    while (underWay < WINDOW && entries.length > 0) {
      const events: HubEvent[] = [];
      let canary: Canary | null = null;
      while (events.length < BATCH && canary === null) {
        const entry = entries.shift();
        if (entry === undefined) break;
        weight -= entry.weight;
        if (entry.event !== null) events.push(entry.event);
        canary = entry.canary;
      }
      underWay += 1;
      target.send(events, canary);
    }
    if (isPaused && weight < LOW) {
      isPaused = false;
      target.pause(false);
    }
  }

  return {
    push(event) {
      add({ event, canary: null, weight: weightOf(event.event) });
    },
    mark(canary) {
      add({ event: null, canary, weight: 0 });
    },
    ack() {
      underWay -= 1;
      flush();
    },
  };
}

/** Bulk edits make single events of thousands of entities. */
function weightOf(event: unknown): number {
  if (typeof event !== "object" || event === null) return 1;
  const data: unknown = Reflect.get(event, "data");
  if (typeof data !== "object" || data === null) return 1;
  const entities: unknown = Reflect.get(data, "entities");
  return Array.isArray(entities) ? 1 + entities.length : 1;
}
