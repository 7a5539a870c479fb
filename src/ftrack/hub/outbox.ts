import type { Canary, HubEvent } from "./protocol.ts";

/** Batches on their way to the supervisor that are not acknowledged yet. */
const WINDOW = 4;
const BATCH = 500;
/** In characters of the frames, as are the following: what was made of them takes a multiple of that. */
const BATCH_LENGTH = 500_000;
const HIGH = 3_000_000;
const LOW = 1_000_000;
/** What even the smallest event takes. */
const OVERHEAD = 500;

interface Entry {
  readonly event: HubEvent | null;
  readonly canary: Canary | null;
  readonly length: number;
}

/**
 * Events on their way out of the hub's thread: in order, in batches, and never more than the receiver
 * keeps up with. What comes faster stays in the socket: the reader is paused.
 */
export interface Outbox {
  /** @param length - characters of the frame it came in */
  push(event: HubEvent, length: number): void;
  /** Marks that everything pushed so far came before this round trip. */
  mark(canary: Canary): void;
  ack(): void;
}

export function createOutbox(target: {
  send(events: readonly HubEvent[], canary: Canary | null): void;
  pause(isPaused: boolean): void;
}): Outbox {
  const entries: Entry[] = [];
  /** Of all that waits. */
  let length = 0;
  let underWay = 0;
  let isPaused = false;
  let isPlanned = false;

  function add(entry: Entry): void {
    entries.push(entry);
    length += entry.length;
    if (!isPaused && length > HIGH) {
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
      let batchLength = 0;
      while (
        events.length < BATCH &&
        batchLength < BATCH_LENGTH &&
        canary === null
      ) {
        const entry = entries.shift();
        if (entry === undefined) break;
        length -= entry.length;
        batchLength += entry.length;
        if (entry.event !== null) events.push(entry.event);
        canary = entry.canary;
      }
      underWay += 1;
      target.send(events, canary);
    }
    if (isPaused && length < LOW) {
      isPaused = false;
      target.pause(false);
    }
  }

  return {
    push(event, characters) {
      add({ event, canary: null, length: characters + OVERHEAD });
    },
    mark(canary) {
      add({ event: null, canary, length: 0 });
    },
    ack() {
      underWay -= 1;
      flush();
    },
  };
}
