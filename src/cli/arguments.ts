import { InvalidArgumentError, Option } from "commander";

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** A point in time: so long ago (`90m`, `2d`), or a date. Milliseconds since the epoch. */
export function when(text: string, now: number = Date.now()): number {
  const ago = /^(\d+)\s*([smhdw])$/.exec(text.trim());
  if (ago !== null) return now - Number(ago[1]) * (UNIT_MS[ago[2] ?? ""] ?? 0);
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError(
      "Give an age such as 90m, 12h, 2d, or a date such as 2026-03-31T08:00.",
    );
  return at;
}

export function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least)
      throw new InvalidArgumentError(`Give a whole number from ${least} on.`);
    return value;
  };
}

export function timeOption(flags: string, description: string): Option {
  return new Option(
    flags,
    `${description} (90m, 12h, 2d, or a date)`,
  ).argParser((text) => when(text));
}

export function limitOption(value: number): Option {
  return new Option("--limit <n>", "most rows shown")
    .default(value)
    .argParser(whole(1));
}

/** Ftrack's ids are UUIDs. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(
    text,
  );
}
