import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync, type Zippable } from "fflate";
import { generatedAddonFiles } from "./files.ts";
import type { AddonIdentity } from "./package-py.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The server sets these permissions on what it unpacks. */
const REGULAR_FILE = 0o100644 * 0x1_00_00;
const UNIX = 3;

/**
 * The addon as AYON installs it. The same sources give the same bytes, on every machine: entries are sorted, carry no time, and are packed by code that does not change with the version of Node.
 *
 * @throws Error for a name or version that an AYON server could not tell from another addon.
 */
export async function addonZip(identity: AddonIdentity): Promise<Uint8Array> {
  checkIdentity(identity);
  const entries: Zippable = {};
  for (const [path, content] of [...(await addonContent(identity))].sort(
    ([a], [b]) => (a < b ? -1 : 1),
  ))
    entries[path] = content;
  return zipSync(entries, {
    level: 9,
    // The format keeps local time: this is its earliest moment wherever the clock stands.
    mtime: new Date(1980, 0, 1),
    os: UNIX,
    attrs: REGULAR_FILE,
  });
}

/** Files of the addon by their path inside it. */
async function addonContent(
  identity: AddonIdentity,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = join(ROOT, "addon");
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isLeftover(file.slice(folder.length)));
  const content = new Map<string, Uint8Array>();
  for (const file of files) {
    const path = file.slice(folder.length + 1).replaceAll(sep, "/");
    content.set(path, await readFile(file));
  }
  content.set("LICENSE", await readFile(join(ROOT, "LICENSE")));
  const encoder = new TextEncoder();
  for (const [path, text] of generatedAddonFiles(identity))
    content.set(path, encoder.encode(text));
  return content;
}

/** What Python and operating systems leave behind. */
function isLeftover(path: string): boolean {
  return path
    .split(sep)
    .some((part) => part.startsWith(".") || part === "__pycache__");
}

function checkIdentity({ name, version }: AddonIdentity): void {
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    throw new Error(
      `${name} is no name for an addon: small letters, digits and _`,
    );
  const major = Number(/^(\d+)\.\d+\.\d+/.exec(version)?.[1]);
  if (!(major >= 0)) throw new Error(`${version} is no version`);
  // AYON sorts versions of one name, and the conversion of settings goes by the version they come from.
  if (major < 2)
    throw new Error(
      `Version ${version} would pass for an older one of the existing addon; use 2.0.0 or later`,
    );
}
