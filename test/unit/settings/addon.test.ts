import { describe, expect, it } from "vitest";
import { z } from "zod";
import { addonSettings, slices } from "../../../src/settings/addon.ts";
import {
  fieldNotes,
  type ModelNotes,
  modelNotes,
} from "../../../src/settings/addon/define.ts";

const defaults = addonSettings.parse({});

interface Found {
  readonly path: string;
  readonly schema: z.ZodType;
}

function modelIn(schema: z.ZodType): z.ZodObject | null {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault)
    return modelIn(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return modelIn(schema.element as z.ZodType);
  return null;
}

/** All fields, those of rows too. */
function fields(schema: z.ZodType, path = ""): Found[] {
  const model = modelIn(schema);
  if (model === null) return [];
  return Object.entries(model.shape).flatMap(([key, field]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const inner = field as z.ZodType;
    return [{ path: at, schema: inner }, ...fields(inner, at)];
  });
}

const all = fields(addonSettings);

function valueAt(path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown>)[key],
      defaults,
    );
}

describe("defaults of what the existing addon has", () => {
  const managers = ["Administrator", "Project Manager"];
  const managersOld = ["Administrator", "Project manager"];
  it.each([
    ["enabled", true],
    ["ftrack_server", ""],
    ["service_settings.username", ""],
    ["service_settings.api_key", ""],
    ["service_event_handlers.prepare_project.role_list", managersOld],
    ["service_event_handlers.sync_from_ftrack.role_list", managersOld],
    ["service_event_handlers.sync_from_ftrack.sync_versions", false],
    ["service_event_handlers.sync_from_ftrack.sync_link_type", "< Skip >"],
    ["service_event_handlers.sync_users_from_ftrack.role_list", managersOld],
    [
      "service_event_handlers.sync_hier_entity_attributes.interest_entity_types",
      ["Shot", "Asset Build"],
    ],
    [
      "service_event_handlers.sync_hier_entity_attributes.interest_attributes",
      ["frameStart", "frameEnd"],
    ],
    ["service_event_handlers.sync_hier_entity_attributes.role_list", managers],
    ["service_event_handlers.clone_review_session.role_list", managers],
    ["service_event_handlers.thumbnail_updates.levels", 1],
    [
      "service_event_handlers.status_task_to_parent.parent_status_match_all_task_statuses",
      [{ name: "Completed", value: ["Approved", "Omitted"] }],
    ],
    [
      "service_event_handlers.status_task_to_parent.parent_status_by_task_status",
      [
        {
          new_status: "In Progress",
          task_statuses: [
            "in progress",
            "change requested",
            "retake",
            "pending review",
          ],
        },
      ],
    ],
    ["service_event_handlers.status_task_to_version.mapping", []],
    [
      "service_event_handlers.status_task_to_version.asset_types_filter_type",
      "allow_list",
    ],
    [
      "service_event_handlers.status_version_to_task.asset_types_filter_type",
      "deny_list",
    ],
    [
      "service_event_handlers.next_task_update.mapping",
      [{ name: "Not Ready", value: "Ready" }],
    ],
    ["service_event_handlers.next_task_update.name_sorting", false],
    [
      "service_event_handlers.transfer_values_of_hierarchical_attributes.role_list",
      managersOld,
    ],
    ["service_event_handlers.create_daily_lists.enabled", false],
    [
      "service_event_handlers.create_daily_lists.cycle_days",
      ["monday", "tuesday", "wednesday", "thursday", "friday"],
    ],
    ["service_event_handlers.project_components_sizes.role_list", managers],
    [
      "post_launch_hook.mapping",
      [
        { name: "In Progress", value: ["__any__"] },
        { name: "Ready", value: ["Not Ready"] },
        { name: "__ignore__", value: ["in progress", "omitted", "on hold"] },
      ],
    ],
    ["user_handlers.create_update_attributes.role_list", ["Administrator"]],
    ["user_handlers.job_killer.role_list", ["Administrator"]],
    [
      "custom_attributes.mandatory_attributes.ayon_sync_failed.read_security_roles",
      ["API", "Administrator"],
    ],
    ["custom_attributes.mandatory_attributes.ayon_id.read_security_roles", []],
    ["custom_attributes.attributes_mapping.enabled", true],
  ])("%s", (path, value) => {
    expect(valueAt(path)).toEqual(value);
  });

  it("maps ten attributes, three of them to a key", () => {
    const { mapping } = defaults.custom_attributes.attributes_mapping;
    expect(mapping).toHaveLength(10);
    expect(mapping.every((row) => row.attr_type === "standard")).toBe(true);
    expect(
      mapping.flatMap((row) => row.standard.map((key) => [row.name, key])),
    ).toEqual([
      ["fps", "fps"],
      ["frameStart", "fstart"],
      ["frameEnd", "fend"],
    ]);
  });
});

