import {
  boolean,
  datetime,
  foreign,
  integer,
  key,
  many,
  metadata,
  one,
  reference,
  text,
} from "../attribute.ts";
import { define, type Definition } from "../definition.ts";
import { componentThumbnailUrl, componentUrl } from "./media.ts";

const labelled = {
  id: key("categoryid"),
  name: text(),
  color: text(),
  sort: integer({ default: 0 }),
};

export const notes: readonly Definition[] = [
  define("Note", {
    attributes: {
      id: key("noteid"),
      content: text({ legacy: "text" }),
      date: datetime(),
      thread_activity: datetime("triggerdate"),
      parent_id: foreign("any", { onDelete: "cascade" }),
      parent_type: text({ typeName: true }),
      project_id: foreign("Project", { onDelete: "keep" }),
      project: one("Project", "project_id"),
      frame_number: integer(),
      is_todo: boolean({ default: false }),
      completed_at: datetime(),
      ...reference("completed_by", "User"),
      user_id: foreign("BaseUser", { legacy: "userid" }),
      author: one("BaseUser", "user_id", "user"),
      in_reply_to_id: foreign("Note", {
        legacy: "noteparentid",
        onDelete: "cascade",
      }),
      in_reply_to: one("Note", "in_reply_to_id", "noteparent"),
      replies: many("Note", "in_reply_to_id", { legacy: "notes" }),
      ...reference("category", "NoteCategory", { legacy: "categoryid" }),
      note_label_links: many("NoteLabelLink", "note_id"),
      note_components: many("NoteComponent", "note_id"),
      recipients: many("Recipient", "note_id", {
        legacy: "note_recipients",
      }),
      ...metadata(),
    },
    required: ["id", "user_id"],
    system: ["project_id"],
  }),
  define("NoteCategory", {
    attributes: labelled,
    required: ["id"],
    administered: true,
  }),
  // Labels and categories are the same rows under two names.
  define("NoteLabel", {
    view: "NoteCategory",
    table: "NoteCategory",
    attributes: labelled,
    required: ["id"],
    administered: true,
  }),
  define("NoteLabelLink", {
    key: ["note_id", "label_id"],
    attributes: {
      ...reference("note", "Note", { onDelete: "cascade" }),
      ...reference("label", "NoteLabel", { onDelete: "cascade" }),
    },
    required: ["note_id", "label_id"],
  }),
  define("NoteComponent", {
    key: ["component_id", "note_id"],
    attributes: {
      ...reference("component", "Component", { onDelete: "cascade" }),
      ...reference("note", "Note", { onDelete: "cascade" }),
      url: componentUrl,
      thumbnail_url: componentThumbnailUrl,
    },
    required: ["component_id", "note_id"],
  }),
  define("NoteAnnotationComponent", {
    key: ["component_id", "note_id"],
    attributes: {
      ...reference("component", "Component", { onDelete: "cascade" }),
      ...reference("note", "Note", { onDelete: "cascade" }),
      data: text(),
      url: componentUrl,
      thumbnail_url: componentThumbnailUrl,
    },
    required: ["component_id", "note_id"],
  }),
  define("Recipient", {
    key: ["note_id", "resource_id"],
    attributes: {
      ...reference("note", "Note", {
        relation: "recipient_note",
        onDelete: "cascade",
      }),
      resource_id: foreign("Resource", { onDelete: "cascade" }),
      recipient: one("Resource", "resource_id", "recipient_resource"),
      user: one("User", "resource_id"),
      text_mentioned: text(),
    },
    required: ["note_id", "resource_id"],
  }),
];
