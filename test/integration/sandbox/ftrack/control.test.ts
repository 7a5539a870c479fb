import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  connectFtrackControl,
  startFtrackSandbox,
  type FtrackControl,
  type FtrackSandbox,
} from "../../../../sandbox/ftrack/index.ts";
import {
  create,
  openSession,
  post,
  row,
  rows,
  update,
  type Loose,
} from "../../../support/official-client.ts";
import {
  launchSandbox,
  type SandboxProcess,
} from "../../../support/sandbox-process.ts";

let sandbox: FtrackSandbox;
/** The same control, over HTTP. */
let remote: FtrackControl;
let shot: string;

beforeAll(async () => {
  sandbox = await startFtrackSandbox({ seed: "demo" });
  remote = connectFtrackControl(sandbox.url, sandbox.controlToken);
  shot = (await row(sandbox, "select id from Shot limit 1"))["id"];
});
afterEach(() => remote.clearFaults());
afterAll(() => sandbox.stop());

function ask(): Promise<{ status: number; body: Loose }> {
  return post(sandbox, [
    { action: "query", expression: "select id from Project" },
  ]);
}

describe("the control interface", () => {
  it.each([{}, { "x-sandbox-token": "wrong" }])(
    "is closed without the token: %j",
    async (headers) => {
      const response = await fetch(`${sandbox.url}/control/sizes`, {
        method: "POST",
        headers: { ...headers },
      });
      expect(response.status).toBe(403);
    },
  );

  it("knows no other operations than its own", async () => {
    for (const name of ["nonsense", "constructor", "__proto__"]) {
      const response = await fetch(`${sandbox.url}/control/${name}`, {
        method: "POST",
        headers: { "x-sandbox-token": sandbox.controlToken },
      });
      expect(response.status).toBe(404);
    }
    await expect(remote.restore("none")).rejects.toThrow("No snapshot none");
    await expect(remote.faults({ nonsense: 1 } as never)).rejects.toThrow(
      "No such fault",
    );
    await expect(
      remote.faults({ latency: { ms: "long" } } as never),
    ).rejects.toThrow("No such fault");
    await expect(remote.behaviour({ eventOrder: 5 } as never)).rejects.toThrow(
      "No such behaviour",
    );
  });

  it("counts what is asked, by action and entity", async () => {
    await remote.resetRequests();
    await ask();
    await post(
      sandbox,
      [
        update("Shot", shot, { description: "x" }),
        { action: "query", expression: "Task where name is x limit 1" },
      ],
      { "ftrack-clienttoken": "mine" },
    );
    const summary = await remote.requests();
    expect(summary).toMatchObject({
      requests: 2,
      operations: 3,
      counts: { "query Project": 1, "update Shot": 1, "query Task": 1 },
    });
    expect(summary.recent[1]).toMatchObject({
      user: sandbox.apiUser,
      clientToken: "mine",
      operations: ["update Shot", "query Task where name is x limit 1"],
    });
    await remote.resetRequests();
    expect((await remote.requests()).requests).toBe(0);
  });

  it("takes snapshots, restores them, and goes back to the seed", async () => {
    const name = async (): Promise<string> =>
      (await row(sandbox, `select name from Shot where id is "${shot}"`))[
        "name"
      ];
    const original = await name();
    await post(sandbox, [update("Shot", shot, { name: "one" })]);
    await remote.snapshot("one");
    await post(sandbox, [
      { action: "delete", entity_type: "Shot", entity_key: [shot] },
    ]);
    await remote.restore("one");
    expect(await name()).toBe("one");
    expect(
      await rows(sandbox, `select id from Task where parent_id is "${shot}"`),
    ).not.toHaveLength(0);
    await remote.reset();
    expect(await name()).toBe(original);
    expect((await remote.sizes())["Event"]).toBe(0);
  });
});

