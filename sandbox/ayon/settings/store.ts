import { notFound } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { AddonRow, ProjectRow } from "../store/rows.ts";
import { applyOverrides, mergeFreely } from "./layers.ts";

/** Whose settings: an addon version in a variant, of the studio or of one project. */
export interface SettingsKey {
  readonly addon: AddonRow;
  readonly variant: string;
  readonly project: ProjectRow | null;
}

/** @throws ApiError 404; a version just installed is unknown until the server restarted. */
export function findAddon(
  sandbox: Sandbox,
  name: string,
  version: string,
): AddonRow {
  const { addons } = sandbox.db.studio;
  if (addons.count("name", name) === 0)
    throw notFound(`Addon ${name} does not exist`);
  const addon = addons.get(addonId(name, version));
  if (addon === undefined || addon.pending) {
    throw notFound(`Addon ${name} version ${version} does not exist`);
  }
  return addon;
}

export function addonId(name: string, version: string): string {
  return `${name} ${version}`;
}

function overridesId({ addon, variant, project }: SettingsKey): string {
  return [
    addon.name,
    addon.version,
    variant,
    ...(project === null ? [] : [project.id]),
  ].join(" ");
}

export function storedOverrides(
  sandbox: Sandbox,
  key: SettingsKey,
): JsonObject {
  return sandbox.db.studio.overrides.get(overridesId(key))?.data ?? {};
}

/** Defaults, then the studio's overrides, then the project's; null for an addon without settings. */
export function readSettings(
  sandbox: Sandbox,
  key: SettingsKey,
): JsonObject | null {
  const { defaults } = key.addon;
  if (defaults === null) return null;
  const layer = isFormless(key.addon) ? mergeFreely : applyOverrides;
  const studio = layer(
    defaults,
    storedOverrides(sandbox, { ...key, project: null }),
  );
  return key.project === null
    ? studio
    : layer(studio, storedOverrides(sandbox, key));
}

/** Empty defaults tell no form: such settings are taken and given as they come. */
export function isFormless({ defaults }: AddonRow): boolean {
  return defaults !== null && Object.keys(defaults).length === 0;
}

/** Stores the differences and tells of it; null forgets them. */
export function writeOverrides(
  sandbox: Sandbox,
  key: SettingsKey,
  data: JsonObject | null,
  user: string,
  isRaw = false,
): void {
  const { overrides } = sandbox.db.studio;
  const id = overridesId(key);
  const old = overrides.get(id);
  if (data === null || Object.keys(data).length === 0) overrides.remove(id);
  else overrides.put({ id, order: old?.order ?? sandbox.db.nextOrder(), data });
  const { addon, variant, project } = key;
  const whose = project === null ? "studio" : "project";
  const what = isRaw
    ? "overrides changed using low-level API"
    : `${whose} overrides changed`;
  sandbox.events.dispatch({
    topic: "settings.changed",
    description: `${addon.name} ${addon.version} ${variant} ${what}`,
    summary: { addon_name: addon.name, addon_version: addon.version, variant },
    payload: { originalValue: old?.data ?? {}, newValue: data ?? {} },
    project: project?.name ?? null,
    user,
  });
}
