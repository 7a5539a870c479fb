import { ensureManager } from "../actor.ts";
import { KINDS, tableOf } from "../entities/kinds.ts";
import type { ProjectScope } from "../entities/scope.ts";
import { badRequest, conflict, notFound } from "../errors.ts";
import {
  actorFrom,
  idParam,
  noContent,
  originOf,
  param,
  projectScope,
  readBody,
  type App,
} from "../http.ts";
import { newId } from "../ids.ts";
import { asArray, asObject, asString, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { EntityType, LinkRow } from "../store/rows.ts";
import type { FieldSpec, ModelSpec } from "../validation/field.ts";
import { NAME, PATH_ID } from "../validation/patterns.ts";

const id = (name: string, required = false): FieldSpec => ({
  name,
  kind: "string",
  required,
  minLength: 32,
  maxLength: 32,
  regex: PATH_ID,
});

const LINK: ModelSpec = {
  name: "CreateLinkRequestModel",
  fields: [
    id("id"),
    id("input", true),
    id("output", true),
    { name: "name", kind: "string" },
    { name: "linkType", kind: "string" },
    { name: "data", kind: "dict", nullable: false },
    { name: "link", kind: "string" },
  ],
};

const LINKS: ModelSpec = {
  name: "CreateLinksRequestModel",
  fields: [{ name: "links", kind: { listOf: LINK }, required: true }],
};

const ENDS = ["folder", "product", "version", "representation", "task"];

/** Nothing keeps two entities from being linked twice by the same type. */
export function linkRoutes(app: App, sandbox: Sandbox): void {
  const base = "/api/projects/:project/links";

  app.get(`${base}/types`, (request) => ({
    types: projectScope(sandbox, request).project.linkTypes,
  }));

  app.put(`${base}/types/:type`, (request, reply) => {
    const { project } = projectScope(sandbox, request);
    ensureManager(actorFrom(request));
    const [linkType, inputType, outputType] = parseType(param(request, "type"));
    const sent = readBody(request, {
      name: "CreateLinkTypeRequestModel",
      fields: [{ name: "data", kind: "dict" }],
    });
    const name = `${linkType}|${inputType}|${outputType}`;
    const type = {
      name,
      linkType,
      inputType,
      outputType,
      data: asObject(sent["data"]),
    };
    const known = project.linkTypes.some((other) => other.name === name);
    sandbox.db.studio.projects.put({
      ...project,
      linkTypes: known
        ? project.linkTypes.map((other) => (other.name === name ? type : other))
        : [...project.linkTypes, type],
    });
    return noContent(reply);
  });

  app.delete(`${base}/types/:type`, (request, reply) => {
    const { project, tables } = projectScope(sandbox, request);
    ensureManager(actorFrom(request));
    const name = parseType(param(request, "type")).join("|");
    sandbox.db.studio.projects.put({
      ...project,
      linkTypes: project.linkTypes.filter((type) => type.name !== name),
    });
    for (const link of tables.links.all()) {
      if (link.linkType === name) tables.links.remove(link.id);
    }
    return noContent(reply);
  });

  app.post(base, (request) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    const link = parseLink(scope, readBody(request, LINK), actor.name);
    for (const [word, type, entityId] of [
      ["Input", link.inputType, link.inputId],
      ["Output", link.outputType, link.outputId],
    ] as const) {
      if (!exists(scope, type, entityId))
        throw notFound(`${word} entity ${entityId} not found.`);
    }
    add(scope, link, "Link already exists.");
    sandbox.events.dispatch({
      topic: "link.created",
      project: scope.project.name,
      user: actor.name,
      description:
        `Created ${shortName(link)} link between ` +
        `${link.inputType} ${link.inputId} and ${link.outputType} ${link.outputId}.`,
      summary: summary(link),
      ...originOf(request),
    });
    return { id: link.id };
  });

  app.post(`${base}/bulk`, (request) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    const links = asArray(readBody(request, LINKS)["links"]).map((item) =>
      parseLink(scope, asObject(item), actor.name),
    );
    checkAllExist(scope, links);
    sandbox.db.transaction(() => {
      for (const link of links)
        add(scope, link, "One or more link IDs already exist.");
    });
    sandbox.events.dispatch({
      topic: "links.created",
      project: scope.project.name,
      user: actor.name,
      description: `Created ${links.length} links.`,
      summary: { count: links.length, links: links.map(summary) },
      ...originOf(request),
    });
    return {
      created: links.map(({ id: linkId, inputId, outputId, linkType }) => ({
        id: linkId,
        input: inputId,
        output: outputId,
        linkType,
      })),
    };
  });

  app.delete(`${base}/:link`, (request, reply) => {
    const { tables, project } = projectScope(sandbox, request);
    const linkId = idParam(request, "link", "link_id");
    const link = tables.links.get(linkId);
    if (link === undefined) throw notFound(`Link ${linkId} not found.`);
    tables.links.remove(linkId);
    sandbox.events.dispatch({
      topic: "link.deleted",
      project: project.name,
      user: actorFrom(request).name,
      description:
        `Deleted ${shortName(link)} link between ` +
        `${link.inputType} ${link.inputId} and ${link.outputType} ${link.outputId}.`,
      summary: summary(link),
      ...originOf(request),
    });
    return noContent(reply);
  });
}