describe("faults", () => {
  it("latency", async () => {
    await remote.faults({ latency: { ms: 120, jitter: 20 } });
    const start = performance.now();
    await ask();
    expect(performance.now() - start).toBeGreaterThan(110);
  });

  it("502 pages, for some requests or until further notice", async () => {
    await remote.faults({ badGateway: 2 });
    for (const status of [502, 502, 200]) {
      const response = await fetch(`${sandbox.url}/api`, {
        method: "POST",
        headers: {
          "ftrack-user": sandbox.apiUser,
          "ftrack-api-key": sandbox.apiKey,
        },
        body: "[]",
      });
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toContain(
        status === 502 ? "text/html" : "json",
      );
    }
    await remote.faults({ badGateway: "all", everywhere: true });
    expect((await fetch(`${sandbox.url}/socket.io/1/`)).status).toBe(502);
  });

  it("server errors for a share of requests", async () => {
    await remote.faults({ errorRate: 1 });
    expect((await ask()).body.exception).toBe("ServerError");
  });

  it("requests that are never answered", async () => {
    await remote.faults({ hang: 1 });
    const session = await openSessionQuietly();
    await expect(
      session.query("select id from Project", {
        signal: AbortSignal.timeout(200),
      }),
    ).rejects.toThrow();
    expect((await ask()).status).toBe(200);
  });

  it("connections that are reset before anything is done, and after all is done", async () => {
    await remote.faults({ reset: 1 });
    await expect(
      post(sandbox, [update("Shot", shot, { description: "not done" })]),
    ).rejects.toThrow();
    await remote.faults({ commitThenReset: 1 });
    await expect(
      post(sandbox, [update("Shot", shot, { description: "done" })]),
    ).rejects.toThrow();
    expect(
      (
        await row(sandbox, `select description from Shot where id is "${shot}"`)
      )["description"],
    ).toBe("done");
  });

  it("a named exception for the next batch, which is not done", async () => {
    await remote.faults({
      failNext: {
        exception: "ValidationError",
        content: "As you wished.",
        code: "wish",
      },
    });
    const { body } = await post(sandbox, [
      update("Shot", shot, { description: "no" }),
    ]);
    expect(body).toEqual({
      exception: "ValidationError",
      content: "As you wished.",
      error_code: "wish",
    });
    expect(
      (
        await row(sandbox, `select description from Shot where id is "${shot}"`)
      )["description"],
    ).not.toBe("no");
  });

  it("a named exception for writes that hold a text, and for no others", async () => {
    const refuse = { exception: "PermissionError", content: "Not this one." };
    await remote.faults({ refuse: { holding: "unwanted", ...refuse } });
    const written = async (description: string) => {
      const { body } = await post(sandbox, [
        update("Shot", shot, { description }),
      ]);
      return body;
    };
    expect(await written("unwanted words")).toMatchObject(refuse);
    expect(await written("other words")).toHaveLength(1);
    const found = `select description from Shot where id is "${shot}"`;
    expect((await row(sandbox, found))["description"]).toBe("other words");
  });

  it("a clock that is ahead", async () => {
    await remote.behaviour({ clockSkewMs: 86_400_000 });
    const { body } = await post(sandbox, [
      create("Folder", {
        name: "tomorrow",
        parent_id: (await row(sandbox, "select id from Project"))["id"],
      }),
    ]);
    await remote.behaviour({ clockSkewMs: 0 });
    const ahead =
      Date.parse(`${body[0].data.created_at.value as string}Z`) - Date.now();
    expect(ahead).toBeGreaterThan(86_000_000);
  });

  async function openSessionQuietly(): ReturnType<typeof openSession> {
    await remote.clearFaults();
    const session = await openSession(sandbox);
    await remote.faults({ hang: 1 });
    return session;
  }
});

describe("a server of its own process", () => {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  interface Child extends SandboxProcess {
    readonly sandbox: FtrackSandbox;
  }

  async function launch(...options: string[]): Promise<Child> {
    const child = await launchSandbox(
      "--only",
      "ftrack",
      "--data",
      folder,
      ...options,
    );
    const { ftrack } = child.addresses;
    const control = connectFtrackControl(ftrack.url, ftrack.controlToken);
    return { ...child, sandbox: { ...ftrack, control } as FtrackSandbox };
  }

  async function names(on: FtrackSandbox): Promise<string[]> {
    return (await rows(on, "select name from Folder order by name")).map(
      (f) => f["name"],
    );
  }

  it("keeps what it was told through kill -9, and half a batch never", async () => {
    const first = await launch("--seed", "empty");
    const schema = (await row(first.sandbox, "select id from ProjectSchema"))[
      "id"
    ];
    const { body } = await post(first.sandbox, [
      create("Project", {
        name: "p",
        full_name: "P",
        project_schema_id: schema,
      }),
    ]);
    const folderOf = (name: string): Loose =>
      create("Folder", { name, parent_id: body[0].data.id });
    await post(first.sandbox, [folderOf("one"), folderOf("two")]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const gone = once(first.process, "exit");
    await first.sandbox.control.kill();
    expect(await gone).toEqual([null, "SIGKILL"]);
    const rowsFile = join(folder, "ftrack", "rows.jsonl");
    appendFileSync(
      rowsFile,
      '[["Context","half",{"$type":"Folder","id":"half","name":"ha',
    );

    const second = await launch(
      "--ftrack-port",
      new URL(first.sandbox.url).port,
    );
    expect(second.sandbox.url).toBe(first.sandbox.url);
    expect(second.sandbox.apiKey).toBe(first.sandbox.apiKey);
    expect(await names(second.sandbox)).toEqual(["one", "two"]);
    expect(
      (await rows(second.sandbox, "select id from Event order by id")).map(
        (e) => e["id"],
      ),
    ).toEqual([1, 2, 3]);
    await post(second.sandbox, [folderOf("three")]);
    second.process.kill("SIGTERM");
    expect(await once(second.process, "exit")).toEqual([0, null]);
    expect(second.lines).toHaveLength(1);
    expect(readFileSync(rowsFile, "utf8")).toContain('"three"');
  });
});
