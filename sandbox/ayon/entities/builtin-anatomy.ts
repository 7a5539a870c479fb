import type { JsonObject } from "../json.ts";

type TypeRow = readonly [
  name: string,
  shortName: string,
  icon: string,
  color?: string,
];

const GREY = "#cccccc";

function types(...rows: readonly TypeRow[]): JsonObject[] {
  return rows.map(([name, shortName, icon, color = GREY]) => ({
    name,
    original_name: name,
    shortName,
    color,
    icon,
  }));
}

const ALL_SCOPES = ["folder", "product", "version", "representation", "task"];

function status(
  name: string,
  shortName: string,
  state: string,
  icon: string,
  color: string,
  scope: readonly string[],
): JsonObject {
  return {
    name,
    original_name: name,
    shortName,
    state,
    icon,
    color,
    scope: [...scope],
  };
}

function link(
  link_type: string,
  entityType: string,
  color: string,
): JsonObject {
  return {
    link_type,
    input_type: entityType,
    output_type: entityType,
    color,
    style: "solid",
  };
}

function template(name: string, directory: string, file: string): JsonObject {
  return { name, directory, file };
}

const PRODUCT_BASE_TYPES: readonly (readonly [name: string, icon: string])[] = [
  ["image", "imagesmode"],
  ["render", "photo_library"],
  ["review", "photo_library"],
  ["plate", "camera_roll"],
  ["camera", "videocam"],
  ["model", "language"],
  ["texture", "texture"],
  ["look", "ev_shadow"],
  ["rig", "accessibility"],
  ["animation", "directions_run"],
  ["cache", "animation"],
  ["layout", "nature_people"],
  ["setdress", "forest"],
  ["groom", "content_cut"],
  ["matchmove", "switch_video"],
  ["vdbcache", "local_fire_department"],
  ["lightrig", "wb_incandescent"],
  ["lut", "opacity"],
  ["workfile", "home_repair_service"],
];

const SHOT = "{root[work]}/{project[name]}/{hierarchy}/{folder[name]}";

/**
 * The anatomy of a fresh server: names, order, states, scopes, icons and colours as AYON has them. The path
 * templates are examples of the same form, not the server's own.
 */
export const BUILTIN_ANATOMY: JsonObject = {
  entity_naming: { capitalization: "lower", separator: "_" },
  roots: [
    {
      name: "work",
      windows: "C:/projects",
      linux: "/mnt/share/projects",
      darwin: "/Volumes/projects",
    },
  ],
  templates: {
    version_padding: 3,
    version: "v{version:0>{@version_padding}}",
    frame_padding: 4,
    frame: "{frame:0>{@frame_padding}}",
    work: [
      template(
        "default",
        `${SHOT}/work/{task[name]}`,
        "{folder[name]}_{task[name]}_{@version}.{ext}",
      ),
    ],
    publish: [
      template(
        "default",
        `${SHOT}/publish/{product[name]}/{@version}`,
        "{folder[name]}_{product[name]}_{@version}.{ext}",
      ),
      template(
        "render",
        `${SHOT}/render/{product[name]}/{@version}`,
        "{folder[name]}_{product[name]}_{@version}<.{@frame}>.{ext}",
      ),
    ],
    hero: [
      template(
        "default",
        `${SHOT}/publish/{product[name]}/hero`,
        "{folder[name]}_{product[name]}_hero.{ext}",
      ),
    ],
    delivery: [],
    staging: [],
    others: [],
  },
  folder_types: types(
    ["Folder", "", "folder"],
    ["Library", "lib", "category"],
    ["Asset", "", "smart_toy"],
    ["Episode", "ep", "live_tv"],
    ["Sequence", "sq", "theaters"],
    ["Shot", "sh", "movie"],
  ),
  task_types: types(
    ["Generic", "gener", "task_alt", "#5c6c79"],
    ["Art", "art", "palette", "#BC3333"],
    ["Modeling", "mdl", "language", "#E74C4C"],
    ["Texture", "tex", "brush", "#D84444"],
    ["Lookdev", "look", "ev_shadow", "#44944A"],
    ["Rigging", "rig", "construction", "#1AAFC3"],
    ["Edit", "edit", "imagesearch_roller", "#313894"],
    ["Layout", "lay", "nature_people", "#2359B3"],
    ["Setdress", "dress", "scene", "#1A655C"],
    ["Animation", "anim", "directions_run", "#3599F1"],
    ["FX", "fx", "fireplace", "#A43BC1"],
    ["Lighting", "lgt", "highlight", "#812DB1"],
    ["Paint", "paint", "video_stable", "#317537"],
    ["Compositing", "comp", "layers", "#612BA3"],
    ["Roto", "roto", "gesture", "#1C70B2"],
    ["Matchmove", "matchmove", "switch_video", "#1A777B"],
  ),
  statuses: [
    status("Not ready", "NRD", "not_started", "fiber_new", "#3d444f", [
      "folder",
      "product",
      "task",
    ]),
    status("Ready to start", "RDY", "not_started", "timer", "#bababa", [
      "folder",
      "task",
    ]),
    status("In progress", "PRG", "in_progress", "play_arrow", "#5bb8f5", [
      "folder",
      "task",
    ]),
    status("Pending review", "RVW", "in_progress", "visibility", "#ffcd19", [
      "folder",
      "version",
      "task",
    ]),
    status("Approved", "APP", "done", "task_alt", "#08f094", [
      "folder",
      "product",
      "version",
      "task",
    ]),
    status("On hold", "HLD", "blocked", "back_hand", "#fa6e46", [
      "folder",
      "task",
    ]),
    status("Omitted", "OMT", "blocked", "block", "#cb1a1a", ALL_SCOPES),
  ],
  link_types: [
    link("generative", "version", "#3f67de"),
    link("breakdown", "folder", "#6edd72"),
    link("reference", "version", "#d94383"),
    link("template", "folder", "#fff824"),
  ],
  tags: [
    { name: "important", original_name: "important", color: "#ff2450" },
    { name: "for reel", original_name: "for reel", color: "#5be1c6" },
  ],
  product_base_types: {
    default: { color: GREY, icon: "deployed_code" },
    definitions: PRODUCT_BASE_TYPES.map(([name, icon]) => ({
      name,
      color: GREY,
      icon,
    })),
  },
};