describe("the definition", () => {
  it("marks what is ours: nothing else may be missing in stored overrides", () => {
    const own = all
      .filter(({ schema }) => fieldNotes.get(schema)?.isOwn === true)
      .map(({ path }) => path.replace("service_event_handlers", "…"));
    expect(own).toEqual([
      "service_settings.redis_url",
      "event_server",
      "sync",
      "….sync_users_from_ftrack.change_roles",
      "….sync_users_from_ftrack.follow_events",
      "….sync_hier_entity_attributes.materialize_on_create",
      "….sync_hier_entity_attributes.event_role_list",
      "….thumbnail_updates.event_role_list",
      "….status_task_to_parent.event_role_list",
      "….status_task_to_version.event_role_list",
      "….status_version_to_task.event_role_list",
      "….first_version_status",
      "….first_version_status.event_role_list",
      "….next_task_update.event_role_list",
      "….sync_comments",
      "….sync_comments.event_role_list",
      "….multiple_notes",
      "….thumbnail_to_parent",
      "….thumbnail_to_children",
      "….sort_review",
      "….batch_task_create",
      "….create_project_structure",
      "….why_not_in_ayon",
      "….missing_permissions",
      "….private_project_access",
      "….transmit_to_ftrack",
      "post_launch_hook.run_on_server",
      "post_launch_hook.action_identifiers",
      "post_launch_hook.event_role_list",
      "user_handlers.create_update_attributes.enabled",
      "custom_attributes.export_attributes",
    ]);
  });

  it("gives every field a title, and a default that stands for itself", () => {
    expect(all.length).toBeGreaterThan(200);
    for (const { path, schema } of all) {
      expect(fieldNotes.get(schema)?.title, path).toMatch(/\S/);
      const parsed = schema.safeParse(undefined);
      // Three columns of rows have no default: a row without them could do nothing.
      if (parsed.success)
        expect(schema.parse(parsed.data), path).toEqual(parsed.data);
      else expect(path).toMatch(/\.(new_status|mapping\.name|mapping\.value)$/);
    }
  });

  it("offers the default among the choices", () => {
    for (const { path, schema } of all) {
      const choices = fieldNotes.get(schema)?.choices;
      if (choices === undefined || typeof choices === "string") continue;
      const words = choices.map((c) => c.value);
      const value = schema.parse(undefined);
      for (const word of Array.isArray(value) ? value : [value])
        expect(words, path).toContain(word);
    }
  });

  it("gives every model a name, and every name one shape", () => {
    const shapes = new Map<string, string>();
    const models = [addonSettings, ...all.map((f) => modelIn(f.schema))];
    for (const model of models) {
      if (model === null) continue;
      const notes: ModelNotes | undefined = modelNotes.get(model);
      expect(notes?.name).toMatch(/^[A-Z][A-Za-z]+$/);
      const shape = Object.entries(model.shape)
        .map(
          ([key, field]) =>
            `${key}: ${modelIn(field as z.ZodType) === null ? (field as z.ZodType).type : "model"}`,
        )
        .join(", ");
      expect(shapes.get(notes!.name) ?? shape, notes!.name).toBe(shape);
      shapes.set(notes!.name, shape);
    }
    expect(shapes.size).toBeGreaterThan(30);
  });

  it("has every slice at its path", () => {
    for (const [path, schema] of Object.entries(slices)) {
      const found = all.find((f) => f.path === path);
      expect(found, path).toBeDefined();
      expect(modelIn(found!.schema), path).toBe(schema);
    }
  });
});
