import type { JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { addonId } from "../settings/store.ts";

export interface AddonSpec {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly services?: JsonObject;
  /** Null: an addon without settings. */
  readonly settings?: JsonObject | null;
}

/** Adds or replaces a version of an addon; it is usable at once. */
export function putAddon(sandbox: Sandbox, addon: AddonSpec): void {
  const id = addonId(addon.name, addon.version);
  const { addons } = sandbox.db.studio;
  addons.put({
    id,
    order: addons.get(id)?.order ?? sandbox.db.nextOrder(),
    name: addon.name,
    version: addon.version,
    title: addon.title ?? addon.name,
    services: addon.services ?? {},
    defaults: addon.settings ?? null,
    pending: false,
  });
}
