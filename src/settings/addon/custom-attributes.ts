import { block, choice, flag, model, rows, text, texts } from "./define.ts";

const OPEN = { read: [], write: [] } as const;
const ADMINS = {
  read: ["API", "Administrator"],
  write: ["API", "Administrator"],
} as const;

function attributeRoles(value: {
  readonly read: readonly string[];
  readonly write: readonly string[];
}) {
  return model(
    { name: "AttributeRoles" },
    {
      write_security_roles: texts(value.write, {
        title: "Roles that may write",
        description: "Empty: all roles.",
      }),
      read_security_roles: texts(value.read, {
        title: "Roles that may read",
        description: "Empty: all roles.",
      }),
    },
  );
}

const mandatoryAttributes = model(
  { name: "MandatoryAttributes" },
  {
    ayon_id: block(attributeRoles(OPEN), { title: "AYON id" }),
    ayon_path: block(attributeRoles(OPEN), { title: "AYON path" }),
    ayon_list_type: block(attributeRoles(OPEN), { title: "AYON list type" }),
    ayon_sync_failed: block(attributeRoles(ADMINS), {
      title: "AYON sync failed",
    }),
    auto_sync_enabled: block(attributeRoles(ADMINS), {
      title: "AYON auto-sync",
    }),
  },
);

const mappingRow = model(
  { name: "AttributeMappingRow" },
  {
    name: text("", { title: "AYON attribute" }),
    attr_type: choice(
      "hierarchical",
      [
        { value: "hierarchical", label: "Hierarchical" },
        { value: "standard", label: "Of the entity type" },
      ],
      { title: "Kind of Ftrack attribute", isConditional: true },
    ),
    hierarchical: text("", { title: "Key in Ftrack" }),
    standard: texts([], { title: "Keys in Ftrack" }),
  },
);

const MAPPED: readonly (readonly [
  name: string,
  standard: readonly string[],
])[] = [
  ["resolutionWidth", []],
  ["resolutionHeight", []],
  ["pixelAspect", []],
  ["fps", ["fps"]],
  ["frameStart", ["fstart"]],
  ["frameEnd", ["fend"]],
  ["handleStart", []],
  ["handleEnd", []],
  ["clipIn", []],
  ["clipOut", []],
];

export const attributesMapping = model(
  { name: "AttributesMapping" },
  {
    enabled: flag(true, {
      title: "Use the mapping",
      description:
        "Off: hierarchical Ftrack attributes named as AYON attributes are brought over.",
    }),
    mapping: rows(
      mappingRow,
      MAPPED.map(([name, standard]) => ({
        name,
        attr_type: "standard" as const,
        hierarchical: name,
        standard: [...standard],
      })),
      { title: "Mapping" },
    ),
  },
);

export const customAttributes = model(
  { name: "CustomAttributes" },
  {
    mandatory_attributes: block(mandatoryAttributes, {
      title: "Attributes of this service",
      description: "Who may read and write what the service keeps in Ftrack.",
    }),
    attributes_mapping: block(attributesMapping, {
      title: "Mapping of attributes",
      description:
        "Which Ftrack attribute an AYON attribute gets its value from.",
    }),
    export_attributes: texts([], {
      title: "AYON attributes to create in Ftrack",
      description:
        "Names of AYON attributes for the action Create/Update Custom Attributes. Empty: the built-in ones of projects, folders and tasks.",
      isOwn: true,
    }),
  },
);
