import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSettingsSource } from "../../../src/ayon/settings-source.ts";
import { ask, type Ayon, startAyon } from "../../support/ayon.ts";

let ayon: Ayon;

beforeAll(async () => {
  ayon = await startAyon({ addonVersion: "1.9.0" });
  for (const version of ["1.10.0", "1.2.0", "2.0.0-dev"])
    ayon.sandbox.control.putAddon({
      name: "ftrack",
      version,
      settings: { ftrack_server: version },
    });
});
afterAll(async () => {
  await ayon[Symbol.asyncDispose]();
});

/** Settings whose text tells the version they are of. */
async function versionOf(variant: string, name = "ftrack"): Promise<unknown> {
  const source = createSettingsSource(ayon.http, {
    name,
    version: null,
    variant,
  });
  const settings = (await source.studio()) as { ftrack_server?: string };
  return settings.ftrack_server;
}

async function bundle(name: string, version: string, flags: object) {
  await ask(ayon.http, "POST", "/api/bundles", {
    name,
    addons: { ftrack: version },
    ...flags,
  });
}

describe("the version whose settings count, when none is named", () => {
  it("is the newest release on a server without bundles", async () => {
    expect(await versionOf("production")).toBe("1.10.0");
  });

  it("is that of the variant's bundle", async () => {
    await bundle("P1", "1.2.0", { isProduction: true });
    await bundle("S1", "2.0.0-dev", { isStaging: true });
    await bundle("dev-anna", "1.10.0", { isDev: true });
    expect(await versionOf("production")).toBe("1.2.0");
    expect(await versionOf("staging")).toBe("2.0.0-dev");
    expect(await versionOf("dev-anna")).toBe("1.10.0");
  });

  it("is asked for each time, so that another bundle counts at once", async () => {
    await bundle("P2", "1.10.0", { isProduction: true });
    expect(await versionOf("production")).toBe("1.10.0");
  });

  it("cannot be told for an addon that is not there", async () => {
    await expect(versionOf("production", "nope")).rejects.toMatchObject({
      code: "E_ADDON_MISSING",
    });
  });
});
