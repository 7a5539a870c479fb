import { ApiError } from "../errors.ts";
import { actorFrom, boolQuery, query, type App } from "../http.ts";
import { asString, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { addonId, readSettings, storedOverrides } from "../settings/store.ts";
import type { BundleRow, ProjectRow } from "../store/rows.ts";

/** Settings of all addons of a bundle: the production or staging one, a developer's, or one by name. */
export function settingsRoute(app: App, sandbox: Sandbox): void {
  app.get("/api/settings", (request) => {
    actorFrom(request);
    const variant = query(request, "variant") ?? "production";
    const projectName = query(request, "project_name");
    const project = projectName === null ? null : sandbox.project(projectName);
    const bundle = findBundle(sandbox, variant, query(request, "bundle_name"));
    const summary = boolQuery(request, "summary") === true;
    return {
      bundleName: bundle.id,
      ...(project === null ? {} : { projectName: project.name }),
      addons: Object.entries(bundle.addons)
        .map(([name, version]) => [name, asString(version)] as const)
        .filter((entry): entry is [string, string] => entry[1] !== null)
        .map(([name, version]) =>
          addonItem(sandbox, name, version, { variant, project, summary }),
        )
        .sort((a, b) => String(a["title"]).localeCompare(String(b["title"]))),
      inheritedAddons: [],
    };
  });
}

function findBundle(
  sandbox: Sandbox,
  variant: string,
  name: string | null,
): BundleRow {
  const { bundles } = sandbox.db.studio;
  const wanted =
    variant === "production" || variant === "staging" ? name : variant;
  const bundle =
    wanted !== null
      ? bundles.get(wanted)
      : bundles
          .all()
          .find((row) =>
            variant === "staging" ? row.isStaging : row.isProduction,
          );
  if (bundle === undefined) {
    throw new ApiError(404, "Bundle not found", {
      extra: { status_code: 404 },
    });
  }
  return bundle;
}

interface Wanted {
  readonly variant: string;
  readonly project: ProjectRow | null;
  readonly summary: boolean;
}

function addonItem(
  sandbox: Sandbox,
  name: string,
  version: string,
  wanted: Wanted,
): JsonObject {
  const addon = sandbox.db.studio.addons.get(addonId(name, version));
  if (addon === undefined || addon.pending) {
    return {
      name,
      title: name,
      version,
      settings: {},
      isBroken: false,
      hasSettings: false,
    };
  }
  const { variant, project } = wanted;
  const settings = readSettings(sandbox, { addon, variant, project });
  const stored = (of: ProjectRow | null): boolean =>
    Object.keys(storedOverrides(sandbox, { addon, variant, project: of }))
      .length > 0;
  return {
    name,
    version,
    title: addon.title,
    hasSettings: settings !== null,
    hasProjectSettings: settings !== null,
    hasProjectSiteSettings: false,
    hasSiteSettings: false,
    ...(stored(null) ? { hasStudioOverrides: true } : {}),
    ...(project !== null && stored(project)
      ? { hasProjectOverrides: true }
      : {}),
    settings: wanted.summary ? {} : (settings ?? {}),
    siteSettings: {},
    isBroken: false,
    isProjectBundle: false,
  };
}
