import { newId } from "../ids.ts";
import { asString } from "../json.ts";
import type {
  ActivityReference,
  ActivityRow,
  EntityRow,
} from "../store/rows.ts";
import type { ProjectScope } from "./scope.ts";

type Reference = Omit<ActivityReference, "id">;

const MENTIONED = [
  "activity",
  "user",
  "folder",
  "task",
  "product",
  "version",
  "representation",
  "workfile",
];

/** Activities that concern nobody but the entity itself. */
const PRIVATE_TYPES = ["watch", "attrib.change"];

/** Where a new activity shows: at its entity, with its author, whom it mentions, who watches, what is related. */
export function referencesOf(
  scope: ProjectScope,
  entity: EntityRow,
  activity: Pick<ActivityRow, "activityType" | "author" | "body">,
): ActivityReference[] {
  const isPrivate = PRIVATE_TYPES.includes(activity.activityType);
  return distinct([
    at("origin", entity.type, entity.id),
    ...(activity.author === null ? [] : [user("author", activity.author)]),
    ...mentionsIn(activity.body),
    ...(isPrivate
      ? []
      : [
          ...watchersOf(scope, entity.id).map((name) => user("watching", name)),
          ...relatedTo(scope, entity),
        ]),
  ]);
}

/** A changed text adds mentions; those it no longer has stay, as on a real server. */
export function withMentions(
  references: readonly ActivityReference[],
  body: string,
): ActivityReference[] {
  return distinct([...references, ...mentionsIn(body)]);
}

/** Names of those who watch an entity: each by an activity of its own. */
export function watchersOf(scope: ProjectScope, entityId: string): string[] {
  return scope.tables.activities
    .find("entity", entityId)
    .filter((a) => a.activityType === "watch" && a.entityId === entityId)
    .map((a) => asString(a.data["watcher"]) ?? "");
}

/** Links of the form `[label](task:id)`; pictures do not count. */
function mentionsIn(body: string): Reference[] {
  const found: Reference[] = [];
  for (const [, target = ""] of body.matchAll(/(?<!!)\[[^\]]*\]\(([^)]*)\)/g)) {
    const [type = "", id = "", ...rest] = target.split(":");
    if (rest.length > 0 || !MENTIONED.includes(type)) continue;
    found.push(type === "user" ? user("mention", id) : at("mention", type, id));
  }
  return found;
}

function relatedTo(scope: ProjectScope, entity: EntityRow): Reference[] {
  const { tasks, products, versions } = scope.tables;
  const people = (names: readonly string[]): Reference[] =>
    names.map((name) => user("relation", name));
  switch (entity.type) {
    case "folder":
      return tasks
        .find("parent", entity.id)
        .flatMap((task) => people(task.assignees));
    case "task":
      return [
        ...people(entity.assignees),
        ...versions
          .find("task", entity.id)
          .map((version) => at("relation", "version", version.id)),
        at("relation", "folder", entity.folderId),
      ];
    case "version": {
      const folderId = products.get(entity.productId)?.folderId;
      const task = tasks.get(entity.taskId ?? "");
      return [
        ...(folderId === undefined ? [] : [at("relation", "folder", folderId)]),
        ...people(entity.author === null ? [] : [entity.author]),
        ...(task === undefined
          ? []
          : [at("relation", "task", task.id), ...people(task.assignees)]),
      ];
    }
    case "product":
    case "representation":
    case "workfile":
      return [];
  }
}

function at(
  referenceType: ActivityReference["referenceType"],
  entityType: string,
  entityId: string,
): Reference {
  return { referenceType, entityType, entityId, entityName: null };
}

/** People are referred to by name. */
function user(
  referenceType: ActivityReference["referenceType"],
  entityName: string,
): Reference {
  return { referenceType, entityType: "user", entityId: null, entityName };
}

function distinct(
  references: readonly (Reference | ActivityReference)[],
): ActivityReference[] {
  const found = new Map<string, ActivityReference>();
  for (const reference of references) {
    const { referenceType, entityType, entityId, entityName } = reference;
    const key = JSON.stringify([
      referenceType,
      entityType,
      entityId,
      entityName,
    ]);
    if (!found.has(key)) found.set(key, { id: newId(), ...reference });
  }
  return [...found.values()];
}
