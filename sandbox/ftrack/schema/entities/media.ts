import {
  boolean,
  computed,
  datetime,
  foreign,
  integer,
  key,
  linked,
  many,
  metadata,
  one,
  reference,
  resolved,
  text,
  customAttributeLinks,
  type Attributes,
} from "../attribute.ts";
import { customAttributes } from "../../attributes/dense.ts";
import { keyOf, type Json, type Reader, type Row } from "../../store/row.ts";
import { define, type Definition } from "../definition.ts";
import { contextsAbove, latestVersionOf, versionLinkOf } from "../walk.ts";

/** Unverified: the JSON of a computed URL; clients treat it as opaque. */
function url(reader: Reader, path: string, id: string): Json | null {
  if (id === "") return null;
  const query = new URLSearchParams({ id });
  return {
    __type__: "url",
    value: `${reader.surroundings.origin}${path}?${query.toString()}`,
  };
}

function thumbnailUrl(row: Row, reader: Reader): Json | null {
  return url(reader, "/component/thumbnail", keyOf(row, "thumbnail_id"));
}

/** `thumbnail` with its key and its address. */
export const thumbnail: Attributes = {
  thumbnail_id: foreign("Component", { legacy: "thumbid" }),
  thumbnail: one("Component", "thumbnail_id"),
  thumbnail_url: computed("object", thumbnailUrl),
};

/** Addresses of the file on a row that names a component. */
export const componentUrl = computed("object", (row, reader) =>
  url(reader, "/component/get", keyOf(row, "component_id")),
);
export const componentThumbnailUrl = computed("object", (row, reader) =>
  url(reader, "/component/thumbnail", keyOf(row, "component_id")),
);

const versionLink = computed("string", versionLinkOf, {
  legacy: "_api_link",
});

function assetAncestors(row: Row, reader: Reader): readonly Row[] {
  const context = reader.get("Context", keyOf(row, "context_id"));
  if (context === undefined || context.$type === "Project") return [];
  return [context, ...contextsAbove(context, reader)].filter(
    (r) => r.$type !== "Project",
  );
}

const members = many("Component", "container_id");

export const media: readonly Definition[] = [
  define("Asset", {
    attributes: {
      id: key("assetid"),
      name: text(),
      context_id: foreign("Context", { onDelete: "cascade" }),
      parent: one("Context", "context_id"),
      ...reference("type", "AssetType", { legacy: "typeid" }),
      project_id: foreign("Project", { onDelete: "keep" }),
      versions: many("AssetVersion", "asset_id"),
      latest_version: {
        kind: "one",
        target: "AssetVersion",
        resolve: (row, reader) => latestVersionOf(keyOf(row, "id"), reader),
      },
      ancestors: resolved("TypedContext", assetAncestors),
      ...metadata(),
      ...customAttributes("AssetCustomAttributeValue"),
      ...customAttributeLinks(),
    },
    required: ["id"],
    system: ["context_id"],
    unique: [["context_id", "name", "type_id"]],
  }),
  define("AssetType", {
    attributes: {
      id: key("typeid"),
      name: text(),
      short: text(),
      component: text({ default: "main" }),
      assets: many("Asset", "type_id"),
    },
    required: ["id", "name", "short"],
    administered: true,
  }),
  define("AssetVersion", {
    attributes: {
      id: key("versionid"),
      version: integer(),
      comment: text({ default: "" }),
      date: datetime(),
      is_published: boolean({ legacy: "ispublished", default: true }),
      is_latest_version: computed(
        "boolean",
        (row, reader) =>
          latestVersionOf(keyOf(row, "asset_id"), reader)?.["id"] === row["id"],
      ),
      ...reference("asset", "Asset", {
        legacy: "assetid",
        onDelete: "cascade",
      }),
      ...reference("task", "Task", { legacy: "taskid" }),
      ...reference("status", "Status", { legacy: "statusid" }),
      ...reference("user", "User", { legacy: "userid" }),
      project_id: foreign("Project", { onDelete: "keep" }),
      ...thumbnail,
      link: versionLink,
      _link: versionLink,
      components: many("Component", "version_id"),
      notes: many("Note", "parent_id"),
      lists: linked(
        "AssetVersionList",
        "ListObject",
        "entity_id",
        "list_id",
        "_lists",
      ),
      uses_versions: linked(
        "AssetVersion",
        "AssetVersionLink",
        "to_id",
        "from_id",
        "usesversions",
      ),
      used_in_versions: linked(
        "AssetVersion",
        "AssetVersionLink",
        "from_id",
        "to_id",
        "usedinversions",
      ),
      incoming_links: many("AssetVersionLink", "to_id", {
        legacy: "incoming_links",
      }),
      outgoing_links: many("AssetVersionLink", "from_id", {
        legacy: "outgoing_links",
      }),
      review_session_objects: many("ReviewSessionObject", "version_id", {
        legacy: "reviewSessionObjects",
      }),
      status_changes: many("StatusChange", "parent_id"),
      ...metadata(),
      ...customAttributes("AssetVersionCustomAttributeValue"),
      ...customAttributeLinks(),
    },
    required: ["id", "is_published", "status_id"],
    system: ["asset_id"],
  }),
  define("AssetVersionLink", {
    attributes: {
      id: key(),
      from_id: foreign("AssetVersion", {
        legacy: "linkedversionid",
        onDelete: "cascade",
      }),
      from: one("AssetVersion", "from_id", "linked_version"),
      to_id: foreign("AssetVersion", {
        legacy: "versionid",
        onDelete: "cascade",
      }),
      to: one("AssetVersion", "to_id", "version"),
      ...metadata(),
    },
    required: ["id", "from_id", "to_id"],
    shows: ["id", "from_id", "to_id"],
  }),
  define("Component", {
    abstract: true,
    attributes: {
      id: key(),
      name: text({ default: "main" }),
      file_type: text({ legacy: "filetype" }),
      size: integer({ default: 0 }),
      system_type: text(),
      ...reference("version", "AssetVersion", { onDelete: "cascade" }),
      ...reference("container", "ContainerComponent", {
        onDelete: "cascade",
      }),
      component_locations: many("ComponentLocation", "component_id"),
      ...metadata(),
      ...customAttributeLinks(),
    },
    required: ["system_type", "name", "id"],
    shows: ["id", "system_type"],
    system: ["system_type", "version_id"],
  }),
  define("FileComponent", { extends: "Component", attributes: {} }),
  define("ContainerComponent", {
    extends: "Component",
    attributes: { members },
  }),
  define("SequenceComponent", {
    extends: "ContainerComponent",
    attributes: { padding: integer({ default: 0 }) },
  }),
  define("Location", {
    attributes: {
      id: key(),
      name: text(),
      label: text(),
      description: text(),
      location_components: many("ComponentLocation", "location_id"),
    },
    required: ["name", "id"],
    unique: [["name"]],
  }),
  define("ComponentLocation", {
    attributes: {
      id: key(),
      ...reference("component", "Component", { onDelete: "cascade" }),
      ...reference("location", "Location", { onDelete: "cascade" }),
      resource_identifier: text({ legacy: "resourceIdentifier" }),
      url: componentUrl,
    },
    required: ["id"],
    system: ["location_id", "component_id"],
  }),
];
