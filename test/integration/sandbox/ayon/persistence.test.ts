import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  connectAyonControl,
  startAyonSandbox,
  type AyonSandbox,
} from "../../../../sandbox/ayon/index.ts";
import type { Loose } from "../../../support/ayon-sandbox.ts";
import {
  launchSandbox,
  type SandboxAddresses,
  type SandboxProcess,
} from "../../../support/sandbox-process.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ayon-sandbox-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

type Address = Pick<AyonSandbox, "url" | "apiKey">;

async function ask(
  { url, apiKey }: Address,
  method: string,
  path: string,
  body?: object,
): Promise<Loose> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { "x-api-key": apiKey, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.ok, text).toBe(true);
  return text === "" ? null : JSON.parse(text);
}

const makeFolder = (on: Address, name: string): Promise<Loose> =>
  ask(on, "POST", "/api/projects/demo_show/folders", {
    name,
    folderType: "Shot",
  });

async function names(on: Address): Promise<string[]> {
  const { folders } = await ask(on, "GET", "/api/projects/demo_show/folders");
  return folders.map((f: Loose) => f.name).sort();
}

describe("a directory for data", () => {
  it("keeps everything through a stop, the key too", async () => {
    const first = await startAyonSandbox({ dataDir: folder, seed: "demo" });
    const { id } = await makeFolder(first, "one");
    await ask(first, "PATCH", `/api/projects/demo_show/folders/${String(id)}`, {
      attrib: { ftrackId: "f" },
    });
    await ask(first, "PUT", "/api/addons/ftrack/1.0.0/rawOverrides", { a: 1 });
    await ask(first, "POST", "/api/events", {
      topic: "ftrack.leech",
      hash: "h",
    });
    await ask(first, "POST", "/api/projects", { name: "gone", code: "gn" });
    await ask(first, "DELETE", "/api/projects/gone");
    await first.stop();

    const second = await startAyonSandbox({ dataDir: folder, seed: "empty" });
    expect(second.apiKey).toBe(first.apiKey);
    expect(second.controlToken).toBe(first.controlToken);
    expect(
      await ask(second, "GET", `/api/projects/demo_show/folders/${String(id)}`),
    ).toMatchObject({
      name: "one",
      attrib: { ftrackId: "f" },
    });
    expect(
      await ask(second, "GET", "/api/addons/ftrack/1.0.0/rawOverrides"),
    ).toEqual({ a: 1 });
    const again = await fetch(`${second.url}/api/events`, {
      method: "POST",
      headers: {
        "x-api-key": second.apiKey,
        "content-type": "application/json",
      },
      body: JSON.stringify({ topic: "ftrack.leech", hash: "h" }),
    });
    expect(again.status).toBe(409);
    const { projects } = await ask(second, "GET", "/api/projects");
    expect(projects.map((p: Loose) => p.name)).toEqual(["demo_show"]);
    // New rows come after old ones, as they must for cursors.
    await makeFolder(second, "two");
    const { data } = await ask(second, "POST", "/graphql", {
      query:
        '{ project(name: "demo_show") { folders { edges { node { name } } } } }',
    });
    expect(data.project.folders.edges.map((e: Loose) => e.node.name)).toEqual([
      "one",
      "two",
    ]);
    await second.stop();
  });

  it("loses what was not yet saved when it is killed, and serves no more", async () => {
    let killed = 0;
    const first = await startAyonSandbox({
      dataDir: folder,
      seed: "demo",
      onKill: () => (killed += 1),
    });
    await makeFolder(first, "saved");
    await new Promise((resolve) => setTimeout(resolve, 400));
    await makeFolder(first, "lost");
    first.control.kill();
    expect(killed).toBe(1);
    await expect(names(first)).rejects.toThrow("fetch failed");
    const second = await startAyonSandbox({ dataDir: folder });
    expect(await names(second)).toEqual(["saved"]);
    await second.stop();
  });
});

describe("the launcher", () => {
  const launch = async (
    ...options: string[]
  ): Promise<SandboxProcess & SandboxAddresses["ayon"]> => {
    const child = await launchSandbox(
      "--only",
      "ayon",
      "--data",
      folder,
      ...options,
    );
    return { ...child, ...child.addresses.ayon };
  };

  it("keeps what it was told through kill -9, and half a flush never", async () => {
    const first = await launch("--seed", "demo");
    await makeFolder(first, "one");
    await new Promise((resolve) => setTimeout(resolve, 400));
    const gone = once(first.process, "exit");
    await connectAyonControl(first.url, first.controlToken).kill();
    expect(await gone).toEqual([null, "SIGKILL"]);
    appendFileSync(
      join(folder, "ayon", "ayon.jsonl"),
      '[["studio/users","ghost",{"id":"ghost"}],["stud',
    );

    const second = await launch("--ayon-port", new URL(first.url).port);
    expect([second.url, second.apiKey]).toEqual([first.url, first.apiKey]);
    expect(await names(second)).toEqual(["one"]);
    const ghost = await fetch(`${second.url}/api/users/ghost`, {
      headers: { "x-api-key": second.apiKey },
    });
    expect(ghost.status).toBe(404);
    await makeFolder(second, "two");
    second.process.kill("SIGTERM");
    expect(await once(second.process, "exit")).toEqual([0, null]);

    const third = await startAyonSandbox({ dataDir: join(folder, "ayon") });
    expect(await names(third)).toEqual(["one", "two"]);
    await third.stop();
  });
});
