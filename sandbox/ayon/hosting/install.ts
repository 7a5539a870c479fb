import { createHash } from "node:crypto";
import { ApiError } from "../errors.ts";
import { asObject, asString, isObject, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { addonId } from "../settings/store.ts";
import { pythonAssignments } from "./python-literals.ts";
import { readZip, type ZipFiles } from "./zip.ts";

interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly services: JsonObject;
  readonly defaults: JsonObject | null;
}

/**
 * Takes an addon package: `package.py` gives name, version, title and services. The settings model is Python
 * and is not run; its defaults are read from a file `server/default_settings.json` when the package has one.
 * Usable after a restart. Returns the id of the event to poll.
 *
 * @throws ApiError 409 for a zip that holds no addon; UnhandledError for no zip at all.
 */
export function installAddon(
  sandbox: Sandbox,
  zip: Buffer,
  user: string,
): string {
  const info = packageInfo(readZip(zip));
  const hash = createHash("sha256")
    .update(JSON.stringify(["addon.install", info.name, info.version]))
    .digest("hex");
  const eventId = sandbox.events.dispatch({
    topic: "addon.install",
    hash,
    description: `Installing addon ${info.name} ${info.version}`,
    summary: { name: info.name, version: info.version, is_rez: true },
    user,
    finished: false,
    reuse: true,
    sender: "background-installer",
    senderType: "system",
  });
  setImmediate(() => {
    finish(sandbox, eventId, info);
  });
  return eventId;
}

function finish(sandbox: Sandbox, eventId: string, info: PackageInfo): void {
  const { addons, events } = sandbox.db.studio;
  if (!events.has(eventId)) return; // The server was reset meanwhile.
  const id = addonId(info.name, info.version);
  const old = addons.get(id);
  addons.put({
    id,
    order: old?.order ?? sandbox.db.nextOrder(),
    ...info,
    defaults: info.defaults ?? old?.defaults ?? null,
    pending: old === undefined || old.pending,
  });
  sandbox.events.update(eventId, {
    status: "finished",
    description: `Addon ${info.name} ${info.version} installed`,
    sender: "background-installer",
    senderType: "system",
  });
}

function packageInfo(zip: ZipFiles): PackageInfo {
  const packagePy = zip.get("package.py");
  if (packagePy === undefined) throw unsupported("Unsupported addon format");
  const facts = pythonAssignments(packagePy);
  const name = asString(facts["name"]);
  const version = asString(facts["version"]);
  if (name === null) throw unsupported("Addon name not found in package.py");
  if (version === null)
    throw unsupported("Addon version not found in package.py");
  return {
    name,
    version,
    title: asString(facts["title"]) ?? name,
    services: asObject(facts["services"]),
    defaults: defaultsIn(zip),
  };
}

function defaultsIn(zip: ZipFiles): JsonObject | null {
  const file = [...zip.keys()].find((path) => path.startsWith("server/"));
  if (file === undefined) return null;
  const parsed = JSON.parse(zip.get(file) ?? "") as unknown;
  return isObject(parsed) ? parsed : null;
}

function unsupported(detail: string): ApiError {
  return new ApiError(409, detail);
}
