import {
  datetime,
  foreign,
  integer,
  key,
  many,
  one,
  reference,
  text,
  type Attributes,
} from "../attribute.ts";
import { define, type Definition } from "../definition.ts";

const change: Attributes = {
  id: text({ legacy: "tracid" }),
  date: datetime(),
  parent_id: foreign("any", { onDelete: "cascade" }),
  parent_type: text(),
  ...reference("status", "Status"),
  ...reference("from_status", "Status"),
  ...reference("user", "User", { legacy: "userid" }),
};

/** What the server itself writes down: who changed what. */
export const history: readonly Definition[] = [
  define("StatusChange", {
    table: "Trac",
    abstract: true,
    attributes: change,
    required: ["id"],
  }),
  define("TypedContextStatusChange", {
    extends: "StatusChange",
    attributes: { parent: one("TypedContext", "parent_id") },
    readOnly: true,
  }),
  define("AssetVersionStatusChange", {
    extends: "StatusChange",
    attributes: { parent: one("AssetVersion", "parent_id") },
    readOnly: true,
  }),
  define("Event", {
    table: "SocialEvent",
    attributes: {
      id: integer({ legacy: "socialid" }),
      action: text(),
      insert: text(),
      data: text(),
      created_at: datetime(),
      parent_id: foreign("any", { onDelete: "keep" }),
      parent_type: text(),
      project_id: foreign("Project", { legacy: "showid", onDelete: "keep" }),
      project: one("Project", "project_id", "show"),
      user_id: foreign("User", { legacy: "userid", onDelete: "keep" }),
      user: one("User", "user_id"),
      /** Milliseconds, to tell how long ago it was written. */
      recorded: integer({ hidden: true }),
      feeds: many("Feed", "social_id"),
    },
    required: ["id"],
    system: ["project_id"],
    readOnly: true,
  }),
  define("Feed", {
    table: "SocialFeed",
    attributes: {
      id: key(),
      owner_id: foreign("any", { legacy: "ownerid", onDelete: "keep" }),
      social_id: integer({ legacy: "socialid" }),
      event: one("Event", "social_id"),
      relation: text(),
      distance: integer({ default: 0 }),
      cluster_id: text({ legacy: "clusterid" }),
      created_at: datetime(),
    },
    required: ["id"],
    readOnly: true,
  }),
];