function parseType(text: string): [string, string, string] {
  const [name, input, output, ...rest] = text.split("|");
  if (
    name === undefined ||
    input === undefined ||
    output === undefined ||
    rest.length > 0
  ) {
    throw badRequest(
      "Link type must be in the format 'name|input_type|output_type'",
    );
  }
  if (!NAME.test(name)) {
    throw badRequest(
      `Link type name '${name}' does not match regex '${NAME.source}'`,
    );
  }
  for (const [word, end] of [
    ["input", input],
    ["output", output],
  ] as const) {
    if (!ENDS.includes(end)) {
      throw badRequest(
        `Link type ${word} type must be one of 'folder', 'product', 'version', ` +
          "'representation', or 'task'",
      );
    }
  }
  return [name, input, output];
}

function parseLink(
  scope: ProjectScope,
  sent: JsonObject,
  author: string,
): LinkRow {
  const linkType = asString(sent["linkType"]) ?? asString(sent["link"]);
  if (linkType === null) throw badRequest("Link type is not specified");
  const [, inputType, outputType, ...rest] = linkType.split("|");
  if (inputType === undefined || outputType === undefined || rest.length > 0) {
    throw badRequest(
      "Link type must be in the format 'name|input_type|output_type'",
    );
  }
  const [inputId, outputId] = [
    asString(sent["input"]) ?? "",
    asString(sent["output"]) ?? "",
  ];
  if (inputType === outputType && inputId === outputId) {
    throw badRequest("Cannot link an entity to itself.");
  }
  return {
    id: asString(sent["id"]) ?? newId(),
    order: scope.db.nextOrder(),
    linkType,
    inputType,
    outputType,
    inputId,
    outputId,
    name: asString(sent["name"]),
    data: asObject(sent["data"]),
    author,
    createdAt: scope.clock.iso(),
  };
}

function exists(scope: ProjectScope, type: string, entityId: string): boolean {
  return (
    Object.hasOwn(KINDS, type) &&
    tableOf(scope.tables, type as EntityType).has(entityId)
  );
}

function checkAllExist(scope: ProjectScope, links: readonly LinkRow[]): void {
  const byType = new Map<string, Set<string>>();
  for (const link of links) {
    for (const [type, entityId] of [
      [link.inputType, link.inputId],
      [link.outputType, link.outputId],
    ] as const) {
      byType.set(type, (byType.get(type) ?? new Set()).add(entityId));
    }
  }
  for (const [type, ids] of byType) {
    const missing = [...ids]
      .filter((entityId) => !exists(scope, type, entityId))
      .sort();
    if (missing.length > 0) {
      const word = type.charAt(0).toUpperCase() + type.slice(1);
      throw notFound(`${word} entities not found: ${missing.join(", ")}`);
    }
  }
}

function add(scope: ProjectScope, link: LinkRow, duplicate: string): void {
  if (!scope.project.linkTypes.some((type) => type.name === link.linkType)) {
    throw badRequest("Unsupported link type.");
  }
  if (scope.tables.links.has(link.id)) throw conflict(duplicate);
  scope.tables.links.put(link);
}

const shortName = (link: LinkRow): string => link.linkType.split("|")[0] ?? "";

function summary(link: LinkRow): JsonObject {
  const { id: linkId, inputType, outputType, inputId, outputId } = link;
  return {
    id: linkId,
    linkType: shortName(link),
    inputType,
    outputType,
    inputId,
    outputId,
  };
}
