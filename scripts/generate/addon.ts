import { addonSettings } from "../../src/settings/addon.ts";
import { generatedAddonFiles } from "../addon/files.ts";
import { ADDON_NAME } from "../addon/package-py.ts";
import { packageVersion } from "./package-info.ts";
import { settingsDoc } from "./settings-doc.ts";
import { settingsModel } from "./settings-tree.ts";

/** The generated part of `addon/`, as it is packed under its usual name. */
export function addonFiles(): ReadonlyMap<string, string> {
  const files = generatedAddonFiles({
    name: ADDON_NAME,
    version: packageVersion(),
    imagePrefix: "",
  });
  return new Map(
    [...files].map(([path, content]) => [`addon/${path}`, content]),
  );
}

export function settingsPage(): ReadonlyMap<string, string> {
  return new Map([
    ["docs/settings.md", settingsDoc(settingsModel(addonSettings))],
  ]);
}
