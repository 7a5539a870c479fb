/** The server's own time, which a test may set or push forward. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** The current time as AYON writes it: microseconds, `+00:00`. Strictly rising between two calls. */
  iso(): string;
  set(timeMs: number): void;
  advance(ms: number): void;
  reset(): void;
}

export function createClock(machine: () => Date = () => new Date()): Clock {
  const source = (): number => machine().getTime();
  let offset = 0;
  let lastMicros = 0;
  const now = (): number => source() + offset;
  return {
    now,
    iso() {
      lastMicros = Math.max(Math.round(now() * 1000), lastMicros + 1);
      return isoFromMicros(lastMicros);
    },
    set(timeMs) {
      offset = timeMs - source();
      lastMicros = 0;
    },
    advance(ms) {
      offset += ms;
    },
    reset() {
      offset = 0;
      lastMicros = 0;
    },
  };
}

/** A time in milliseconds as AYON writes it; such texts sort like the times they stand for. */
export function isoOf(timeMs: number): string {
  return isoFromMicros(Math.round(timeMs * 1000));
}

/** A time with any zone, or none (which is UTC), as AYON shows it; microseconds only when there are some. */
export function inUtc(iso: string): string {
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(iso) ? iso : `${iso}Z`;
  return isoOf(timeOf(zoned)).replace(".000000", "");
}

function isoFromMicros(micros: number): string {
  const seconds = new Date(Math.floor(micros / 1000))
    .toISOString()
    .slice(0, 19);
  const fraction = String(micros % 1_000_000).padStart(6, "0");
  return `${seconds}.${fraction}+00:00`;
}

/** Milliseconds of a timestamp; NaN when it is none. */
export function timeOf(iso: string): number {
  return Date.parse(iso);
}
