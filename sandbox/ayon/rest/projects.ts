import { ensureManager, type Actor } from "../actor.ts";
import {
  anatomyColumns,
  LINK_TYPE_MODEL,
  projectAnatomy,
  STATUS_MODEL,
  TAG_MODEL,
  TYPE_MODEL,
} from "../entities/anatomy.ts";
import { assignDefaultUsers, createProject } from "../entities/new-project.ts";
import { patchProject } from "../entities/projects.ts";
import { workOutInheritance } from "../entities/operations.ts";
import { badRequest, conflict, notFound } from "../errors.ts";
import {
  actorFrom,
  boolQuery,
  checkedQuery,
  intQuery,
  noContent,
  originOf,
  projectScope,
  query,
  readBody,
  type App,
} from "../http.ts";
import {
  asArray,
  asObject,
  asString,
  jsonbKeys,
  without,
  withoutNulls,
  type JsonObject,
} from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { ProjectRow } from "../store/rows.ts";
import { type ModelSpec } from "../validation/field.ts";
import {
  COLOR,
  LABEL,
  NAME,
  PROJECT_CODE,
  PROJECT_NAME,
} from "../validation/patterns.ts";
import { sendNull } from "./replies.ts";

const DEPLOY: ModelSpec = {
  name: "DeployProjectRequestModel",
  fields: [
    { name: "name", kind: "string", required: true },
    { name: "code", kind: "string", required: true },
    { name: "label", kind: "string" },
    { name: "color", kind: "string", regex: COLOR },
    { name: "anatomy", kind: "dict" },
    { name: "anatomyPreset", kind: "string" },
    { name: "library", kind: "boolean", nullable: false },
    { name: "assignUsers", kind: "boolean", nullable: false },
    { name: "skeleton", kind: "boolean", nullable: false },
  ],
};

const RENAME: ModelSpec = {
  name: "RenameProjectRequestModel",
  fields: [
    {
      name: "name",
      kind: "string",
      required: true,
      minLength: 1,
      regex: PROJECT_NAME,
    },
    { name: "code", kind: "string", minLength: 1, regex: PROJECT_CODE },
  ],
};

function patchModel(sandbox: Sandbox): ModelSpec {
  return {
    name: "ProjectPatchModel",
    fields: [
      { name: "code", kind: "string", regex: PROJECT_NAME },
      { name: "label", kind: "string", regex: LABEL },
      { name: "library", kind: "boolean" },
      { name: "folderTypes", kind: { listOf: TYPE_MODEL }, nullable: false },
      { name: "taskTypes", kind: { listOf: TYPE_MODEL }, nullable: false },
      { name: "linkTypes", kind: { listOf: LINK_TYPE_MODEL } },
      { name: "statuses", kind: { listOf: STATUS_MODEL }, nullable: false },
      { name: "tags", kind: { listOf: TAG_MODEL }, nullable: false },
      { name: "config", kind: "dict" },
      {
        name: "attrib",
        kind: { model: sandbox.attributes.model("project") },
        nullable: false,
      },
      { name: "data", kind: "dict" },
      { name: "active", kind: "boolean" },
    ],
  };
}

