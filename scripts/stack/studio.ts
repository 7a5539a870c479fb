import { randomUUID } from "node:crypto";
import { operation, Session } from "@ftrack/api";
import { z } from "zod";
import { askAyon } from "./ayon-view.ts";
import type { Stack } from "./stack.ts";

const MANAGER = "admin@studio.test";
/** Of the addon in the local AYON's bundle. */
const ADDON_VERSION = "1.0.0";
const ARTISTS = ["anna", "ben"] as const;

export type Edit = ReturnType<
  typeof operation.create | typeof operation.update | typeof operation.delete
>;

/** A project on both sides, which auto-sync keeps in step. */
export interface Show {
  readonly projectId: string;
  readonly name: string;
}

/** A person at work in Ftrack, through the official client. */
export interface Studio {
  addShow(name: string): Promise<Show>;
  /** Makes edits in one transaction, as Ftrack's own pages do. */
  save(...edits: readonly Edit[]): Promise<void>;
  /** Id of a status, task type, user or custom attribute by its name. */
  readonly idOf: (
    type: "Status" | "Type" | "AssetType" | "User" | "Attribute",
    name: string,
  ) => string;
}

const named = z.object({ id: z.string(), name: z.string() });

/** Signs in to Ftrack; makes the artists and the settings of the studio in AYON. */
export async function openStudio({
  ftrack,
  ayon,
}: Pick<Stack, "ftrack" | "ayon">): Promise<Studio> {
  const session = new Session(
    ftrack.url,
    MANAGER,
    await ftrack.control.apiKey(MANAGER),
  );
  await session.initializing;

  async function table(
    type: string,
    name: string,
  ): Promise<ReadonlyMap<string, string>> {
    const { data } = await session.query(`select id, ${name} from ${type}`);
    return new Map(
      (data as readonly Record<string, unknown>[]).map((row) => {
        const found = named.parse({ id: row["id"], name: row[name] });
        return [found.name, found.id];
      }),
    );
  }
  const tables = {
    Status: await table("Status", "name"),
    Type: await table("Type", "name"),
    AssetType: await table("AssetType", "name"),
    User: await table("User", "username"),
    Attribute: await table("CustomAttributeConfiguration", "key"),
  };
  const idOf: Studio["idOf"] = (type, name) => {
    const id = tables[type].get(name);
    if (id === undefined) throw new Error(`Ftrack has no ${type} ${name}`);
    return id;
  };
  const [schema] = (await table("ProjectSchema", "name")).values();

  for (const name of ARTISTS)
    await askAyon(ayon, "PUT", `/api/users/${name}`, {
      attrib: { email: `${name}@studio.test`, fullName: name },
      data: { defaultAccessGroups: ["artist"] },
    }).catch((error: unknown) => {
      // The seed may know them.
      if (!String(error).includes("409")) throw error;
    });
  // As most studios have it: hierarchical attributes in Ftrack that are named as AYON's.
  await askAyon(ayon, "POST", `/api/addons/ftrack/${ADDON_VERSION}/settings`, {
    custom_attributes: { attributes_mapping: { enabled: false } },
  });
  const save = async (...edits: readonly Edit[]): Promise<void> => {
    await session.call([...edits]);
  };

  async function addShow(name: string): Promise<Show> {
    await askAyon(ayon, "POST", "/api/projects", {
      ...{ name, code: name, anatomy: {} },
    });
    const projectId = randomUUID();
    await save(
      operation.create("Project", {
        id: projectId,
        name,
        full_name: name,
        project_schema_id: schema,
      }),
    );
    await save(
      operation.create("CustomAttributeValue", {
        configuration_id: idOf("Attribute", "auto_sync_enabled"),
        entity_id: projectId,
        value: true,
      }),
    );
    return { projectId, name };
  }
  return { addShow, save, idOf };
}
