import { ensureAdmin } from "../actor.ts";
import { ApiError } from "../errors.ts";
import { installAddon } from "../hosting/install.ts";
import {
  actorFrom,
  boolQuery,
  param,
  query,
  rawBody,
  type App,
} from "../http.ts";
import { withoutNulls, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { addonId } from "../settings/store.ts";
import type { AddonRow, BundleRow } from "../store/rows.ts";

export function addonRoutes(app: App, sandbox: Sandbox): void {
  const { addons, bundles, events } = sandbox.db.studio;

  app.get("/api/addons", (request) => {
    actorFrom(request);
    const details = boolQuery(request, "details") === true;
    const usable = addons.all().filter((row) => !row.pending);
    const names = [...new Set(usable.map((row) => row.name))].sort();
    const production = bundles.all().find((row) => row.isProduction);
    const staging = bundles.all().find((row) => row.isStaging);
    return {
      addons: names.map((name) => {
        const versions = usable
          .filter((row) => row.name === name)
          .sort(byVersion);
        return withoutNulls({
          name,
          title: versions.at(-1)?.title ?? name,
          versions: Object.fromEntries(
            versions.map((row) => [row.version, versionInfo(row, details)]),
          ),
          description: "",
          productionVersion: versionIn(production, name),
          stagingVersion: versionIn(staging, name),
          addonType: "pipeline",
          system: false,
          projectCanOverrideAddonVersion: false,
        });
      }),
    };
  });

  app.post("/api/addons/install", (request) => {
    const actor = actorFrom(request);
    ensureAdmin(actor, "Only admins can install addons");
    if (query(request, "url") !== null)
      throw new ApiError(501, "Not implemented");
    return { eventId: installAddon(sandbox, rawBody(request), actor.name) };
  });

  app.get("/api/addons/install", (request) => {
    actorFrom(request);
    const installed = events.find("topic", "addon.install").reverse();
    return {
      items: installed.map((row) => ({
        id: row.id,
        topic: row.topic,
        description: row.description,
        addonName: row.summary["name"] ?? null,
        addonVersion: row.summary["version"] ?? null,
        user: row.user,
        status: row.status,
        createdAt: row.createdAt,
        updatedAt: row.updatedAt,
      })),
      restartRequired: addons.all().some((row) => row.pending),
    };
  });

  app.delete("/api/addons/:addon/:version", (request) => {
    ensureAdmin(actorFrom(request));
    addons.remove(addonId(param(request, "addon"), param(request, "version")));
    return {};
  });
}

/** Numbers compare as numbers: 1.10.0 after 1.9.0. */
function byVersion(a: AddonRow, b: AddonRow): number {
  return a.version.localeCompare(b.version, "en", { numeric: true });
}

function versionInfo(row: AddonRow, details: boolean): JsonObject {
  const services = Object.keys(row.services).length > 0 ? row.services : null;
  return withoutNulls({
    hasSettings: row.defaults !== null,
    hasSiteSettings: false,
    frontendScopes: {},
    services: details ? services : null,
    isBroken: false,
    projectCanOverrideAddonVersion: false,
  });
}

function versionIn(bundle: BundleRow | undefined, name: string): unknown {
  return bundle?.addons[name] ?? null;
}
