import { addonSettings } from "../../src/settings/addon.ts";
import { pythonModel } from "../generate/settings-model.ts";
import {
  defaultValues,
  ownPart,
  settingsModel,
} from "../generate/settings-tree.ts";
import { ADDON_NAME, type AddonIdentity, packagePy } from "./package-py.ts";

/**
 * The addon's generated files, by their paths inside it.
 *
 * Under another name the existing addon stays, and with it the settings that it has: then ours has only what that one lacks, so that no setting stands in two places.
 */
export function generatedAddonFiles(
  identity: AddonIdentity,
): ReadonlyMap<string, string> {
  const whole = settingsModel(addonSettings);
  const settings = identity.name === ADDON_NAME ? whole : ownPart(whole);
  return new Map([
    ["package.py", packagePy(identity)],
    ["server/settings.py", pythonModel(settings)],
    ["server/default_settings.json", json(defaultValues(settings))],
  ]);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
