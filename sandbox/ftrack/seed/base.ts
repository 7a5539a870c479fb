import { attributeTypes } from "../attributes/types.ts";
import {
  idOf,
  locations,
  objectTypes,
  priorities,
  PROJECT_SCHEMA,
  states,
  statuses,
  types,
} from "./ids.ts";
import type { Make } from "./writer.ts";

/** What every installation has: types, statuses, one project schema, roles, locations. */
export function sowBase(make: Make): void {
  sowTypes(make);
  sowStatuses(make);
  sowProjectSchema(make);
  sowCategories(make);
  sowAttributeTypes(make);
  for (const [name, id] of Object.entries(locations))
    make("Location", { id, name, label: name, description: "" });
  make("Disk", {
    id: idOf("disk"),
    name: "projects",
    unix: "/mnt/projects",
    windows: "P:",
  });
}

/** typeable, statusable, schedulable, taskable, leaf, time reportable */
const flags: Readonly<Record<keyof typeof objectTypes, string>> = {
  Task: "TSC-LR",
  Milestone: "TSC-L-",
  Shot: "-S-K--",
  Episode: "-S-K--",
  Sequence: "---K--",
  Folder: "---K--",
  AssetBuild: "TS-K--",
};

function sowTypes(make: Make): void {
  Object.entries(objectTypes).forEach(([key, id], sort) => {
    const set = flags[key as keyof typeof objectTypes];
    make("ObjectType", {
      id,
      name: key === "AssetBuild" ? "Asset Build" : key,
      icon: key.toLowerCase(),
      sort,
      is_typeable: set.includes("T"),
      is_statusable: set.includes("S"),
      is_schedulable: set.includes("C"),
      is_taskable: set.includes("K"),
      is_leaf: set.includes("L"),
      is_time_reportable: set.includes("R"),
      is_prioritizable: true,
    });
  });
  Object.entries(types).forEach(([name, id], sort) => {
    make("Type", { id, name, sort, color: color(sort), is_billable: true });
  });
  Object.entries(priorities).forEach(([name, id], sort) => {
    make("Priority", { id, name, sort, color: color(sort), value: 5 - sort });
  });
  const assetTypes = {
    Geometry: "geo",
    Rig: "rig",
    Camera: "cam",
    "Image Sequence": "img",
    Render: "render",
    Comp: "comp",
    Upload: "upload",
  };
  for (const [name, short] of Object.entries(assetTypes))
    make("AssetType", { id: idOf("asset type", name), name, short });
}

function color(n: number): string {
  return `#${(0x336699 + n * 0x0a1b2c).toString(16).slice(-6).padStart(6, "0")}`;
}

const statusState: Readonly<
  Record<keyof typeof statuses, keyof typeof states>
> = {
  "Not started": "NOT_STARTED",
  "Ready to start": "NOT_STARTED",
  "In progress": "IN_PROGRESS",
  "Pending Review": "IN_PROGRESS",
  Revise: "IN_PROGRESS",
  Approved: "DONE",
  "Client approved": "DONE",
  Completed: "DONE",
  "On Hold": "BLOCKED",
  Omitted: "BLOCKED",
};

function sowStatuses(make: Make): void {
  for (const [short, id] of Object.entries(states)) {
    const words = short.replace("_", " ").toLowerCase();
    make("State", {
      id,
      short,
      name: words.charAt(0).toUpperCase() + words.slice(1),
    });
  }
  Object.entries(statuses).forEach(([name, id], sort) => {
    const state = statusState[name as keyof typeof statuses];
    make("Status", {
      id,
      name,
      sort,
      color: color(sort * 7),
      is_active: true,
      state: { id: states[state] },
    });
  });
}

type StatusName = keyof typeof statuses;
const taskStatuses: readonly StatusName[] = [
  "Not started",
  "Ready to start",
  "In progress",
  "Pending Review",
  "Revise",
  "Approved",
  "On Hold",
  "Omitted",
];
const versionStatuses: readonly StatusName[] = [
  "In progress",
  "Pending Review",
  "Revise",
  "Approved",
  "Client approved",
  "Omitted",
];
/** Tasks of this type have a workflow of their own. */
const rotoStatuses: readonly StatusName[] = [
  "Not started",
  "In progress",
  "Completed",
];
const folderStatuses: readonly StatusName[] = [
  "Not started",
  "In progress",
  "Approved",
  "Completed",
  "Omitted",
];

function sowProjectSchema(make: Make): void {
  const workflow = (name: string, offered: readonly StatusName[]): string => {
    const id = idOf("workflow", name);
    make("WorkflowSchema", { id, name });
    for (const status of offered)
      make("WorkflowSchemaStatus", {
        workflow_schema_id: id,
        status_id: statuses[status],
      });
    return id;
  };
  const typeSchema = idOf("task types", "VFX");
  make("TaskTypeSchema", { id: typeSchema, name: "VFX" });
  const notTasks = new Set(["Character", "Prop", "Environment"]);
  for (const [name, id] of Object.entries(types))
    if (!notTasks.has(name))
      make("TaskTypeSchemaType", {
        task_type_schema_id: typeSchema,
        type_id: id,
      });
  make("ProjectSchema", {
    id: PROJECT_SCHEMA,
    name: "VFX",
    task_workflow_schema_id: workflow("Tasks", taskStatuses),
    asset_version_workflow_schema_id: workflow("Versions", versionStatuses),
    task_type_schema_id: typeSchema,
  });
  make("ProjectSchemaOverride", {
    id: idOf("override", "Rotoscoping"),
    project_schema_id: PROJECT_SCHEMA,
    type_id: types.Rotoscoping,
    workflow_schema_id: workflow("Rotoscoping", rotoStatuses),
  });
  for (const id of Object.values(objectTypes))
    make("ProjectSchemaObjectType", {
      project_schema_id: PROJECT_SCHEMA,
      object_type_id: id,
    });
  objectTypeSchema(make, "Shot", []);
  objectTypeSchema(make, "Episode", []);
  objectTypeSchema(make, "AssetBuild", ["Character", "Prop", "Environment"]);
  objectTypeSchema(make, "Milestone", ["Deliverable", "Production"]);
}

function objectTypeSchema(
  make: Make,
  name: keyof typeof objectTypes,
  offered: readonly (keyof typeof types)[],
): void {
  const schema = idOf("schema", name);
  make("Schema", {
    id: schema,
    project_schema_id: PROJECT_SCHEMA,
    type_id: objectTypes[name],
  });
  folderStatuses.forEach((status, sort) => {
    make("SchemaStatus", {
      schema_id: schema,
      status_id: statuses[status],
      sort,
    });
  });
  offered.forEach((type, sort) => {
    make("SchemaType", { schema_id: schema, type_id: types[type], sort });
  });
}

function sowCategories(make: Make): void {
  for (const name of ["Default", "Dailies", "Deliveries"])
    make("ListCategory", { id: idOf("list category", name), name });
  ["Internal", "For client", "Supervisor"].forEach((name, sort) => {
    make("NoteCategory", {
      id: idOf("note category", name),
      name,
      sort,
      color: color(sort * 3),
    });
  });
  for (const name of ["Producer", "Supervisor"])
    make("ManagerType", { id: idOf("manager type", name), name });
}

function sowAttributeTypes(make: Make): void {
  for (const [name, id] of Object.entries(attributeTypes))
    make("CustomAttributeType", { id, name, core: true, form_config: "{}" });
}
