import { createHash } from "node:crypto";
import type { Envelope } from "../core/envelope.ts";
import { CANARY_TOPIC } from "../ftrack/hub/protocol.ts";

export type DropReason =
  /** Talk between clients and the hub: subscriptions, replies. */
  | "meta"
  /** Ours or another process's probe of the connection. */
  | "canary"
  /** A message to a web client, such as our own. */
  | "message"
  /** Nothing in it but bookkeeping of Ftrack itself. */
  | "bookkeeping";

export type Job =
  | { readonly kind: "keep"; readonly envelopes: readonly Envelope[] }
  | { readonly kind: "drop"; readonly reason: DropReason }
  /** Cannot be read: goes to the dead letters as it came. */
  | {
      readonly kind: "malformed";
      readonly envelope: Envelope;
      readonly reason: string;
    };

/** Table names of rows that tell of other rows; an event of nothing else says nothing. */
const BOOKKEEPING = new Set(["socialfeed", "socialnotification", "team"]);

/** Topics on which somebody waits for an answer, besides the actions. */
const REQUESTS = new Set([
  "ftrack.dynamic-enumerator",
  "ftrack.location.request-resolve",
]);

const MESSAGE = "ftrack.action.trigger-user-interface";

type Fields = Readonly<Record<string, unknown>>;

/** True for events that want an answer within seconds: they take the fast lane. */
export function isRequest(envelope: Pick<Envelope, "topic">): boolean {
  const { topic } = envelope;
  return topic.startsWith("ftrack.action.") || REQUESTS.has(topic);
}

/**
 * A hub event as envelopes for the queue: one per project it is about, all with the event's id. Knows no
 * handler: everything that could matter to one is kept.
 */
export function toJob(event: unknown, receivedAt: number): Job {
  if (!isFields(event)) return malformed(event, receivedAt, "not an object");
  const { id, topic, data } = event;
  if (typeof topic !== "string" || topic === "")
    return malformed(event, receivedAt, "it has no topic");
  const reason = dropReason(topic);
  if (reason !== null) return { kind: "drop", reason };
  if (typeof id !== "string" || id === "")
    return malformed(event, receivedAt, "it has no id");
  const envelope = (projectId: string | null, whole: Fields): Envelope => ({
    v: 1,
    id,
    topic,
    projectId,
    via: "hub",
    receivedAt,
    event: { ...whole },
  });
  if (topic !== "ftrack.update")
    return { kind: "keep", envelopes: [envelope(null, event)] };
  if (!isFields(data) || !Array.isArray(data["entities"]))
    return malformed(event, receivedAt, "it has no list of entities");
  const all: readonly unknown[] = data["entities"];
  const groups = byProject(all);
  if (groups.size === 0) return { kind: "drop", reason: "bookkeeping" };
  const envelopes = [...groups].map(([projectId, entities]) =>
    envelope(
      projectId,
      groups.size === 1 && entities.length === all.length
        ? event
        : { ...event, data: { ...data, entities } },
    ),
  );
  return { kind: "keep", envelopes };
}

/** An envelope for something that could not be read, under an id that is the same each time it comes. */
export function malformed(
  raw: unknown,
  receivedAt: number,
  reason: string,
): Extract<Job, { kind: "malformed" }> {
  const text =
    typeof raw === "string"
      ? raw
      : ((JSON.stringify(raw) as string | undefined) ?? "");
  const hash = createHash("sha1").update(text).digest("hex");
  const topic = isFields(raw) ? raw["topic"] : null;
  return {
    kind: "malformed",
    reason,
    envelope: {
      v: 1,
      id: `malformed-${hash}`,
      topic: typeof topic === "string" && topic !== "" ? topic : "unknown",
      projectId: null,
      via: "hub",
      receivedAt,
      event: isFields(raw) ? { ...raw } : { raw },
    },
  };
}

function dropReason(topic: string): DropReason | null {
  if (topic.startsWith("ftrack.meta.")) return "meta";
  if (topic === CANARY_TOPIC) return "canary";
  if (topic === MESSAGE) return "message";
  return null;
}

/**
 * The entities of each project, in their order.
 *
 * An entity whose project cannot be told goes with the event's only project; with none or several, to the
 * events without a project. A project of which only bookkeeping is left is left out.
 */
function byProject(
  entities: readonly unknown[],
): ReadonlyMap<string | null, readonly unknown[]> {
  const known = new Set(
    entities.map(projectOf).filter((id): id is string => id !== null),
  );
  const [only = null] = known;
  const fallback = known.size === 1 ? only : null;
  const groups = new Map<string | null, unknown[]>();
  for (const entity of entities) {
    const project = projectOf(entity) ?? fallback;
    const group = groups.get(project);
    if (group === undefined) groups.set(project, [entity]);
    else group.push(entity);
  }
  for (const [project, group] of groups) {
    if (group.every(isBookkeeping)) groups.delete(project);
  }
  return groups;
}

/** Raw counterpart of `projectOf` in core/event.ts: thousands of events per second pass here. */
function projectOf(entity: unknown): string | null {
  if (!isFields(entity)) return null;
  const { parents } = entity;
  if (Array.isArray(parents)) {
    for (const parent of parents) {
      const id = isShow(parent) ? idOf(parent) : null;
      if (id !== null) return id;
    }
  }
  if (isShow(entity)) return idOf(entity);
  return isOfType(entity, "userroleproject") ? projectOfRole(entity) : null;
}

/** A role on a project has no parent that is one; it names the project among its changes. */
function projectOfRole({ changes }: Fields): string | null {
  const change = isFields(changes) ? changes["project_id"] : null;
  if (!isFields(change)) return null;
  const id = change["new"] ?? change["old"];
  return typeof id === "string" && id !== "" ? id : null;
}

function isOfType(value: Fields, type: string): boolean {
  const { entityType } = value;
  return typeof entityType === "string" && entityType.toLowerCase() === type;
}

function isShow(value: unknown): value is Fields {
  return isFields(value) && isOfType(value, "show");
}

/** Old servers sent a list of one id. */
function idOf(entity: Fields): string | null {
  const { entityId } = entity;
  const id: unknown = Array.isArray(entityId) ? entityId[0] : entityId;
  return typeof id === "string" && id !== "" ? id : null;
}

function isBookkeeping(entity: unknown): boolean {
  return (
    isFields(entity) &&
    typeof entity["entityType"] === "string" &&
    BOOKKEEPING.has(entity["entityType"].toLowerCase())
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