export function projectRoutes(app: App, sandbox: Sandbox): void {
  const { projects } = sandbox.db.studio;

  app.get("/api/projects", (request) => {
    const actor = actorFrom(request);
    const length = intQuery(request, "length");
    const page = intQuery(request, "page") ?? 1;
    const wanted = {
      active: boolQuery(request, "active"),
      library: boolQuery(request, "library"),
      name: asString(
        checkedQuery(request, { name: "name", kind: "string", regex: NAME }),
      ),
    };
    const matching = projects
      .all()
      .filter((row) => matches(row, wanted))
      .sort(byOrder(query(request, "order")));
    if (boolQuery(request, "desc") === true) matching.reverse();
    const shown = matching
      .slice(
        length === null ? 0 : (page - 1) * length,
        length === null ? undefined : page * length,
      )
      .filter((row) => mayList(actor, row));
    return {
      detail:
        shown.length === 0
          ? "No projects"
          : `Showing ${shown.length} of ${matching.length} projects`,
      count: matching.length,
      projects: shown.map(listItem),
    };
  });

  app.get("/api/projects/:project", (request) =>
    withoutNulls(projectBody(projectScope(sandbox, request).project)),
  );

  app.post("/api/projects", (request, reply) => {
    const actor = actorFrom(request);
    ensureManager(actor, "You are not allowed to access create_projects");
    const sent = readBody(request, DEPLOY);
    const project = createProject(sandbox, {
      name: asString(sent["name"]) ?? "",
      code: asString(sent["code"]) ?? "",
      label: asString(sent["label"]),
      library: sent["library"] === true,
      anatomy: anatomyOf(sandbox, sent),
      data: asString(sent["color"]) === null ? {} : { color: sent["color"] },
    });
    if (sent["assignUsers"] !== false) assignDefaultUsers(sandbox, project);
    sandbox.events.dispatch({
      topic: "entity.project.created",
      project: project.name,
      user: actor.name,
      description: `Created project ${project.name}`,
      ...originOf(request),
    });
    return sendNull(reply, 201);
  });

  app.patch("/api/projects/:project", (request, reply) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    const patch = readBody(request, patchModel(sandbox));
    ensureManager(
      actor,
      "You need to be a manager in order to update a project",
    );
    const events = patchProject(scope, patch);
    workOutInheritance(scope);
    sandbox.events.dispatchAll(
      events.map((event) => ({ ...event, user: actor.name })),
      originOf(request),
    );
    return noContent(reply);
  });

  app.delete("/api/projects/:project", (request, reply) => {
    const { project } = projectScope(sandbox, request);
    const actor = actorFrom(request);
    ensureManager(
      actor,
      "You need to be a manager in order to delete projects",
    );
    sandbox.db.drop(project);
    sandbox.events.dispatch({
      topic: "entity.project.deleted",
      project: project.name,
      user: actor.name,
      description: `Deleted project ${project.name}`,
      ...originOf(request),
    });
    return noContent(reply);
  });

  app.post("/api/projects/:project/rename", (request, reply) => {
    const { project, tables } = projectScope(sandbox, request);
    ensureManager(actorFrom(request));
    const sent = readBody(request, RENAME);
    if (tables.thumbnails.size > 0)
      throw badRequest(
        `Project ${project.name} has thumbnails, cannot rename.`,
      );
    const name = asString(sent["name"]) ?? project.name;
    const other = projects.first("name", name.toLowerCase());
    if (other !== undefined && other.id !== project.id) {
      throw conflict(`Project ${name} already exists`);
    }
    projects.put({
      ...project,
      name,
      code: asString(sent["code"]) ?? project.code,
    });
    return noContent(reply);
  });

  app.get("/api/projects/:project/anatomy", (request) => {
    const { project } = projectScope(sandbox, request);
    return projectAnatomy(project, sandbox.attributes);
  });

  app.post("/api/projects/:project/anatomy", (request, reply) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    ensureManager(actor);
    const sent = readBody(request, {
      name: "Anatomy",
      fields: [],
      keepUnknown: true,
    });
    const { attrib, config, ...lists } = anatomyColumns(
      sent,
      sandbox.attributes,
    );
    const events = patchProject(scope, {
      ...lists,
      ...originalNames(sent),
      attrib,
      config,
    });
    sandbox.events.dispatchAll(
      events.map((e) => ({ ...e, user: actor.name })),
      originOf(request),
    );
    return noContent(reply);
  });

  app.get("/api/projects/:project/siteRoots", (request) => {
    const { project } = projectScope(sandbox, request);
    const platform = query(request, "platform") ?? "linux";
    const roots = Object.entries(asObject(project.config["roots"]));
    return Object.fromEntries(
      roots.map(([name, paths]) => [name, asObject(paths)[platform] ?? ""]),
    );
  });

  app.get("/api/projects/:project/stats", (request) => {
    const { tables } = projectScope(sandbox, request);
    return {
      counts: {
        folders: tables.folders.size,
        products: tables.products.size,
        versions: tables.versions.size,
        representations: tables.representations.size,
        tasks: tables.tasks.size,
      },
    };
  });
}

interface ListFilter {
  readonly active: boolean | null;
  readonly library: boolean | null;
  readonly name: string | null;
}

function matches(row: ProjectRow, wanted: ListFilter): boolean {
  return (
    (wanted.active === null || row.active === wanted.active) &&
    (wanted.library === null || row.library === wanted.library) &&
    (wanted.name === null ||
      row.name.toLowerCase() === wanted.name.toLowerCase())
  );
}

function byOrder(
  order: string | null,
): (a: ProjectRow, b: ProjectRow) => number {
  const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  if (order === "createdAt" || order === "updatedAt" || order === "name") {
    return (a, b) => text(a[order], b[order]);
  }
  return (a, b) => Number(b.active) - Number(a.active) || text(a.name, b.name);
}

function mayList(actor: Actor, row: ProjectRow): boolean {
  const groups = asObject(actor.row.data["accessGroups"])[row.name];
  return actor.isManager || asArray(groups).length > 0;
}

function listItem(row: ProjectRow): JsonObject {
  return {
    name: row.name,
    code: row.code,
    label: row.label,
    color: row.data["color"] ?? null,
    active: row.active,
    library: row.library,
    skeleton: false,
    pinned: false,
    projectFolder: row.data["projectFolder"] ?? null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function projectBody(project: ProjectRow): JsonObject {
  return {
    ...without(project, "id", "order"),
    ownAttrib: jsonbKeys(project.attrib),
  };
}

function anatomyOf(sandbox: Sandbox, sent: JsonObject): JsonObject {
  if (sent["anatomy"] !== null && sent["anatomy"] !== undefined)
    return asObject(sent["anatomy"]);
  const { presets } = sandbox.db.studio;
  const name = asString(sent["anatomyPreset"]);
  if (name !== null && name !== "") {
    const preset = presets.get(name);
    if (preset === undefined)
      throw notFound(`Anatomy preset ${name} not found`);
    return preset.anatomy;
  }
  return presets.all().find((preset) => preset.primary)?.anatomy ?? {};
}

/** `original_name` of an anatomy's entries, which its columns do not carry. */
function originalNames(anatomy: JsonObject): JsonObject {
  const lists = {
    folderTypes: anatomy["folder_types"],
    taskTypes: anatomy["task_types"],
    statuses: anatomy["statuses"],
    tags: anatomy["tags"],
  };
  return Object.fromEntries(
    Object.entries(lists).filter(([, list]) => Array.isArray(list)),
  );
}
