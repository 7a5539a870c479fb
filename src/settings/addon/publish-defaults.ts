/** Shipped rows of the publish settings, as plain data. */

interface FamilyRow {
  readonly hosts: readonly string[];
  readonly types: readonly string[];
  readonly add: boolean;
  /** Families with which the answer is yes after all. */
  readonly unless?: readonly string[];
}

const FAMILY_ROWS: readonly FamilyRow[] = [
  { hosts: ["traypublisher"], types: [], add: true },
  { hosts: ["traypublisher"], types: ["matchmove", "shot"], add: false },
  {
    hosts: ["traypublisher"],
    types: ["plate", "review", "audio"],
    add: false,
    unless: ["clip", "review"],
  },
  {
    hosts: ["maya"],
    types: [
      "model",
      "setdress",
      "animation",
      "look",
      "rig",
      "camera",
      "review",
    ],
    add: true,
  },
  {
    hosts: ["blender", "houdini", "max"],
    types: [],
    add: false,
    unless: ["review"],
  },
  { hosts: ["tvpaint"], types: ["renderPass"], add: false },
  { hosts: ["tvpaint"], types: [], add: true },
  {
    hosts: ["nuke"],
    types: ["write", "render", "prerender"],
    add: false,
    unless: ["review"],
  },
  { hosts: ["aftereffects"], types: ["render", "workfile"], add: true },
  { hosts: ["flame"], types: ["plate", "take"], add: true },
  { hosts: ["photoshop"], types: ["review"], add: true },
];

export const FAMILY_PROFILES = FAMILY_ROWS.map((row) => ({
  host_names: [...row.hosts],
  product_base_types: [...row.types],
  add_ftrack_family: row.add,
  advanced_filtering:
    row.unless === undefined
      ? []
      : [{ families: [...row.unless], add_ftrack_family: true }],
}));

/** Product base type → short name of the Ftrack asset type. */
const ASSET_TYPES = {
  camera: "cam",
  look: "look",
  mayaAscii: "scene",
  model: "geo",
  rig: "rig",
  setdress: "setdress",
  pointcache: "cache",
  render: "render",
  prerender: "render",
  render2d: "render",
  nukescript: "comp",
  write: "render",
  review: "mov",
  plate: "img",
  audio: "audio",
  workfile: "scene",
  animation: "cache",
  image: "img",
  reference: "reference",
  ass: "cache",
  mayaScene: "scene",
  camerarig: "rig",
  yeticache: "cache",
  yetiRig: "rig",
  xgen: "xgen",
  rendersetup: "rendersetup",
  assembly: "assembly",
  layout: "layout",
  unrealStaticMesh: "geo",
  vrayproxy: "cache",
  redshiftproxy: "cache",
  usd: "usd",
} as const;

export const ASSET_TYPE_ROWS = Object.entries(ASSET_TYPES).map(
  ([name, asset_type]) => ({ name, asset_type }),
);
