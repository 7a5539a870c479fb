import {
  boolean,
  computed,
  datetime,
  foreign,
  integer,
  key,
  many,
  number,
  one,
  reference,
  text,
} from "../attribute.ts";
import { define, type Definition } from "../definition.ts";
import { thumbnail } from "./media.ts";

const creation = {
  created_at: datetime(),
  created_by_id: foreign("User", { legacy: "created_by" }),
  created_by: one("User", "created_by_id", "createdBy"),
};

export const review: readonly Definition[] = [
  define("ReviewSession", {
    attributes: {
      id: key(),
      name: text({ default: "New review session" }),
      description: text({ default: "" }),
      availability: text(),
      start_date: datetime("start"),
      end_date: datetime("end"),
      is_open: computed("boolean", () => true),
      is_moderated: boolean(),
      passphrase: text(),
      passphrase_enabled: boolean(),
      shareable_url_enabled: boolean(),
      ...reference("project", "Project", { onDelete: "cascade" }),
      ...reference("review_session_folder", "ReviewSessionFolder"),
      ...thumbnail,
      ...creation,
      review_session_objects: many("ReviewSessionObject", "review_session_id", {
        legacy: "reviewSessionObjects",
      }),
      review_session_invitees: many(
        "ReviewSessionInvitee",
        "review_session_id",
        { legacy: "reviewSessionInvitees" },
      ),
      settings: many("EntitySetting", "parent_id", {
        legacy: "settingOverrides",
      }),
    },
    required: [
      "name",
      "description",
      "start_date",
      "end_date",
      "project_id",
      "id",
      "created_by_id",
      "created_at",
    ],
  }),
  define("ReviewSessionFolder", {
    attributes: {
      id: key(),
      name: text(),
      ...reference("project", "Project", { onDelete: "cascade" }),
      review_sessions: many("ReviewSession", "review_session_folder_id"),
    },
    required: ["id", "name", "project_id"],
  }),
  define("ReviewSessionObject", {
    attributes: {
      id: key(),
      name: text({ default: "" }),
      description: text({ default: "" }),
      version: text({ default: "" }),
      sort_order: number(),
      created_at: datetime(),
      ...reference("review_session", "ReviewSession", {
        relation: "reviewSession",
        onDelete: "cascade",
      }),
      version_id: foreign("AssetVersion", { onDelete: "cascade" }),
      asset_version: one("AssetVersion", "version_id", "assetVersion"),
      notes: many("Note", "parent_id"),
      statuses: many("ReviewSessionObjectStatus", "review_session_object_id"),
      annotations: many(
        "ReviewSessionObjectAnnotation",
        "review_session_object_id",
      ),
    },
    required: [
      "name",
      "description",
      "version",
      "version_id",
      "review_session_id",
      "id",
      "created_at",
      "sort_order",
    ],
    system: ["review_session_id"],
  }),
  define("ReviewSessionObjectStatus", {
    attributes: {
      id: key(),
      status: text(),
      created_at: datetime(),
      ...reference("review_session_object", "ReviewSessionObject", {
        relation: "reviewSessionObject",
        onDelete: "cascade",
      }),
      review_session_invitee_id: foreign("ReviewSessionInvitee", {
        onDelete: "cascade",
      }),
      invitee: one("ReviewSessionInvitee", "review_session_invitee_id"),
      ...reference("resource", "Resource"),
    },
    required: ["id", "created_at"],
    system: ["review_session_object_id"],
  }),
  define("ReviewSessionObjectAnnotation", {
    attributes: {
      id: key(),
      data: text(),
      frame_number: integer(),
      created_at: datetime(),
      updated_at: datetime(),
      ...reference("review_session_object", "ReviewSessionObject", {
        relation: "reviewSessionObject",
        onDelete: "cascade",
      }),
    },
    required: ["id", "created_at", "frame_number"],
    system: ["review_session_object_id"],
  }),
  define("ReviewSessionInvitee", {
    attributes: {
      id: key(),
      name: text(),
      email: text(),
      created_from_shared_url: boolean(),
      last_sent_at: datetime(),
      ...creation,
      ...reference("review_session", "ReviewSession", {
        relation: "reviewSession",
        onDelete: "cascade",
      }),
      ...reference("resource", "Resource"),
      statuses: many("ReviewSessionObjectStatus", "review_session_invitee_id"),
    },
    required: [
      "email",
      "name",
      "review_session_id",
      "id",
      "created_by_id",
      "created_at",
    ],
    immutable: ["created_from_shared_url"],
    system: ["review_session_id"],
  }),
];
