import { ensureAdmin } from "../actor.ts";
import { missingReference, uniqueViolation } from "../entities/constraints.ts";
import { forbidden, notFound } from "../errors.ts";
import { actorFrom, noContent, param, readBody, type App } from "../http.ts";
import {
  asObject,
  asString,
  asStrings,
  without,
  type JsonObject,
} from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { findAddon } from "../settings/store.ts";
import type { ServiceRow } from "../store/rows.ts";
import type { FieldSpec, ModelSpec } from "../validation/field.ts";

const CONFIG_FIELDS: readonly FieldSpec[] = [
  { name: "volumes", kind: "list_of_strings" },
  { name: "ports", kind: "list_of_strings" },
  { name: "memLimit", kind: "string" },
  { name: "user", kind: "string" },
  { name: "env", kind: "dict" },
  { name: "storagePath", kind: "string" },
];

const CONFIG: ModelSpec = { name: "ServiceConfigModel", fields: CONFIG_FIELDS };
const text = (name: string): FieldSpec => ({
  name,
  kind: "string",
  required: true,
});

const SPAWN: ModelSpec = {
  name: "SpawnServiceRequestModel",
  fields: [
    text("addonName"),
    text("addonVersion"),
    text("service"),
    text("hostname"),
    { name: "config", kind: { model: CONFIG } },
  ],
};

const PATCH: ModelSpec = {
  name: "PatchServiceRequestModel",
  fields: [
    ...CONFIG_FIELDS,
    { name: "shouldRun", kind: "boolean" },
    { name: "hostname", kind: "string" },
    { name: "config", kind: { model: CONFIG } },
  ],
};

const HEARTBEAT: ModelSpec = {
  name: "HeartbeatRequestModel",
  fields: [
    text("hostname"),
    {
      name: "health",
      kind: {
        model: {
          name: "HostHealthModel",
          fields: [
            { name: "cpu", kind: "float", le: 100 },
            { name: "mem", kind: "float", le: 100 },
          ],
        },
      },
      required: true,
    },
    { name: "services", kind: "list_of_strings" },
  ],
};

/** Hosts beat, and learn which containers to run. An image is taken from the addon once, at the spawn. */
export function serviceRoutes(app: App, sandbox: Sandbox): void {
  const { services, hosts } = sandbox.db.studio;
  const one = "/api/services/:service";
  const list = (): JsonObject[] =>
    services
      .all()
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((row) => serviceBody(row, sandbox.clock.now()));

  app.get("/api/services", (request) => {
    actorFrom(request);
    return { services: list() };
  });

  app.put(one, (request, reply) => {
    ensureAdmin(actorFrom(request), "Only admins can spawn services");
    const sent = readBody(request, SPAWN);
    const addon = findAddon(
      sandbox,
      asString(sent["addonName"]) ?? "",
      asString(sent["addonVersion"]) ?? "",
    );
    const service = asString(sent["service"]) ?? "";
    if (!Object.hasOwn(addon.services, service))
      throw notFound("This addon does not have this service");
    const id = param(request, "service");
    if (services.has(id)) throw uniqueViolation("services", "name", id);
    const hostname = asString(sent["hostname"]) ?? "";
    if (!hosts.has(hostname))
      throw missingReference("hostname", hostname, "hosts");
    services.put({
      id,
      order: sandbox.db.nextOrder(),
      hostname,
      addonName: addon.name,
      addonVersion: addon.version,
      service,
      shouldRun: true,
      isRunning: false,
      lastSeen: null,
      data: {
        ...EMPTY_CONFIG,
        ...asObject(sent["config"]),
        image: asObject(addon.services[service])["image"] ?? null,
      },
    });
    return noContent(reply);
  });

  app.patch(one, (request, reply) => {
    ensureAdmin(actorFrom(request), "Only admins can modify services");
    const sent = readBody(request, PATCH);
    const old = services.get(param(request, "service"));
    if (old === undefined) throw notFound("Service not found");
    const config = without(sent, "shouldRun", "hostname", "config");
    services.put({
      ...old,
      shouldRun:
        typeof sent["shouldRun"] === "boolean"
          ? sent["shouldRun"]
          : old.shouldRun,
      hostname: asString(sent["hostname"]) ?? old.hostname,
      // `env` is replaced whole; an image has no field to arrive in.
      data: { ...old.data, ...asObject(sent["config"]), ...config },
    });
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    ensureAdmin(actorFrom(request), "Only admins can delete services");
    services.remove(param(request, "service"));
    return noContent(reply);
  });

  app.get("/api/hosts", (request) => {
    actorFrom(request);
    return {
      hosts: hosts
        .all()
        .map(({ id, lastSeen, health }) => ({ name: id, lastSeen, health })),
    };
  });

  app.post("/api/hosts/heartbeat", (request) => {
    const actor = actorFrom(request);
    const sent = readBody(request, HEARTBEAT);
    if (!actor.isService) throw forbidden("Only services have hearts to beat");
    const id = asString(sent["hostname"]) ?? "";
    const now = sandbox.clock.now();
    hosts.put({
      id,
      order: hosts.get(id)?.order ?? sandbox.db.nextOrder(),
      lastSeen: sandbox.clock.iso(),
      health: { cpu: 0, mem: 0, ...asObject(sent["health"]) },
    });
    const running = asStrings(sent["services"]);
    for (const row of services.find("host", id)) {
      services.put({
        ...row,
        isRunning: running.includes(row.id),
        lastSeen: now,
      });
    }
    return {
      services: list().filter(
        (row) => row["hostname"] === id && row["shouldRun"] === true,
      ),
    };
  });
}

const EMPTY_CONFIG = {
  volumes: null,
  ports: null,
  memLimit: null,
  user: null,
  env: {},
  storagePath: null,
};

function serviceBody(row: ServiceRow, now: number): JsonObject {
  const { id: name, lastSeen, data, ...rest } = row;
  return {
    name,
    ...without(rest, "order"),
    // Local time without a zone, as the real server writes it.
    lastSeen:
      lastSeen === null ? null : new Date(lastSeen).toISOString().slice(0, -1),
    lastSeenDelta: lastSeen === null ? null : (now - lastSeen) / 1000,
    data,
  };
}
