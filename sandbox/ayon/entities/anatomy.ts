import { RequestValidationError } from "../errors.ts";
import {
  asArray,
  asObject,
  asString,
  without,
  withoutNulls,
  type JsonObject,
} from "../json.ts";
import type { LinkType, Named, ProjectRow } from "../store/rows.ts";
import { checkModel, type ModelSpec } from "../validation/field.ts";
import { BUILTIN_ANATOMY } from "./builtin-anatomy.ts";
import type { AttributeLibrary } from "./attributes.ts";

/** Columns of a project that come from an anatomy. */
export type AnatomyColumns = Pick<
  ProjectRow,
  | "folderTypes"
  | "taskTypes"
  | "statuses"
  | "tags"
  | "linkTypes"
  | "config"
  | "attrib"
>;

const text = (name: string) =>
  ({ name, kind: "string", nullable: false }) as const;

const AUX: ModelSpec["fields"] = [
  {
    name: "name",
    kind: "string",
    required: true,
    minLength: 1,
    maxLength: 100,
  },
  { name: "original_name", kind: "string" },
];

export const TYPE_MODEL: ModelSpec = {
  name: "TaskType",
  fields: [...AUX, text("shortName"), text("color"), text("icon")],
};

export const STATUS_MODEL: ModelSpec = {
  name: "Status",
  fields: [
    ...AUX,
    text("shortName"),
    {
      name: "state",
      kind: "string",
      permitted: ["not_started", "in_progress", "done", "blocked"],
      nullable: false,
    },
    text("icon"),
    text("color"),
    { name: "scope", kind: "list_of_strings" },
  ],
};

export const TAG_MODEL: ModelSpec = {
  name: "Tag",
  fields: [...AUX, text("color")],
};

export const LINK_TYPE_MODEL: ModelSpec = {
  name: "LinkTypeModel",
  fields: [
    { name: "name", kind: "string" },
    { name: "linkType", kind: "string", required: true },
    { name: "inputType", kind: "string", required: true },
    { name: "outputType", kind: "string", required: true },
    { name: "data", kind: "dict" },
  ],
};

/** An anatomy with the built-in values for everything it leaves out. */
export function completeAnatomy(
  anatomy: JsonObject,
  attributes: AttributeLibrary,
): JsonObject {
  const none = Object.fromEntries(
    attributes.model("project").fields.map((f) => [f.name, null]),
  );
  return {
    ...BUILTIN_ANATOMY,
    ...Object.fromEntries(
      Object.entries(anatomy).filter(
        ([key, value]) => value !== null && Object.hasOwn(BUILTIN_ANATOMY, key),
      ),
    ),
    attributes: {
      ...none,
      ...attributes.projectDefaults,
      ...asObject(anatomy["attributes"]),
    },
  };
}

/** What an entry of an anatomy's list gets when it does not say. */
const ENTRY_DEFAULTS = {
  folder_types: { shortName: "", color: "#cccccc", icon: "folder" },
  task_types: { shortName: "", color: "#cccccc", icon: "task_alt" },
  statuses: {
    shortName: "",
    state: "not_started",
    icon: "",
    color: "#cacaca",
    scope: [
      "folder",
      "product",
      "version",
      "representation",
      "task",
      "workfile",
    ],
  },
  tags: { color: "#cacaca" },
} as const;

/**
 * What creating a project makes of an anatomy: the defaults of attributes become the project's own values.
 *
 * @throws RequestValidationError for an attribute of the wrong type.
 */
export function anatomyColumns(
  anatomy: JsonObject,
  attributes: AttributeLibrary,
): AnatomyColumns {
  const full = completeAnatomy(anatomy, attributes);
  const attrib = checkModel(attributes.model("project"), full["attributes"], [
    "body",
    "anatomy",
    "attributes",
  ]);
  if (attrib.errors !== undefined)
    throw new RequestValidationError(attrib.errors);
  const list = (key: keyof typeof ENTRY_DEFAULTS): Named[] =>
    asArray(full[key]).map((item) => {
      const rest = without(asObject(item), "original_name");
      const name = asString(rest["name"]) ?? "";
      return { name, ...ENTRY_DEFAULTS[key], ...withoutNulls(rest) };
    });
  return {
    folderTypes: list("folder_types"),
    taskTypes: list("task_types"),
    statuses: list("statuses"),
    tags: list("tags"),
    linkTypes: asArray(full["link_types"]).map((item) =>
      linkType(asObject(item)),
    ),
    config: configOf(full),
    attrib: withoutNulls(attrib.value),
  };
}

function linkType(item: JsonObject): LinkType {
  const name = (key: string): string => asString(item[key]) ?? "";
  const [kind, input, output] = [
    name("link_type"),
    name("input_type"),
    name("output_type"),
  ];
  return {
    name: `${kind}|${input}|${output}`,
    linkType: kind,
    inputType: input,
    outputType: output,
    data: { color: item["color"] ?? null, style: item["style"] ?? "solid" },
  };
}

const TEMPLATE_GROUPS = [
  "work",
  "publish",
  "hero",
  "delivery",
  "others",
  "staging",
];
const COMMON = ["version_padding", "version", "frame_padding", "frame"];

function configOf(anatomy: JsonObject): JsonObject {
  const templates = asObject(anatomy["templates"]);
  const groups = TEMPLATE_GROUPS.map(
    (group) => [group, byName(templates[group])] as const,
  );
  return {
    roots: byName(anatomy["roots"]),
    templates: {
      common: Object.fromEntries(COMMON.map((key) => [key, templates[key]])),
      ...Object.fromEntries(
        groups.filter(([, items]) => Object.keys(items).length > 0),
      ),
    },
    entityNaming: {},
    productBaseTypes: anatomy["product_base_types"],
  };
}

function byName(list: unknown): JsonObject {
  return Object.fromEntries(
    asArray(list).map((item) => {
      const { name, ...rest } = asObject(item);
      return [asString(name) ?? "", rest];
    }),
  );
}

/** The way back: the anatomy of an existing project. */
export function projectAnatomy(
  project: ProjectRow,
  attributes: AttributeLibrary,
): JsonObject {
  const templates = asObject(project.config["templates"]);
  const withOriginal = (items: readonly Named[]): JsonObject[] =>
    items.map((item) => ({ ...item, original_name: item.name }));
  return completeAnatomy(
    {
      roots: withNames(project.config["roots"]),
      templates: {
        ...asObject(templates["common"]),
        ...Object.fromEntries(
          TEMPLATE_GROUPS.map((group) => [group, withNames(templates[group])]),
        ),
      },
      attributes: project.attrib,
      folder_types: withOriginal(project.folderTypes),
      task_types: withOriginal(project.taskTypes),
      statuses: withOriginal(project.statuses),
      tags: withOriginal(project.tags),
      link_types: project.linkTypes.map((type) => ({
        link_type: type.linkType,
        input_type: type.inputType,
        output_type: type.outputType,
        color: type.data["color"] ?? null,
        style: type.data["style"] ?? "solid",
      })),
      product_base_types: project.config["productBaseTypes"],
    },
    attributes,
  );
}

function withNames(items: unknown): JsonObject[] {
  return Object.entries(asObject(items)).map(([name, rest]) => ({
    name,
    ...asObject(rest),
  }));
}
