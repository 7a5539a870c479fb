/** How many of the next requests a fault meets: a number, or all of them. */
export type Count = number | "all";

/** What goes wrong on purpose. */
export interface Faults {
  /** Delay of API answers: milliseconds, and up to how many more at random. */
  latency: { ms: number; jitter: number };
  /** Share of API requests that are answered with a server error. */
  errorRate: number;
  /** Requests answered with the HTML page of a proxy, status 502. */
  badGateway: Count;
  /** Requests that are never answered. */
  hang: Count;
  /** Requests whose connection is reset before anything is done. */
  reset: Count;
  /** Batches that are committed, and whose connection is then reset in place of an answer. */
  commitThenReset: Count;
  /** The error the next batch fails with; nothing of it is done. */
  failNext: { exception: string; content: string; code: string | null } | null;
  /** Batches fail in which an operation that is no query holds this text in its JSON; nothing of them is done. */
  refuse: { holding: string; exception: string; content: string } | null;
  /** `badGateway`, `hang` and `reset` meet the handshake of the hub and files too. */
  everywhere: boolean;
  /** Delay of the upgrade to a websocket, and whether it is refused thereafter. */
  upgrade: { delayMs: number; reject: boolean };
  /** Whether the hub sends heartbeats. */
  heartbeats: boolean;
  /** What becomes of `ftrack.update` on its way. */
  events: {
    /** Share that is sent twice. */
    duplicate: number;
    /** Share that is not sent. */
    drop: number;
    /** So many are held back and then sent in reverse order; 0 keeps the order. */
    reverse: number;
    delayMs: number;
  };
  /** What a client sees of the `Event` log. */
  eventLog: {
    /** Queries are refused. */
    denied: boolean;
    /** Share of the rows that cannot be seen. */
    hidden: number;
    /** Rows can be seen so many milliseconds after they were written. */
    delayMs: number;
  };
}

export function noFaults(): Faults {
  return {
    latency: { ms: 0, jitter: 0 },
    errorRate: 0,
    badGateway: 0,
    hang: 0,
    reset: 0,
    commitThenReset: 0,
    failNext: null,
    refuse: null,
    everywhere: false,
    upgrade: { delayMs: 0, reject: false },
    heartbeats: true,
    events: { duplicate: 0, drop: 0, reverse: 0, delayMs: 0 },
    eventLog: { denied: false, hidden: 0, delayMs: 0 },
  };
}

type CountName = "badGateway" | "hang" | "reset" | "commitThenReset";

/** Whether a counted fault meets this request; counts it down. */
export function strikes(faults: Faults, name: CountName): boolean {
  const count = faults[name];
  if (count === "all") return true;
  if (count <= 0) return false;
  faults[name] = count - 1;
  return true;
}

/** A source of chance that is the same in every run. */
export function makeChance(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whether this share of numbers holds a number; always the same for the same number. */
export function inShare(share: number, n: number): boolean {
  return (Math.imul(n, 2654435761) >>> 0) / 2 ** 32 < share;
}

/** What a proxy answers when its server does not. */
export const BAD_GATEWAY =
  "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

/** Faults to change; of a group only the parts that are named. */
export type FaultChanges = {
  readonly [K in keyof Faults]?: Faults[K] extends Count | null
    ? Faults[K]
    : Partial<Faults[K]> | Faults[K];
};

/**
 * Sets the named faults.
 *
 * @throws TypeError for a fault there is not, or a value of another kind
 */
export function setFaults(faults: Faults, changes: FaultChanges): void {
  merge(faults as unknown as Group, changes, noFaults() as unknown as Group);
}

type Group = Record<string, unknown>;

function merge(target: Group, changes: Group, sample: Group): void {
  for (const [name, value] of Object.entries(changes)) {
    const usual = sample[name];
    if (isGroup(usual) && isGroup(value) && isGroup(target[name]))
      merge(target[name], value, usual);
    else if (fits(name, usual, value)) target[name] = value;
    else throw new TypeError(`No such fault: ${name} ${JSON.stringify(value)}`);
  }
}

const counts = new Set(["badGateway", "hang", "reset", "commitThenReset"]);

function fits(name: string, usual: unknown, value: unknown): boolean {
  if (name === "failNext" || name === "refuse")
    return (
      value === null ||
      (isGroup(value) && typeof value["exception"] === "string")
    );
  return (
    usual !== undefined &&
    (typeof value === typeof usual || (value === "all" && counts.has(name)))
  );
}

function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
