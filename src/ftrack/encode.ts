/** Passes through the client's encoder untouched and becomes its value in JSON. */
class Verbatim {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
  toJSON(): unknown {
    return this.value;
  }
}

interface WireDatetime {
  readonly __type__: "datetime";
  readonly value: string;
}

const ISO =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * A time as this server expects it: UTC with `Z` where it knows time zones, else a naive time in the zone of
 * this process, as the official client writes it. Null when the text is not an ISO time.
 */
function wireDatetime(
  iso: string,
  timezoneSupport: boolean,
): WireDatetime | null {
  const match = ISO.exec(iso.trim());
  if (match === null) return null;
  const [, day = "", time = "00:00:00", zone] = match;
  // A time without a zone is what the server itself writes: UTC.
  const date = new Date(`${day}T${time}${zone ?? "Z"}`);
  if (Number.isNaN(date.getTime())) return null;
  if (timezoneSupport)
    return { __type__: "datetime", value: date.toISOString() };
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return { __type__: "datetime", value: local.toISOString().slice(0, 19) };
}

function isTaggedDatetime(value: unknown): value is WireDatetime {
  return (
    typeof value === "object" &&
    value !== null &&
    Reflect.get(value, "__type__") === "datetime" &&
    typeof Reflect.get(value, "value") === "string"
  );
}

/**
 * The data of a create or update, encoded by us.
 *
 * The client's own encoder turns every string that looks like an ISO time into a date-time object, note
 * texts and text attributes too, and such a write is refused or stored wrong. Here a string is text, unless
 * the schema calls its property a date-time; values made by `ftrackDatetime` and `Date`s are times.
 */
export function encodeData(
  data: Readonly<Record<string, unknown>>,
  options: {
    readonly entityType: string;
    readonly timezoneSupport: boolean;
    isDatetime(property: string): boolean;
  },
): Verbatim {
  const { timezoneSupport } = options;
  const encode = (value: unknown): unknown => {
    if (value instanceof Date)
      return wireDatetime(value.toISOString(), timezoneSupport);
    if (Array.isArray(value)) return value.map(encode);
    if (isTaggedDatetime(value))
      return wireDatetime(value.value, timezoneSupport) ?? value;
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, encode(inner)]),
      );
    }
    return value;
  };
  const encoded = Object.entries(data).map(([key, value]) => [
    key,
    typeof value === "string" && options.isDatetime(key)
      ? (wireDatetime(value, timezoneSupport) ?? value)
      : encode(value),
  ]);
  return new Verbatim({
    ...Object.fromEntries(encoded),
    __entity_type__: options.entityType,
  });
}
