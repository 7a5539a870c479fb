import type { FtrackId } from "../../core/ids.ts";
import type { AyonReads, FtrackReads } from "../../core/ports.ts";
import type { FtrackProject, Reference } from "../../core/reference.ts";
import { mapUsers } from "../../core/users.ts";
import { createAccounts } from "./accounts.ts";
import { cached, cachedByKey } from "./cache.ts";
import {
  configurations,
  objectTypes,
  priorities,
  project,
  rolesOf,
  statuses,
  storedValue,
  taskTypes,
  users,
} from "./rows.ts";
import { readSchema } from "./schema.ts";

export interface ReferenceSettings {
  /** A fresh reader for each question: readers collect over their lifetime. */
  readonly ftrack: () => FtrackReads;
  readonly ayon: AyonReads;
  /** Ftrack user whose key the service uses. */
  readonly apiUser: () => string;
  /** For what an administrator changes now and then. @defaultValue 60 s */
  readonly shortMs?: number;
  /** For types, statuses and schemas, which are asked for again when an unknown one turns up. @defaultValue 5 min */
  readonly longMs?: number;
  readonly now?: () => number;
}

/** The slow-changing facts of both servers, kept for a while and shared by all batches of this process. */
export function createReference(settings: ReferenceSettings): Reference {
  const { ftrack, ayon, apiUser, now = Date.now } = settings;
  const { shortMs = 60_000, longMs = 300_000 } = settings;

  const definitions = cached(shortMs, now, async () => {
    const [rows] = await ftrack().query(configurations);
    return rows;
  });
  const lists = cached(longMs, now, async () => {
    const [types, taskTypeRows, statusRows, priorityRows] =
      await ftrack().query(objectTypes, taskTypes, statuses, priorities);
    return { types, taskTypeRows, statusRows, priorityRows };
  });
  const schemas = cachedByKey(longMs, now, (id: FtrackId) =>
    readSchema(ftrack(), id),
  );
  const accounts = createAccounts(ayon, now);
  const people = cached(longMs, now, async () => {
    const [[rows], ayonUsers] = await Promise.all([
      ftrack().query(users),
      accounts(),
    ]);
    return mapUsers(rows, ayonUsers);
  });
  const ftrackProjects = cachedByKey(shortMs, now, readProject);
  const ayonProjects = cachedByKey(shortMs, now, (name: string) =>
    ayon.project(name),
  );
  const ayonAttributes = cached(longMs, now, () => ayon.attributes());
  const roles = cachedByKey(shortMs, now, async (key: string) => {
    const [id, username] = JSON.parse(key) as [FtrackId | null, string | null];
    const [names] = await ftrack().query(rolesOf(id, username));
    return names;
  });

  async function readProject(id: FtrackId): Promise<FtrackProject | null> {
    const definition = (await definitions.get()).find(
      (c) => c.key === "auto_sync_enabled" && c.entityType === "show",
    );
    const reads = ftrack();
    if (definition === undefined) {
      const [[row]] = await reads.query(project(id));
      return row === undefined ? null : { ...row, autoSync: null };
    }
    const [[row], [value]] = await reads.query(
      project(id),
      storedValue(definition.id, id),
    );
    if (row === undefined) return null;
    const autoSync = value === undefined ? definition.default : value.value;
    return { ...row, autoSync: autoSync === true };
  }

  return {
    ftrackProject: (id) => ftrackProjects.get(id),
    ayonProject: (name) => ayonProjects.get(name),
    ayonAttributes: () => ayonAttributes.get(),
    configurations: () => definitions.get(),
    objectTypes: async () => (await lists.get()).types,
    taskTypes: async () => (await lists.get()).taskTypeRows,
    statuses: async () => (await lists.get()).statusRows,
    priorities: async () => (await lists.get()).priorityRows,
    schema: (id) => schemas.get(id),
    users: () => people.get(),
    async serviceUser() {
      const name = apiUser();
      const { ftrackUsers } = await people.get();
      return (
        [...ftrackUsers.values()].find((user) => user.username === name) ?? null
      );
    },
    async rolesOf({ id, username }) {
      if (id === null && username === null) return null;
      return roles.get(JSON.stringify([id, username]));
    },
    refresh(what) {
      const isAll = what === "all";
      if (isAll || what === "ftrack-project") ftrackProjects.forget();
      if (isAll || what === "ayon-project") ayonProjects.forget();
      if (isAll || what === "configurations") definitions.forget();
      if (isAll || what === "users") people.forget();
      if (isAll || what === "schema") {
        schemas.forget();
        lists.forget();
      }
      if (isAll) {
        ayonAttributes.forget();
        roles.forget();
      }
    },
  };
}
