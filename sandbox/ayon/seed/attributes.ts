import type { AttributeDefinition, AttributeRow } from "../store/rows.ts";

type Definition = readonly [
  name: string,
  scope: string,
  data: AttributeDefinition,
];

const SHOT = "project folder version representation task";
const PLANNED = "project folder task";

const number = (
  type: "integer" | "float",
  title: string,
  value: number,
  more: Record<string, unknown> = {},
): AttributeDefinition => ({
  type,
  title,
  example: value,
  default: value,
  ...more,
});

const text = (
  title: string,
  more: Record<string, unknown> = {},
): AttributeDefinition => ({
  type: "string",
  title,
  ...more,
});

function choice(value: string, icon: string, color: string) {
  const label = value.charAt(0).toUpperCase() + value.slice(1);
  return { value, label, fulltext: [value], icon, color, disabled: false };
}

const ENUM_KEYS = ["description", "group", "shortName", "disabledMessage"];
const withNulls = (item: Record<string, unknown>): Record<string, unknown> => ({
  ...Object.fromEntries(ENUM_KEYS.map((key) => [key, null])),
  ...item,
});

const PRIORITIES = [
  choice("urgent", "keyboard_double_arrow_up", "#FF8585"),
  choice("high", "keyboard_arrow_up", "#FFAD66"),
  choice("normal", "check_indeterminate_small", "#9AC0E7"),
  choice("low", "keyboard_arrow_down", "#9FA7B1"),
].map(withNulls);

/** The attributes of a fresh server, in its order. A bound of 0 is stored and not enforced. */
const BUILTIN: readonly Definition[] = [
  [
    "priority",
    PLANNED,
    text("Priority", { default: "normal", enum: PRIORITIES }),
  ],
  [
    "fps",
    SHOT,
    number("float", "FPS", 25, { description: "Frame rate", gt: 0 }),
  ],
  [
    "resolutionWidth",
    SHOT,
    number("integer", "Width", 1920, {
      description: "Horizontal resolution",
      gt: 0,
      lt: 50_000,
    }),
  ],
  [
    "resolutionHeight",
    SHOT,
    number("integer", "Height", 1080, {
      description: "Vertical resolution",
      gt: 0,
      lt: 50_000,
    }),
  ],
  ["pixelAspect", SHOT, number("float", "Pixel aspect", 1, { gt: 0 })],
  ["clipIn", SHOT, number("integer", "Clip In", 1)],
  ["clipOut", SHOT, number("integer", "Clip Out", 1)],
  ["frameStart", SHOT, number("integer", "Start frame", 1001)],
  ["frameEnd", SHOT, number("integer", "End frame", 1001)],
  ["handleStart", SHOT, number("integer", "Handle start", 0)],
  ["handleEnd", SHOT, number("integer", "Handle end", 0)],
  ["fullName", "user", text("Full name")],
  ["email", "user", text("E-Mail")],
  ["avatarUrl", "user", text("Avatar URL")],
  ["developerMode", "user", { type: "boolean", title: "Developer mode" }],
  ["productGroup", "product", text("Product group")],
  ["intent", "version", text("Intent")],
  ["machine", "version", text("Machine")],
  ["source", "version", text("Source")],
  ["comment", "version", text("Comment")],
  ["site", "version", text("Site")],
  ["families", "version", { type: "list_of_strings", title: "Families" }],
  ["colorSpace", "version", text("Color space")],
  ["path", "representation", text("Path")],
  ["template", "representation", text("Template")],
  ["extension", "representation workfile", text("File extension")],
  ["startDate", PLANNED, { type: "datetime", title: "Start date" }],
  ["endDate", PLANNED, { type: "datetime", title: "End date" }],
  [
    "description",
    "project folder task product version representation workfile",
    text("Description", { inherit: false, widget: "markdown" }),
  ],
  ["entityListCategory", "list", text("List category", { inherit: false })],
];

/** What the ftrack addon adds when it is set up: ids do not pass down to children. */
const FTRACK: readonly Definition[] = [
  [
    "ftrackId",
    "project folder task version list",
    text("ftrack id", { inherit: false }),
  ],
  ["ftrackPath", PLANNED, text("ftrack path", { inherit: false })],
];

export function seedAttributes(nextOrder: () => number): AttributeRow[] {
  const row = (
    [name, scope, data]: Definition,
    position: number,
    builtin: boolean,
  ): AttributeRow => ({
    id: name,
    order: nextOrder(),
    position,
    scope: scope.split(" "),
    builtin,
    data: { inherit: true, ...data },
  });
  return [
    ...BUILTIN.map((definition, i) => row(definition, i, true)),
    ...FTRACK.map((definition, i) =>
      row(definition, BUILTIN.length + 1 + i, false),
    ),
  ];
}
