import { action, enabled, MANAGERS_OLD, roles } from "./common.ts";
import { block, flag, model, text } from "./define.ts";

/**
 * Actions of the desktop application. Kept so that a studio's overrides survive; the services read those of
 * the actions that run on the server too.
 */

/** The order of the two roles is that of the existing addon. */
const MANAGERS_FIRST = ["Project Manager", "Administrator"] as const;

export const createUpdateAttributes = model(
  { name: "CreateUpdateAttributes" },
  {
    enabled: flag(true, { title: "Enabled", isOwn: true }),
    role_list: roles(["Administrator"]),
  },
);

export const cleanHierarchicalAttr = action(MANAGERS_OLD);
export const jobKiller = action(["Administrator"]);

export const userHandlers = model(
  { name: "UserHandlers" },
  {
    create_update_attributes: block(createUpdateAttributes, {
      title: "Create/Update Custom Attributes",
    }),
    prepare_project: block(
      model(
        { name: "DesktopPrepareProject" },
        {
          enabled: enabled(),
          role_list: roles(MANAGERS_OLD),
          create_project_structure_checked: flag(false, {
            title: "Create project structure",
            description: "Whether this is ticked when the form opens.",
          }),
        },
      ),
      { title: "Prepare Project" },
    ),
    clean_hierarchical_attr: block(cleanHierarchicalAttr, {
      title: "Clean hierarchical custom attributes",
    }),
    delete_old_versions: block(action(MANAGERS_FIRST), {
      title: "Delete old versions",
    }),
    delivery_action: block(action(MANAGERS_FIRST), { title: "Delivery" }),
    job_killer: block(jobKiller, { title: "Job Killer" }),
    fill_workfile_attribute: block(
      model(
        { name: "FillWorkfileAttribute" },
        {
          enabled: enabled(false),
          custom_attribute_key: text("", {
            title: "Custom attribute",
            description: "Key of a text attribute of tasks.",
          }),
          role_list: roles([]),
        },
      ),
      { title: "Fill workfile attribute" },
    ),
  },
);
