/** The parts of a moment that names of lists are made of. */
const LONG = { month: "long", weekday: "long" } as const;
const SHORT = { month: "short", weekday: "short" } as const;

function part(
  at: Date,
  timezone: string,
  options: Intl.DateTimeFormatOptions,
  type: Intl.DateTimeFormatPartTypes,
): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    ...options,
    timeZone: timezone,
  }).formatToParts(at);
  return parts.find((one) => one.type === type)?.value ?? "";
}

/**
 * Fills in a template such as `{yy}{mm}{dd}`. What it does not know stays as it is.
 *
 * @param timezone - IANA name of the studio's zone
 */
export function nameOf(template: string, at: Date, timezone: string): string {
  const numeric = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  } as const;
  const of = (type: Intl.DateTimeFormatPartTypes): string =>
    part(at, timezone, numeric, type).padStart(2, "0");
  const bare = (text: string): string => String(Number(text));
  const year = of("year");
  const values = new Map<string, string>([
    ["yyyy", year],
    ["yy", year.slice(-2)],
    ["mm", of("month")],
    ["m", bare(of("month"))],
    ["mmm", part(at, timezone, SHORT, "month")],
    ["mmmm", part(at, timezone, LONG, "month")],
    ["dd", of("day")],
    ["d", bare(of("day"))],
    ["ddd", part(at, timezone, SHORT, "weekday")],
    ["dddd", part(at, timezone, LONG, "weekday")],
    ["HH", of("hour")],
    ["H", bare(of("hour"))],
    ["MM", of("minute")],
    ["M", bare(of("minute"))],
    ["SS", of("second")],
    ["S", bare(of("second"))],
  ]);
  return template.replaceAll(
    /\{(\w+)\}/g,
    (whole, key: string) => values.get(key) ?? whole,
  );
}
