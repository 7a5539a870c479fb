import { enabled } from "./common.ts";
import { block, flag, model, rows, tested, text, texts } from "./define.ts";
import { ASSET_TYPE_ROWS, FAMILY_PROFILES } from "./publish-defaults.ts";

/**
 * Publish plug-ins of the desktop application. Kept so that a studio's overrides survive; the services read
 * `CollectFtrackFamily` only.
 */

const hosts = texts([], { title: "Hosts" });
const productBaseTypes = texts([], { title: "Product base types" });
const taskTypes = texts([], { title: "Task types" });
const taskNames = texts([], { title: "Task names" });
const productNames = texts([], { title: "Product names" });
const statusName = text("", { title: "Status" });

const familyProfile = model(
  { name: "FtrackFamilyProfile", layout: "expanded" },
  {
    host_names: hosts,
    product_base_types: productBaseTypes,
    task_types: taskTypes,
    task_names: taskNames,
    add_ftrack_family: flag(true, { title: "Add the family ftrack" }),
    advanced_filtering: rows(
      model(
        { name: "FtrackFamilyException", layout: "expanded" },
        {
          families: texts([], { title: "Families" }),
          add_ftrack_family: flag(true, { title: "Add the family ftrack" }),
        },
      ),
      [],
      {
        title: "Other families",
        description:
          "The row with the most families that are all there decides instead.",
      },
    ),
  },
);

export const collectFtrackFamily = model(
  { name: "CollectFtrackFamily", isGroup: true },
  {
    enabled: enabled(),
    profiles: rows(familyProfile, FAMILY_PROFILES, { title: "Profiles" }),
  },
);

/** The same shape as the profiles of task statuses, in the order of keys of the existing addon. */
const farmProfile = model(
  { name: "FarmStatusProfile", layout: "expanded" },
  {
    host_names: hosts,
    task_types: taskTypes,
    task_names: taskNames,
    product_base_types: productBaseTypes,
    product_names: productNames,
    status_name: statusName,
  },
);

function taskStatuses(name: string, description: string) {
  return model(
    { name, isGroup: true },
    {
      status_profiles: rows(farmProfile, [], {
        title: "Profiles",
        description,
      }),
    },
  );
}

function isJsonObject(value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(value);
    return (
      typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
    );
  } catch {
    // Not JSON at all.
    return false;
  }
}

const METADATA = [
  ["ayon_ftrack_version", "Version of the addon"],
  ["ayon_launcher_version", "Version of the launcher"],
  ["frame_start", "First frame"],
  ["frame_end", "Last frame"],
  ["duration", "Duration"],
  ["width", "Width"],
  ["height", "Height"],
  ["fps", "Frames per second"],
  ["codec", "Codec"],
] as const;

export const publish = model(
  { name: "PublishPlugins" },
  {
    CollectFtrackFamily: block(collectFtrackFamily, {
      title: "Collect Ftrack Family",
    }),
    CollectFtrackCustomAttributeData: block(
      model(
        { name: "CollectCustomAttributeData", isGroup: true },
        {
          enabled: enabled(false),
          custom_attribute_keys: texts([], { title: "Custom attributes" }),
        },
      ),
      { title: "Collect custom attribute values" },
    ),
    ValidateFtrackAttributes: block(
      model(
        { name: "ValidateFtrackAttributes", isGroup: true },
        {
          enabled: enabled(false),
          ftrack_custom_attributes: tested(
            "{}",
            isJsonObject,
            "is no JSON object",
            { title: "Custom attributes to validate", widget: "textarea" },
          ),
        },
      ),
      { title: "Validate Ftrack attributes" },
    ),
    IntegrateHierarchyToFtrack: block(
      model(
        { name: "IntegrateHierarchy", isGroup: true },
        {
          create_task_status_profiles: rows(
            model(
              { name: "NewTaskStatusProfile", layout: "expanded" },
              {
                task_types: taskTypes,
                task_names: taskNames,
                status_name: statusName,
              },
            ),
            [],
            { title: "Statuses of new tasks" },
          ),
        },
      ),
      { title: "Integrate hierarchy" },
    ),
    IntegrateFtrackDescription: block(
      model(
        { name: "IntegrateDescription", isGroup: true },
        {
          enabled: enabled(false),
          optional: flag(true, { title: "Optional" }),
          active: flag(true, { title: "Active" }),
          description_template: text("{comment}", {
            title: "Template",
            description: "May contain intent and comment in braces.",
          }),
        },
      ),
      { title: "Integrate description" },
    ),
    IntegrateFtrackNote: block(
      model(
        { name: "IntegrateNote", isGroup: true },
        {
          enabled: enabled(false),
          note_template: text("{comment}", {
            title: "Template",
            description:
              "May contain comment, host_name, app_name, app_label, published_paths and source in braces.",
          }),
          note_labels: texts([], { title: "Labels" }),
        },
      ),
      { title: "Integrate note" },
    ),
    IntegrateFtrackComponentOverwrite: block(
      model(
        { name: "IntegrateComponentOverwrite", isGroup: true },
        { enabled: enabled() },
      ),
      { title: "Overwrite components" },
    ),
    IntegrateFtrackInstance: block(
      model(
        { name: "IntegrateInstance", isGroup: true },
        {
          product_base_type_mapping: rows(
            model(
              { name: "AssetTypeRow" },
              {
                name: text("", { title: "Product base type" }),
                asset_type: text("", { title: "Asset type" }),
              },
            ),
            ASSET_TYPE_ROWS,
            { title: "Asset types", uniqueBy: "name" },
          ),
          keep_first_product_name_for_review: flag(true, {
            title: "Name the first asset after the product",
          }),
          asset_versions_status_profiles: rows(
            model(
              { name: "VersionStatusProfile", layout: "expanded" },
              {
                host_names: hosts,
                product_base_types: productBaseTypes,
                task_types: taskTypes,
                status: text("", { title: "Status" }),
              },
            ),
            [],
            { title: "Statuses of new versions" },
          ),
          additional_metadata_keys: texts([], {
            title: "More metadata on components",
            choices: METADATA.map(([value, label]) => ({ value, label })),
          }),
        },
      ),
      { title: "Integrate instance" },
    ),
    IntegrateFtrackFarmStatus: block(
      model(
        { name: "FarmStatus", isGroup: true },
        {
          farm_status_profiles: rows(
            farmProfile,
            [
              {
                host_names: ["celaction"],
                product_base_types: ["render"],
                status_name: "Render",
              },
            ],
            { title: "Profiles" },
          ),
        },
      ),
      {
        title: "Farm status",
        description: "Status of a task when its product goes to the farm.",
      },
    ),
    ftrack_task_status_local_publish: block(
      taskStatuses(
        "TaskStatusOnLocalPublish",
        "Status of a task when its product is published locally.",
      ),
      { title: "Task status after local publish" },
    ),
    ftrack_task_status_on_farm_publish: block(
      taskStatuses(
        "TaskStatusOnFarmPublish",
        "Status of a task when its product is published on the farm.",
      ),
      { title: "Task status after farm publish" },
    ),
    IntegrateFtrackTaskStatus: block(
      model(
        { name: "IntegrateTaskStatus", isGroup: true },
        {
          after_version_statuses: flag(true, {
            title: "After the statuses of versions",
            description:
              "Set statuses of tasks after those of versions, so that rules between the two do not undo them.",
          }),
        },
      ),
      { title: "Set task statuses" },
    ),
  },
);
