import { randomUUID } from "node:crypto";
import { operation, Session } from "@ftrack/api";
import { createAyonHttp } from "../../../src/ayon/http.ts";
import { createAyonReads } from "../../../src/ayon/reads.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { AyonReads } from "../../../src/core/ports.ts";
import { createFtrackSession } from "../../../src/ftrack/session.ts";
import { uploadComponent } from "../../../src/ftrack/upload.ts";
import { askAyon } from "../../stack/ayon-view.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Edit, Show, Studio } from "../../stack/studio.ts";

export const SECRET = "secret_show";
const ADDON_VERSION = "1.0.0";
/** One grey pixel. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCByxOyYQAAAABJRU5ErkJggg==";

/** As an administrator would set them for this studio's names of statuses; everything else is as shipped. */
const RULES = {
  next_task_update: {
    mapping: [{ name: "Not started", value: "Ready to start" }],
  },
  first_version_status: { enabled: true, status: "Pending Review" },
  sync_users_from_ftrack: { follow_events: true },
  transmit_to_ftrack: { enabled: true },
};

type Row = Readonly<Record<string, unknown>>;
export type Artist = "anna" | "ben" | "chen";

/** The people of the story at their desks, and what they look at. */
export interface Stage extends Studio {
  readonly show: Show;
  readonly reads: AyonReads;
  /** Id of the private show. */
  readonly secretId: string;
  /** Definition of the attribute `frameStart` that only shots have. */
  readonly frameStartOfShots: string;
  /** Edits of one person, in one transaction. */
  as(artist: Artist, ...edits: readonly Edit[]): Promise<void>;
  /** What Ftrack's page sends when somebody starts an action on a task. */
  launch(artist: Artist, action: string, task: string): Promise<void>;
  /** Puts a picture into Ftrack's storage; gives the id of its component. */
  picture(): Promise<string>;
  /** Makes a product and its first version in AYON, as the pipeline does beside Ftrack. */
  publish(folderId: string, product: string): Promise<string>;
  /** An edit of a task in AYON, by one of its users. */
  inAyon(artist: Artist, taskId: string, data: Row): Promise<void>;
  /** One row of Ftrack. */
  row(type: string, id: string, ...fields: readonly string[]): Promise<Row>;
  /** Ids of the users who are assigned to a task in Ftrack, one for each assignment. */
  assigned(task: string): Promise<readonly string[]>;
  /** A stored value of a custom attribute. */
  value(configuration: string, entity: string): Promise<unknown>;
  /** Id of the role by which a user may be let into projects. */
  roleOf(username: string): Promise<string>;
  close(): void;
}

/** Sets the studio up for the story: rules, a private show, an attribute of shots. */
export async function openStage(
  { ftrack, ayon }: Pick<Stack, "ftrack" | "ayon">,
  studio: Studio,
  show: Show,
): Promise<Stage> {
  const project = show.name;
  const { control } = ftrack;
  const sessionOf = async (username: string): Promise<Session> => {
    const key = await control.apiKey(username);
    const session = new Session(ftrack.url, username, key);
    await session.initializing;
    return session;
  };
  const nameOf = (artist: string): string => `${artist}@studio.test`;
  const admin = await sessionOf(nameOf("admin"));
  const sessions = new Map<Artist, Session>();
  for (const artist of ["anna", "ben", "chen"] as const)
    sessions.set(artist, await sessionOf(nameOf(artist)));
  const uploads = createFtrackSession({
    credentials: {
      serverUrl: ftrack.url,
      apiUser: nameOf("admin"),
      apiKey: await control.apiKey(nameOf("admin")),
    },
    log: silentLog,
  });
  const http = createAyonHttp({
    serverUrl: ayon.url,
    apiKey: ayon.apiKey,
    serviceName: "demo",
    timeoutMs: 10_000,
  });

  async function rows(expression: string): Promise<readonly Row[]> {
    const { data } = await admin.query(expression);
    return data;
  }
  async function roleOf(username: string): Promise<string> {
    const [held] = await rows(
      `select id from UserSecurityRole where user.username is "${username}"`,
    );
    return String(held?.["id"]);
  }

  await askAyon(ayon, "POST", `/api/addons/ftrack/${ADDON_VERSION}/settings`, {
    custom_attributes: { attributes_mapping: { enabled: false } },
    service_event_handlers: RULES,
  });
  await askAyon(ayon, "POST", "/api/projects", {
    ...{ name: SECRET, code: "secret", anatomy: {} },
  });
  // A new project is open to everybody with groups by default; this one is closed, as preparing it would do.
  await askAyon(ayon, "PATCH", "/api/users/anna", {
    data: { accessGroups: { [project]: ["artist"], [SECRET]: [] } },
  });
  const [schema] = await rows("select id from ProjectSchema");
  const [number] = await rows(
    'select id from CustomAttributeType where name is "number"',
  );
  const [shots] = await rows('select id from ObjectType where name is "Shot"');
  const secretId = randomUUID();
  const frameStartOfShots = randomUUID();
  await studio.save(
    operation.create("CustomAttributeConfiguration", {
      id: frameStartOfShots,
      key: "frameStart",
      label: "Frame start",
      type_id: number?.["id"],
      entity_type: "task",
      object_type_id: shots?.["id"],
      config: JSON.stringify({ isdecimal: false }),
    }),
    operation.create("Project", {
      id: secretId,
      name: "secret",
      full_name: SECRET,
      is_private: true,
      project_schema_id: schema?.["id"],
    }),
    operation.create("UserSecurityRoleProject", {
      id: randomUUID(),
      project_id: secretId,
      user_security_role_id: await roleOf(ftrack.apiUser),
    }),
  );

  return {
    ...studio,
    show,
    reads: createAyonReads(http),
    secretId,
    frameStartOfShots,
    async as(artist, ...edits) {
      await sessions.get(artist)?.call([...edits]);
    },
    async launch(artist, action, task) {
      await control.inject({
        id: randomUUID(),
        topic: "ftrack.action.launch",
        data: {
          actionIdentifier: action,
          selection: [{ entityId: task, entityType: "task" }],
        },
        source: { id: randomUUID(), user: { username: nameOf(artist) } },
        target: "",
        inReplyToEvent: null,
        sent: null,
      });
    },
    picture: () =>
      uploadComponent(uploads, silentLog, {
        fileName: "frame.png",
        data: Buffer.from(PICTURE, "base64"),
      }),
    async publish(folderId, product) {
      const base = `/api/projects/${project}`;
      const made = async (path: string, body: Row): Promise<string> => {
        const answer = await askAyon(ayon, "POST", `${base}/${path}`, body);
        return (answer as { readonly id: string }).id;
      };
      const productId = await made("products", {
        name: product,
        folderId,
        productType: "render",
      });
      return made("versions", { version: 1, productId });
    },
    async inAyon(artist, taskId, data) {
      const path = `/api/projects/${project}/tasks/${taskId}`;
      await askAyon(ayon, "PATCH", path, data, artist);
    },
    async row(type, id, ...fields) {
      const [found] = await rows(
        `select ${fields.join(", ")} from ${type} where id is "${id}"`,
      );
      return found ?? {};
    },
    async assigned(task) {
      const found = await rows(
        `select resource_id from Appointment where context_id is "${task}" and type is "assignment"`,
      );
      return found.map((row) => String(row["resource_id"]));
    },
    async value(configuration, entity) {
      const [found] = await rows(
        `select value from CustomAttributeValue where configuration_id is "${configuration}" and entity_id is "${entity}"`,
      );
      return found?.["value"];
    },
    roleOf,
    close: () => {
      http.close();
    },
  };
}
