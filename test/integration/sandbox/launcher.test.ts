import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { rows } from "../../support/official-client.ts";
import {
  launched,
  launchSandbox,
  type SandboxAddresses,
} from "../../support/sandbox-process.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string")
    throw new Error("A server without a port");
  return address.port;
}

async function count(
  { ftrack }: SandboxAddresses,
  what: string,
): Promise<number> {
  return (await rows(ftrack, `select id from ${what}`)).length;
}

describe("the launcher", () => {
  it("starts both on the ports it is told, and prints one line when they answer", async () => {
    const [ftrackPort, ayonPort] = [await freePort(), await freePort()];
    const child = await launchSandbox(
      ...["--ftrack-port", String(ftrackPort), "--ayon-port", String(ayonPort)],
      ...["--seed", "demo"],
    );
    const { ftrack, ayon } = child.addresses;
    expect([ftrack.url, ayon.url]).toEqual([
      `http://127.0.0.1:${ftrackPort}`,
      `http://127.0.0.1:${ayonPort}`,
    ]);
    const project = await fetch(`${ayon.url}/api/projects/demo_show`, {
      headers: { "x-api-key": ayon.apiKey },
    });
    expect(await project.json()).toMatchObject({ code: "demo" });
    const counts = {
      Project: 1,
      Episode: 2,
      Sequence: 6,
      Shot: 60,
      Task: 300,
    };
    const found = await Promise.all(
      Object.keys(counts).map(
        async (type) => [type, await count(child.addresses, type)] as const,
      ),
    );
    expect(Object.fromEntries(found)).toEqual(counts);
    for (const type of ["AssetBuild", "AssetVersion", "User", "Status"])
      expect(await count(child.addresses, type), type).toBeGreaterThan(3);
    expect(
      await count(
        child.addresses,
        "CustomAttributeConfiguration where is_hierarchical is true",
      ),
    ).toBeGreaterThan(3);
    child.process.kill("SIGTERM");
    expect(await once(child.process, "exit")).toEqual([0, null]);
    expect(child.lines).toHaveLength(1);
  });

  it("starts one of them by its npm script, and ends with npm", async () => {
    const child = await launched(
      spawn("npm", ["run", "-s", "sandbox", "--", "--only", "ayon"], {
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    expect(Object.keys(child.addresses)).toEqual(["ayon"]);
    const { url } = child.addresses.ayon;
    expect((await fetch(url)).status).toBe(200);
    child.process.kill("SIGTERM");
    await once(child.process, "exit");
    await expect
      .poll(async () => (await fetch(url).catch(() => null)) === null)
      .toBe(true);
  });

  it.each([
    ["a server nobody has", ["--only", "shotgrid"], "shotgrid"],
    ["a seed nobody has", ["--seed", "nope"], "nope"],
    ["a port that is none", ["--ayon-port", "http"], "http"],
    ["an unknown option", ["--nope"], "--nope"],
  ])("refuses %s in one line", async (_what, options, why) => {
    const child = spawn(
      "node",
      ["--import", "tsx", "sandbox/main.ts", ...options],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const [out, problem, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    expect({ out, code }).toEqual({ out: "", code: 1 });
    expect(problem).toMatch(/^sandbox: [^\n]*\n$/);
    expect(problem).toContain(why);
  });
});
