import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { dispatchEvent } from "../../../src/ayon/events.ts";
import {
  type AyonMessage,
  type AyonSocket,
  type AyonSocketOptions,
  connectAyonSocket,
} from "../../../src/ayon/socket.ts";
import type { AyonHttp } from "../../../src/ayon/http.ts";
import { silentLog } from "../../../src/core/log.ts";
import { type Ayon, startAyon } from "../../support/ayon.ts";

let ayon: Ayon;
let open: AyonSocket[] = [];

beforeAll(async () => {
  ayon = await startAyon();
});
afterAll(async () => {
  await ayon[Symbol.asyncDispose]();
});
afterEach(async () => {
  await Promise.all(open.map((s) => s.close()));
  open = [];
  ayon.sandbox.control.clearFaults();
});

interface Heard {
  readonly socket: AyonSocket;
  readonly messages: AyonMessage[];
  connects: number;
}

function listen(
  http: AyonHttp = ayon.http,
  more: Partial<AyonSocketOptions> = {},
): Heard {
  const messages: AyonMessage[] = [];
  const heard = { messages, connects: 0 };
  const socket = connectAyonSocket(http, {
    topics: ["settings.changed", "ftrack.test"],
    onMessage: (m) => messages.push(m),
    onConnect: () => {
      heard.connects++;
    },
    log: silentLog,
    backoffMs: 10,
    ...more,
  });
  open.push(socket);
  return Object.assign(heard, { socket });
}

describe("the websocket", () => {
  it("is known to be connected at once, and hears its topics only", async () => {
    const heard = listen();
    await expect.poll(() => heard.socket.isConnected()).toBe(true);
    expect(heard.connects).toBe(1);
    await dispatchEvent(ayon.http, {
      topic: "ftrack.other",
      description: "not for us",
    });
    await dispatchEvent(ayon.http, {
      topic: "ftrack.test.more",
      description: "for us",
      project: "demo",
      summary: { n: 1 },
    });
    await expect.poll(() => heard.messages).toHaveLength(1);
    expect(heard.messages[0]).toEqual({
      topic: "ftrack.test.more",
      project: "demo",
      summary: { n: 1 },
      senderType: "ftrack",
    });
  });

  it("comes back each time it is cut, and says so", async () => {
    const heard = listen();
    for (let n = 1; n <= 3; n++) {
      await expect.poll(() => heard.connects).toBe(n);
      ayon.sandbox.control.dropSockets();
    }
    await expect.poll(() => heard.connects).toBe(4);
  });

  it("comes back after a server that was away for a while", async () => {
    const heard = listen();
    await expect.poll(() => heard.connects).toBe(1);
    await ayon.sandbox.control.refuse(200);
    await expect.poll(() => heard.connects, { timeout: 5_000 }).toBe(2);
  });

  it("is not connected with a key the server refuses", async () => {
    const wrong = ayon.client({ apiKey: "0".repeat(32), authPauseMs: 10 });
    const heard = listen(wrong);
    await expect.poll(() => refusals()).toBeGreaterThan(2);
    expect(heard.socket.isConnected()).toBe(false);
    expect(heard.connects).toBe(0);
  });

  it("gives up a connection on which nothing comes any more", async () => {
    const wall = await startWall(ayon.sandbox.port);
    const through = ayon.client({ serverUrl: wall.url, timeoutMs: 500 });
    const heard = listen(through, { silenceMs: 300 });
    await expect.poll(() => heard.connects).toBe(1);
    wall.freeze();
    await expect
      .poll(() => heard.socket.isConnected(), { timeout: 3_000 })
      .toBe(false);
    wall.thaw();
    await expect.poll(() => heard.connects, { timeout: 5_000 }).toBe(2);
    await heard.socket.close();
    wall.close();
  });

  it("ends when it is closed, wherever it stands", async () => {
    for (const waitMs of [0, 1, 5, 20]) {
      const heard = listen();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      await heard.socket.close();
      expect(heard.socket.isConnected()).toBe(false);
    }
  });
});

function refusals(): number {
  return ayon.sandbox.control
    .requests()
    .requests.filter((r) => r.status === 401).length;
}

interface Wall {
  readonly url: string;
  /** Nothing passes any more, and nobody is told: a network that lost its way. */
  freeze(): void;
  thaw(): void;
  close(): void;
}

async function startWall(port: number): Promise<Wall> {
  const { createConnection } = await import("node:net");
  const pairs = new Set<readonly [Socket, Socket]>();
  let isFrozen = false;
  const server: Server = createServer((near) => {
    const far = createConnection(port, "127.0.0.1");
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on("data", (data) => {
        if (!isFrozen) to.write(data);
      });
      from.on("close", () => {
        if (!isFrozen) to.destroy();
      });
      from.on("error", () => to.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    freeze: () => {
      isFrozen = true;
    },
    thaw: () => {
      isFrozen = false;
    },
    close: () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
    },
  };
}
