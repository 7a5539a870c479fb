import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, describe, expect, test } from "vitest";
import { image, packagePy } from "../../../scripts/addon/package-py.ts";
import { addonZip } from "../../../scripts/addon/zip.ts";

const FTRACK = { name: "ftrack", version: "2.1.0", imagePrefix: "" };
const BESIDE = {
  name: "ftrack_services",
  version: "2.3.0",
  imagePrefix: "registry.example.com/pipeline/",
};

const sha256 = (bytes: Uint8Array) =>
  createHash("sha256").update(bytes).digest("hex");

/** Entries as the archive's directory lists them. */
function directory(zip: Uint8Array) {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.byteLength - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  let at = view.getUint32(end + 16, true);
  return Array.from({ length: view.getUint16(end + 10, true) }, () => {
    const length = view.getUint16(at + 28, true);
    const entry = {
      name: strFromU8(zip.subarray(at + 46, at + 46 + length)),
      time: view.getUint32(at + 12, true),
      mode: view.getUint32(at + 38, true) >>> 16,
    };
    at +=
      46 +
      length +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true);
    return entry;
  });
}

describe("the addon's archive", () => {
  const zone = process.env["TZ"];
  afterEach(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });

  test("is the same byte for byte, in every time zone", async () => {
    const sums = [];
    for (const tz of ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"]) {
      process.env["TZ"] = tz;
      sums.push(sha256(await addonZip(FTRACK)));
    }
    expect(new Set(sums).size).toBe(1);
  });

  test("lists its files in order, without time, readable by everybody", async () => {
    const entries = directory(await addonZip(FTRACK));
    const names = entries.map((entry) => entry.name);
    expect(names).toEqual([...names].sort());
    expect(new Set(entries.map(({ time }) => time))).toEqual(
      new Set([(1 << 21) | (1 << 16)]),
    );
    expect(new Set(entries.map(({ mode }) => mode))).toEqual(
      new Set([0o100644]),
    );
    expect(names).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "package.py",
        "public/icons/AYONAdmin.svg",
        "server/__init__.py",
      ]),
    );
    expect(
      names.filter((name) => /pycache|\.pyc$|(^|\/)\./.test(name)),
    ).toEqual([]);
  });

  test("has the version and images of its package", async () => {
    const files = unzipSync(await addonZip(FTRACK));
    expect(strFromU8(files["package.py"]!)).toBe(packagePy(FTRACK));
    expect(packagePy(FTRACK)).toContain(
      '"leecher": {"image": "ayon-ftrack-events-leecher:2.1.0"}',
    );
  });

  test("holds the files of the repository as they are", async () => {
    const files = unzipSync(await addonZip(FTRACK));
    const path = "server/conversions.py";
    expect(strFromU8(files[path]!)).toBe(readFileSync(`addon/${path}`, "utf8"));
  });

  test("of another name has only the settings that the existing addon lacks", async () => {
    const files = unzipSync(await addonZip(BESIDE));
    expect(strFromU8(files["package.py"]!)).toContain(
      'name = "ftrack_services"',
    );
    expect(strFromU8(files["package.py"]!)).toContain(
      '"image": "registry.example.com/pipeline/ayon-ftrack-events-processor:2.3.0"',
    );
    const defaults = JSON.parse(
      strFromU8(files["server/default_settings.json"]!),
    ) as Record<string, unknown>;
    expect(defaults["service_settings"]).toEqual({ redis_url: "" });
    expect(defaults).not.toHaveProperty("ftrack_server");
    expect(defaults).not.toHaveProperty("publish");
  });

  test.each([
    ["ftrack_services", "0.9.0", "older one"],
    ["ftrack", "1.6.5", "older one"],
    ["Ftrack", "2.0.0", "no name"],
    ["../x", "2.0.0", "no name"],
    ["ftrack", "next", "no version"],
  ])("is not made for %s %s: %s", async (name, version, reason) => {
    await expect(addonZip({ ...FTRACK, name, version })).rejects.toThrow(
      reason,
    );
  });

  test("names images by legal tags", () => {
    expect(image("leecher", { ...FTRACK, version: "2.0.0-rc.1+dev" })).toBe(
      "ayon-ftrack-events-leecher:2.0.0-rc.1-dev",
    );
  });
});
