/** An event of the hub. These are all the keys there may be: the Python client drops an event with others. */
export interface HubEvent {
  readonly id: string;
  readonly topic: string;
  readonly data: unknown;
  readonly source: unknown;
  readonly target: string;
  readonly inReplyToEvent: string | null;
  readonly sent: null;
}

/** The event in what a client sent; undefined when it is none. */
export function readEvent(
  raw: unknown,
  userId: (username: string) => string | undefined,
): HubEvent | undefined {
  if (!isRecord(raw)) return undefined;
  const { id, topic, data, target, inReplyToEvent } = raw;
  if (typeof id !== "string" || typeof topic !== "string") return undefined;
  return {
    id,
    topic,
    data: data ?? {},
    source: withUserId(raw["source"], userId),
    target: typeof target === "string" ? target : "",
    inReplyToEvent: typeof inReplyToEvent === "string" ? inReplyToEvent : null,
    sent: null,
  };
}

/** The server completes the user of a source with its id. */
function withUserId(
  source: unknown,
  userId: (username: string) => string | undefined,
): unknown {
  if (!isRecord(source)) return source ?? null;
  const user = source["user"];
  if (!isRecord(user) || typeof user["username"] !== "string") return source;
  const id = user["id"] ?? userId(user["username"]);
  return { ...source, user: { ...user, id: id ?? null } };
}

export function isRecord(
  value: unknown,
): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
