import { badRequest, UnhandledError } from "../errors.ts";
import { timeOf } from "../clock.ts";
import { asString, sortedJson, type JsonObject } from "../json.ts";
import { like } from "../query-filter.ts";
import type { EventRow } from "../store/rows.ts";
import { TOPIC } from "../validation/patterns.ts";
import { EMPTY, paginate, type Connection } from "./connection.ts";
import type { GraphContext } from "./context.ts";
import type { Resolvers } from "./resolve.ts";
import { byIds } from "./candidates.ts";
import * as pick from "./select.ts";

interface EventNode {
  readonly row: EventRow;
}

export function selectEvents(
  args: JsonObject,
  { sandbox, actor }: GraphContext,
): Connection<EventNode> {
  const { events } = sandbox.db.studio;
  const ids = pick.ids(args["ids"]);
  const topics = pick.list(args["topics"]);
  const projects = pick.named(args["projects"]);
  const users =
    ids === null && !actor.isManager
      ? [actor.name]
      : pick.userNames(args["users"]);
  const statuses = pick.named(args["statuses"]) ?? pick.named(args["states"]);
  if (pick.someEmpty(ids, topics, projects, users, statuses)) return EMPTY;
  let rows = ids !== null ? byIds(events, ids) : withTopics(events, topics);
  if (ids !== null && topics !== null)
    rows = rows.filter((r) => matchesTopic(topics)(r.topic));
  if (topics === null && args["includeLogs"] !== true)
    rows = rows.filter((r) => !r.topic.startsWith("log."));
  rows = pick.within(rows, projects, (r) => r.project);
  rows = pick.within(rows, users, (r) => r.user);
  rows = pick.within(rows, statuses, (r) => r.status);
  const [older, newer] = [time(args["olderThan"]), time(args["newerThan"])];
  rows = rows.filter(
    (r) =>
      (older === null || timeOf(r.createdAt) < older) &&
      (newer === null || timeOf(r.createdAt) > newer),
  );
  // `false` finds nothing on a real server: its NOT IN meets the events that depend on none.
  if (args["hasChildren"] === false) return EMPTY;
  if (args["hasChildren"] === true)
    rows = rows.filter((r) => events.count("dependsOn", r.id) > 0);
  const words = (asString(args["filter"]) ?? "")
    .toLowerCase()
    .split(/\W+/)
    .filter((word) => word.length >= 3);
  rows = rows.filter((r) =>
    words.every((word) =>
      [r.topic, r.project, r.user, r.description].some(
        (text) => text?.includes(word) === true,
      ),
    ),
  );
  return paginate(rows, args, { order: (r) => r.order }, (row) => ({ row }));
}

type Events = GraphContext["sandbox"]["db"]["studio"]["events"];

/** Rows by the index of topics: `*` in a topic is a wildcard, and so is `_`, which SQL's LIKE takes for one. */
export function withTopics(
  events: Events,
  topics: readonly string[] | null,
): EventRow[] {
  if (topics === null) return events.all();
  const matches = matchesTopic(topics);
  return events
    .keys("topic")
    .filter(matches)
    .flatMap((topic) => events.find("topic", topic));
}

function matchesTopic(topics: readonly string[]): (topic: string) => boolean {
  const patterns = topics.map((topic) => {
    if (!TOPIC.test(topic))
      throw badRequest(
        `Topic '${topic}' does not match regex '${TOPIC.source}'`,
      );
    return like(topic.replaceAll("*", "%"), false);
  });
  return (topic) => patterns.some((pattern) => pattern.test(topic));
}

function time(value: unknown): number | null {
  const text = asString(value);
  if (text === null || text === "") return null;
  const ms = timeOf(text);
  if (Number.isNaN(ms))
    throw new UnhandledError(`Invalid isoformat string: '${text}'`);
  return ms;
}

const event: Resolvers<EventNode> = {
  summary: ({ row }) => sortedJson(row.summary),
  payload: ({ row }) => sortedJson(row.payload),
  data: () => null,
};

export const EVENT_RESOLVERS = { EventNode: event };
