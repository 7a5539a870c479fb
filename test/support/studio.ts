/** The Ftrack side of a world: one project, and edits as an administrator makes them. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { FtrackReads } from "../../src/core/ports.ts";
import { inList, is, select } from "../../src/core/query.ts";
import type { FtrackSession, Operation } from "../../src/ftrack/session.ts";
import {
  assignment,
  creation,
  objectTypeName,
  remove,
  update,
  type Creation,
} from "./edits.ts";

type Row = Readonly<Record<string, unknown>>;
const row = z.record(z.string(), z.unknown());

export interface Studio {
  /** Id of the Ftrack project, whose AYON project has its name. */
  readonly projectId: string;
  /** Ids of object types, task types and statuses by their names. */
  readonly ids: Readonly<
    Record<"objectType" | "type" | "status", (name: string) => string>
  >;
  /** Makes edits as an administrator, in one transaction. */
  edit(...operations: readonly Operation[]): Promise<void>;
  /** A create of a typed context; its id is made here. */
  create(type: string, name: string, parent: string, more?: Row): Creation;
  update(type: string, id: string, data: Row): Operation;
  remove(type: string, id: string): Operation;
  assign(task: string, user: string): Creation;
  /** Stored rows of custom attributes of an entity. */
  stored(id: string): Promise<Row[]>;
  /** The same, by key. */
  values(id: string): Promise<Record<string, unknown>>;
  setValue(id: string, key: string, value: unknown): Promise<Operation>;
  /** Ids of users by their names. */
  people(...names: readonly string[]): Promise<string[]>;
  /** Rows of a type, whatever their ids. */
  all(type: string, fields: readonly string[]): Promise<Row[]>;
  /** All of Ftrack's rows of a type with these ids. */
  rows(
    type: string,
    fields: readonly string[],
    ids: readonly string[],
  ): Promise<Row[]>;
}

export interface StudioOptions {
  readonly admin: FtrackSession;
  readonly reads: FtrackReads;
  /** Full name of the project. */
  readonly name: string;
  readonly autoSync: boolean;
}

/** Makes a project, and the hierarchical attribute `frameStart`. */
export async function makeStudio(options: StudioOptions): Promise<Studio> {
  const { admin, reads, name } = options;
  const projectId = randomUUID();

  async function table(type: string): Promise<(name: string) => string> {
    const [found] = await reads.query(
      select({ type, fields: ["id", "name"], row }),
    );
    const ids = new Map(found.map((r) => [r["name"], String(r["id"])]));
    return (wanted) => {
      const id = ids.get(wanted);
      if (id === undefined) throw new Error(`No ${type} ${wanted}`);
      return id;
    };
  }
  const ids = {
    objectType: await table("ObjectType"),
    type: await table("Type"),
    status: await table("Status"),
  };
  const attributeDefinitions = select({
    type: "CustomAttributeConfiguration",
    fields: ["id", "key", "entity_type", "is_hierarchical"],
    row,
  });
  const [definitions, [schema]] = await reads.query(
    attributeDefinitions,
    select({ type: "ProjectSchema", fields: ["id"], row, limit: 1 }),
  );

  async function edit(...operations: readonly Operation[]): Promise<void> {
    await admin.call(operations, { purpose: "write" });
  }
  function definition(key: string): Row {
    const found =
      definitions.find(
        (d) => d["key"] === key && d["is_hierarchical"] === true,
      ) ?? definitions.find((d) => d["key"] === key);
    if (found === undefined) throw new Error(`No attribute ${key}`);
    return found;
  }
  async function setValue(
    id: string,
    key: string,
    value: unknown,
  ): Promise<Operation> {
    const configuration = String(definition(key)["id"]);
    const known = await values(id);
    return {
      action: Object.hasOwn(known, key)
        ? value === undefined
          ? "delete"
          : "update"
        : "create",
      entity_type: "CustomAttributeValue",
      entity_key: [configuration, id],
      entity_data: {
        __entity_type__: "CustomAttributeValue",
        configuration_id: configuration,
        entity_id: id,
        value,
      },
    };
  }
  async function stored(id: string): Promise<Row[]> {
    const [found] = await reads.query(
      select({
        type: "CustomAttributeValue",
        fields: ["value", "entity_id", "configuration_id"],
        row,
        where: is("entity_id", id),
        orderBy: ["entity_id", "configuration_id"],
      }),
    );
    return found;
  }
  async function values(id: string): Promise<Record<string, unknown>> {
    const found = await stored(id);
    const keys = new Map(definitions.map((d) => [d["id"], String(d["key"])]));
    return Object.fromEntries(
      found.map((r) => [keys.get(r["configuration_id"]) ?? "?", r["value"]]),
    );
  }

  await edit({
    action: "create",
    entity_type: "Project",
    entity_data: {
      __entity_type__: "Project",
      id: projectId,
      name: name.slice(0, 6),
      full_name: name,
      project_schema_id: schema?.["id"],
    },
  });
  const attributeTypes = await table("CustomAttributeType");
  await edit(
    creation("CustomAttributeConfiguration", {
      key: "frameStart",
      label: "Frame start",
      type_id: attributeTypes("number"),
      entity_type: "show",
      is_hierarchical: true,
      config: JSON.stringify({ isdecimal: false }),
    }),
  );
  const [later] = await reads.query(attributeDefinitions);
  definitions.push(...later.filter((d) => d["key"] === "frameStart"));
  if (options.autoSync)
    await edit(await setValue(projectId, "auto_sync_enabled", true));

  return {
    projectId,
    ids,
    edit,
    create(type, contextName, parent, more = {}) {
      return creation(type, {
        name: contextName,
        parent_id: parent,
        object_type_id: ids.objectType(objectTypeName(type)),
        ...more,
      });
    },
    update,
    remove,
    assign: assignment,
    stored,
    values,
    setValue,
    async people(...names) {
      const [users] = await reads.query(
        select({ type: "User", fields: ["id", "username"], row }),
      );
      return names.map((username) => {
        const user = users.find((u) => u["username"] === username);
        return String(user?.["id"]);
      });
    },
    async rows(type, fields, wanted) {
      const [found] = await reads.query(
        select({
          type,
          fields: ["id", ...fields],
          row,
          where: inList("id", wanted),
        }),
      );
      return found;
    },
    async all(type, fields) {
      const [found] = await reads.query(
        select({ type, fields: ["id", ...fields], row }),
      );
      return found;
    },
  };
}
