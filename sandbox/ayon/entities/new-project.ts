import { abortedTransaction, conflict, ModelError } from "../errors.ts";
import { newId } from "../ids.ts";
import { asObject, asStrings, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { ProjectRow } from "../store/rows.ts";
import { checkModel, type ModelSpec } from "../validation/field.ts";
import { LABEL, NAME, PROJECT_NAME } from "../validation/patterns.ts";
import { anatomyColumns } from "./anatomy.ts";

const PROJECT_ROW: ModelSpec = {
  name: "ProjectModel",
  fields: [
    { name: "name", kind: "string", required: true, regex: NAME },
    { name: "code", kind: "string", required: true, regex: PROJECT_NAME },
    { name: "label", kind: "string", regex: LABEL },
  ],
};

export interface NewProject {
  readonly name: string;
  readonly code: string;
  readonly label?: string | null;
  readonly library?: boolean;
  readonly anatomy?: JsonObject;
  readonly data?: JsonObject;
}

/** @throws ApiError 409 when name or code is taken; UnhandledError for a name that is no schema name. */
export function createProject(
  sandbox: Sandbox,
  wanted: NewProject,
): ProjectRow {
  const { projects } = sandbox.db.studio;
  const taken =
    projects.first("name", wanted.name.toLowerCase()) ??
    projects.first("code", wanted.code.toLowerCase());
  if (taken !== undefined) {
    throw conflict(`Project ${taken.name} (${taken.code}) already exists`);
  }
  const model = checkModel(PROJECT_ROW, wanted);
  if (model.errors !== undefined)
    throw new ModelError("ProjectModel", model.errors);
  // The name becomes the name of a database schema, which takes no dash and no dot.
  if (!PROJECT_NAME.test(wanted.name)) throw abortedTransaction();
  const now = sandbox.clock.iso();
  const project: ProjectRow = {
    id: newId(),
    order: sandbox.db.nextOrder(),
    name: wanted.name,
    code: wanted.code,
    label: wanted.label ?? null,
    library: wanted.library ?? false,
    ...anatomyColumns(wanted.anatomy ?? {}, sandbox.attributes),
    data: wanted.data ?? {},
    active: true,
    createdAt: now,
    updatedAt: now,
  };
  projects.put(project);
  return project;
}

/** Users with default access groups get them on a new project. */
export function assignDefaultUsers(
  sandbox: Sandbox,
  project: ProjectRow,
): void {
  const { users } = sandbox.db.studio;
  for (const user of users.all()) {
    const groups = asStrings(user.data["defaultAccessGroups"]);
    if (groups.length === 0 || !user.active) continue;
    const accessGroups = {
      ...asObject(user.data["accessGroups"]),
      [project.name]: groups,
    };
    users.put({ ...user, data: { ...user.data, accessGroups } });
  }
}
