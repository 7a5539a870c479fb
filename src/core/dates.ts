/** A day as `YYYY-MM-DD`. */
export type CalendarDay = string;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const HALF_A_DAY = 12;
const DAY_MS = 86_400_000;

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(timezone: string): Intl.DateTimeFormat {
  let found = clocks.get(timezone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-CA", {
      timeZone: timezone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    clocks.set(timezone, found);
  }
  return found;
}

/** Whether the runtime knows this IANA zone. */
export function isTimezone(timezone: string): boolean {
  try {
    clock(timezone);
    return true;
  } catch {
    // The one way Intl says "unknown zone" is a RangeError.
    return false;
  }
}

/** An ISO time as milliseconds; a time without a zone is UTC, as Ftrack sends it. Null when unreadable. */
function instant(iso: string): number | null {
  const zoned = /[zZ]$|[+-]\d{2}:?\d{2}$/.test(iso) ? iso : `${iso}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? null : time;
}

function dayAfter(day: CalendarDay): CalendarDay {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS)
    .toISOString()
    .slice(0, 10);
}

/**
 * The calendar day people see in Ftrack for a stored time; null when the text is no time.
 *
 * Ftrack keeps a day as the midnight of some zone, usually the server's, expressed in UTC. So the day is the
 * one whose midnight, seen in the studio's zone, is nearest. Two times say their day themselves: exactly
 * 00:00 UTC is a bare date, written by a script; 23:59 in the studio's zone is the end of its own day.
 *
 * @param timezone - IANA name of the studio's zone
 */
export function calendarDay(iso: string, timezone: string): CalendarDay | null {
  if (DAY.test(iso)) return instant(`${iso}T00:00:00`) === null ? null : iso;
  const time = instant(iso);
  if (time === null) return null;
  if (time % DAY_MS === 0) return new Date(time).toISOString().slice(0, 10);
  const parts = new Map(
    clock(timezone)
      .formatToParts(time)
      .map((part) => [part.type, part.value]),
  );
  const day = `${parts.get("year") ?? ""}-${parts.get("month") ?? ""}-${parts.get("day") ?? ""}`;
  const isEndOfDay = parts.get("hour") === "23" && parts.get("minute") === "59";
  const isPastNoon = Number(parts.get("hour")) >= HALF_A_DAY;
  return isPastNoon && !isEndOfDay ? dayAfter(day) : day;
}

/** A day as AYON stores it: its midnight in UTC. */
export function ayonDate(day: CalendarDay): string {
  return `${day}T00:00:00+00:00`;
}

/** Whether two ISO texts are the same moment, however they are written. */
export function isSameInstant(a: string, b: string): boolean {
  const first = instant(a);
  return first !== null && first === instant(b);
}
