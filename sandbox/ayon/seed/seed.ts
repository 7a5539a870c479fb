import type { JsonObject } from "../json.ts";
import { assignDefaultUsers, createProject } from "../entities/new-project.ts";
import { createUser } from "../entities/users.ts";
import type { Sandbox } from "../sandbox.ts";
import { hashSecret, keyPreview } from "../sessions.ts";
import { putAddon } from "../hosting/addons.ts";
import { seedAttributes } from "./attributes.ts";

export interface SeedProject {
  readonly name: string;
  readonly code: string;
}

/** What a fresh server is filled with. */
export interface Seed {
  readonly users: readonly SeedUser[];
  readonly projects: readonly SeedProject[];
}

export interface SeedUser {
  readonly name: string;
  readonly email: string;
  readonly fullName: string;
  readonly data: JsonObject;
}

export interface SeedAddon {
  readonly version: string;
  /** Default settings of the addon `ftrack`. */
  readonly settings: JsonObject;
}

const SERVICE_USER = "service";
const ADDON_NAME = "ftrack";

/** `empty`, `demo`, `studio:N`: the same names as on the Ftrack side, so that the two find each other. */
export function parseSeed(
  name: string,
  projects: readonly SeedProject[] = [],
): Seed {
  const first = FIRST_PROJECTS[name.split(":")[0] ?? ""];
  if (first === undefined) {
    throw new Error(`Unknown seed "${name}": empty, demo or studio:N`);
  }
  return {
    users: first === null ? [] : STUDIO_USERS,
    projects: first === null ? projects : [first, ...projects],
  };
}

/** Kind of seed → the project it begins with. */
const FIRST_PROJECTS: Readonly<Record<string, SeedProject | null>> = {
  empty: null,
  demo: { name: "demo_show", code: "demo" },
  studio: { name: "studio_show", code: "studio" },
};

const person = (
  name: string,
  fullName: string,
  data: JsonObject = {},
): SeedUser => ({
  name,
  email: `${name}@studio.test`,
  fullName,
  data,
});

/** Users that Ftrack knows by the same e-mail address. The administrator is in every seed. */
const STUDIO_USERS: readonly SeedUser[] = [
  person("pm", "Petra Manager", { isManager: true }),
  person("anna", "Anna Artist", { defaultAccessGroups: ["artist"] }),
  person("bob", "Bob Artist", { defaultAccessGroups: ["artist"] }),
  person("carol", "Carol Supervisor", { defaultAccessGroups: ["supervisor"] }),
  person("dave", "Dave Freelancer", { defaultAccessGroups: ["freelancer"] }),
];

const ACCESS_GROUPS = ["artist", "freelancer", "supervisor"];

/** Fills an empty database: built-in attributes, groups, the service user and its key, users, addon, projects. */
export function fill(
  sandbox: Sandbox,
  seed: Seed,
  addon: SeedAddon,
  apiKey: string,
): void {
  const { db } = sandbox;
  for (const row of seedAttributes(() => db.nextOrder()))
    db.studio.attributes.put(row);
  for (const id of ACCESS_GROUPS) {
    db.studio.accessGroups.put({ id, order: db.nextOrder(), data: {} });
  }
  addService(sandbox, apiKey);
  createUser(sandbox, null, "admin", {
    attrib: { fullName: "Ayon admin", email: "admin@studio.test" },
    data: { isAdmin: true },
    password: "admin",
  });
  for (const { name, email, fullName, data } of seed.users) {
    createUser(sandbox, null, name, { attrib: { email, fullName }, data });
  }
  putFtrackAddon(sandbox, addon);
  sandbox.boot();
  for (const project of seed.projects) {
    assignDefaultUsers(sandbox, createProject(sandbox, project));
  }
}

/** The addon whose services this project is. */
export function putFtrackAddon(
  sandbox: Sandbox,
  { version, settings }: SeedAddon,
): void {
  putAddon(sandbox, {
    name: ADDON_NAME,
    version,
    title: "Ftrack",
    services: {
      leecher: { image: `studio/ayon-ftrack-leecher:${version}` },
      processor: { image: `studio/ayon-ftrack-processor:${version}` },
    },
    settings,
  });
}

/** The service user's key may be any text, as the real server's setup takes any. */
function addService(sandbox: Sandbox, apiKey: string): void {
  const now = sandbox.clock.iso();
  sandbox.db.studio.users.put({
    id: SERVICE_USER,
    order: sandbox.db.nextOrder(),
    attrib: {},
    data: {
      isService: true,
      apiKey: hashSecret(apiKey),
      apiKeyPreview: keyPreview(apiKey),
    },
    active: true,
    createdAt: now,
    updatedAt: now,
  });
}
