/**
 * Writes `package/<name>-<version>.zip`, which AYON installs on the page Studio Settings › Addons.
 */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ADDON_NAME } from "./addon/package-py.ts";
import { addonZip } from "./addon/zip.ts";
import { packageVersion } from "./generate/package-info.ts";

const { values } = parseArgs({
  options: {
    /** Another name, for a studio that keeps the existing addon `ftrack`. */
    name: { type: "string", default: ADDON_NAME },
    /** Where the studio keeps our images, such as `registry.example.com/pipeline`. */
    registry: { type: "string", default: "" },
    out: { type: "string", default: "package" },
  },
});

const version = packageVersion();
const registry = values.registry.replace(/\/+$/, "");
const zip = await addonZip({
  name: values.name,
  version,
  imagePrefix: registry === "" ? "" : `${registry}/`,
});
const file = join(values.out, `${values.name}-${version}.zip`);
await mkdir(values.out, { recursive: true });
await writeFile(file, zip);
console.log(
  `${file}  sha256 ${createHash("sha256").update(zip).digest("hex")}`,
);
