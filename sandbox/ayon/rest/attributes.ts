import { ensureAdmin } from "../actor.ts";
import { listAttributes } from "../entities/attributes.ts";
import { notFound } from "../errors.ts";
import {
  actorFrom,
  nameParam,
  noContent,
  readBody,
  type App,
} from "../http.ts";
import {
  asArray,
  asNumber,
  asObject,
  asString,
  asStrings,
  withoutNulls,
  type JsonObject,
} from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { AttributeRow } from "../store/rows.ts";
import type { ModelSpec } from "../validation/field.ts";
import { ATTRIBUTE_NAME } from "../validation/patterns.ts";
import { requireRestart } from "./restart-required.ts";

const DATA_KEYS = [
  "type",
  "title",
  "description",
  "example",
  "default",
  "gt",
  "ge",
  "lt",
  "le",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "regex",
  "enum",
  "enumResolver",
  "enumResolverSettings",
  "inherit",
  "widget",
  "widgetSettings",
];

const TYPES = [
  "string",
  "integer",
  "float",
  "boolean",
  "datetime",
  "list_of_strings",
  "list_of_integers",
  "list_of_any",
  "list_of_submodels",
  "dict",
];

const count = (name: string) => ({ name, kind: "integer" }) as const;
const bound = (name: string) => ({ name, kind: "float" }) as const;

const DATA: ModelSpec = {
  name: "AttributeData",
  fields: [
    { name: "type", kind: "string", permitted: TYPES },
    { name: "title", kind: "string" },
    { name: "description", kind: "string" },
    { name: "example", kind: "any" },
    { name: "default", kind: "any" },
    bound("gt"),
    bound("ge"),
    bound("lt"),
    bound("le"),
    count("minLength"),
    count("maxLength"),
    count("minItems"),
    count("maxItems"),
    { name: "regex", kind: "string" },
    { name: "enum", kind: "list_of_any" },
    { name: "enumResolver", kind: "string" },
    { name: "enumResolverSettings", kind: "dict" },
    { name: "inherit", kind: "boolean" },
    { name: "widget", kind: "string" },
    { name: "widgetSettings", kind: "dict" },
  ],
};

const PUT: ModelSpec = {
  name: "AttributePutModel",
  fields: [
    { name: "position", kind: "integer", required: true },
    { name: "scope", kind: "list_of_strings" },
    { name: "data", kind: { model: DATA }, required: true },
  ],
};

const PATCH: ModelSpec = {
  name: "AttributePatchModel",
  fields: [
    { name: "position", kind: "integer" },
    { name: "scope", kind: "list_of_strings" },
    { name: "data", kind: { model: DATA } },
  ],
};

const LIST: ModelSpec = {
  name: "SetAttributeListModel",
  fields: [
    {
      name: "attributes",
      kind: {
        listOf: {
          name: "AttributeModel",
          fields: [
            {
              name: "name",
              kind: "string",
              required: true,
              regex: ATTRIBUTE_NAME,
            },
            ...PUT.fields,
          ],
        },
      },
    },
    { name: "deleteMissing", kind: "boolean" },
  ],
};

/** All keys are there, null where nothing is set. */
export function attributeBody(row: AttributeRow): JsonObject {
  const data = Object.fromEntries(
    DATA_KEYS.map((key) => [key, row.data[key] ?? null]),
  );
  return {
    name: row.id,
    position: row.position,
    scope: row.scope,
    data: { ...data, inherit: row.data["inherit"] !== false },
    builtin: row.builtin,
  };
}

export function attributeRoutes(app: App, sandbox: Sandbox): void {
  const { attributes } = sandbox.db.studio;
  const one = "/api/attributes/:name";
  const nameOf = (request: Parameters<typeof actorFrom>[0]): string =>
    nameParam(request, "name", "attribute_name", ATTRIBUTE_NAME);

  const save = (name: string, sent: JsonObject): void => {
    const old = attributes.get(name);
    attributes.put({
      id: name,
      order: old?.order ?? sandbox.db.nextOrder(),
      position: asNumber(sent["position"]) ?? 0,
      scope: asStrings(sent["scope"]),
      builtin: old?.builtin ?? false,
      data: {
        type: "string",
        ...withoutNulls(asObject(sent["data"])),
      },
    });
    sandbox.attributesChanged();
  };
  const applyLater = (): void => {
    requireRestart(
      sandbox,
      "Restart the server to apply the attribute changes.",
    );
  };

  app.get("/api/attributes", (request) => {
    actorFrom(request);
    return { attributes: listAttributes(sandbox.db).map(attributeBody) };
  });

  app.put("/api/attributes", (request, reply) => {
    ensureAdmin(
      actorFrom(request),
      "Only administrators are allowed to modify attributes",
    );
    const sent = readBody(request, LIST);
    const items = asArray(sent["attributes"]).map(asObject);
    if (sent["deleteMissing"] === true) {
      const kept = new Set(items.map((item) => item["name"]));
      for (const row of attributes.all()) {
        if (!row.builtin && !kept.has(row.id)) attributes.remove(row.id);
      }
    }
    for (const item of items) save(asString(item["name"]) ?? "", item);
    requireRestart(sandbox, null);
    return noContent(reply);
  });

  app.get(one, (request) => {
    actorFrom(request);
    const name = nameOf(request);
    const row = attributes.get(name);
    if (row === undefined) throw notFound(`Attribute ${name} not found`);
    return attributeBody(row);
  });

  app.put(one, (request, reply) => {
    ensureAdmin(
      actorFrom(request),
      "Only administrators are allowed to modify attributes",
    );
    save(nameOf(request), readBody(request, PUT));
    applyLater();
    return noContent(reply);
  });

  app.patch(one, (request, reply) => {
    ensureAdmin(
      actorFrom(request),
      "Only administrators are allowed to modify attribute configuration",
    );
    const name = nameOf(request);
    const old = attributes.get(name);
    if (old === undefined) throw notFound(`Attribute ${name} not found`);
    const { data, ...head } = readBody(request, PATCH);
    save(name, { ...old, ...head, data: { ...old.data, ...asObject(data) } });
    applyLater();
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    ensureAdmin(
      actorFrom(request),
      "Only administrators are allowed to delete attributes",
    );
    attributes.remove(nameOf(request));
    sandbox.attributesChanged();
    applyLater();
    return noContent(reply);
  });
}
