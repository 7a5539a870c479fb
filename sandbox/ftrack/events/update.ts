import { randomUUID } from "node:crypto";
import type { Request } from "../api/session.ts";
import type { HubEvent } from "../hub/event.ts";
import type { Json } from "../store/row.ts";
import type { Item } from "./items.ts";
import { parentJson } from "./parents.ts";

/** The one `ftrack.update` of a batch. */
export function updateEvent(
  items: readonly Item[],
  { identity, clientToken, pushToken }: Request,
  typedParents: boolean,
): HubEvent {
  const user = { username: identity.username, id: identity.userId };
  return {
    id: randomUUID(),
    topic: "ftrack.update",
    data: {
      entities: items.map((item) => itemJson(item, typedParents)),
      parents: [
        ...new Set(items.flatMap((i) => i.parents.map((p) => p.entityId))),
      ],
      user: { userid: identity.userId, name: identity.name },
      pushToken,
      clientToken,
    },
    source: {
      id: clientToken ?? "ftrack.server",
      clientToken,
      applicationId: "ftrack.api",
      user,
    },
    target: "",
    inReplyToEvent: null,
    sent: null,
  };
}

function itemJson(item: Item, typedParents: boolean): Json {
  const [self] = item.parents;
  return {
    entity_type: item.entity_type,
    entityType: item.entityType,
    ...(item.objectTypeId === null ? {} : { objectTypeId: item.objectTypeId }),
    entityId: item.entityId,
    parentId: self?.parentId ?? null,
    action: item.action,
    keys: Object.keys(item.changes),
    changes: Object.fromEntries(
      Object.entries(item.changes).map(([key, change]) => [key, { ...change }]),
    ),
    parents: item.parents.map((p) => parentJson(p, typedParents)),
  };
}
