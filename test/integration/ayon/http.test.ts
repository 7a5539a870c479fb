import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { FencedError, ServiceError } from "../../../src/core/errors.ts";
import {
  type AyonHttp,
  type AyonRequest,
  createAyonHttp,
  guarded,
} from "../../../src/ayon/http.ts";
import { eventually } from "../../support/redis.ts";
import {
  hang,
  json,
  page,
  reset,
  type ScriptedHttp,
  startScriptedHttp,
} from "../../support/scripted-http.ts";

const KEY = "0123456789abcdef0123456789abcdef";
let server: ScriptedHttp;
let http: AyonHttp;

beforeAll(async () => {
  server = await startScriptedHttp();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});
beforeEach((context) => {
  server.seen.length = 0;
  http = client();
  context.onTestFinished(() => {
    http.close();
  });
});

function client(more: object = {}): AyonHttp {
  return createAyonHttp({
    serverUrl: server.url,
    apiKey: KEY,
    serviceName: "ftrack processor #1",
    timeoutMs: 5_000,
    retries: { delaysMs: [5, 5], longestWaitMs: 2_000 },
    ...more,
  });
}

const get: AyonRequest<{ name: string }> = {
  method: "GET",
  path: "/api/users/me",
  answer: z.object({ name: z.string() }),
};
const post: AyonRequest<unknown> = {
  method: "POST",
  path: "/api/projects",
  body: { name: "demo" },
  answer: z.unknown(),
};

async function failureOf(asked: Promise<unknown>): Promise<ServiceError> {
  try {
    await asked;
  } catch (thrown) {
    if (thrown instanceof ServiceError) return thrown;
    throw thrown;
  }
  throw new Error("it succeeded");
}

describe("a request", () => {
  it("carries key, sender and sender type, and JSON", async () => {
    server.answer(json(201, null));
    await http.send({ ...post, query: { variant: "a b" }, asUser: "jane" });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: "POST",
      url: "/api/projects?variant=a+b",
      json: { name: "demo" },
    });
    expect(server.seen[0]!.headers).toMatchObject({
      "x-api-key": KEY,
      "x-sender": "ftrack_processor__1",
      "x-sender-type": "ftrack",
      "x-as-user": "jane",
      "content-type": "application/json",
    });
  });

  it("carries bytes as they are", async () => {
    server.answer(json(200, { id: "x" }));
    await http.send({
      method: "PUT",
      path: "/api/x",
      bytes: { data: new Uint8Array([1, 2, 3]), contentType: "image/png" },
      answer: z.unknown(),
    });
    expect(server.seen[0]!.text).toBe("\u0001\u0002\u0003");
    expect(server.seen[0]!.headers["content-type"]).toBe("image/png");
  });

  it("uses one connection for requests that follow each other", async () => {
    const ports = new Set<number | undefined>();
    server.answer((response, request) => {
      ports.add(response.socket?.remotePort);
      json(200, { name: "service" })(response, request);
    });
    for (let i = 0; i < 5; i++) await http.send(get);
    expect(ports.size).toBe(1);
  });
});

describe("reads are repeated", () => {
  it.each([
    ["a proxy's 502", page(502)],
    ["a broken connection", reset],
    ["an internal error", json(500, { status: 500, detail: "asyncpg: x" })],
    ["a page with status 200", page(200)],
  ])("after %s", async (_, trouble) => {
    server.answer(trouble, trouble, json(200, { name: "service" }));
    expect(await http.send(get)).toEqual({ name: "service" });
    expect(server.seen).toHaveLength(3);
  });

  it("until the tries are used up", async () => {
    server.answer(page(503));
    const error = await failureOf(http.send(get));
    expect(error.code).toBe("E_AYON_UNAVAILABLE");
    expect(server.seen).toHaveLength(3);
  });

  it("after the time that the server asks for", async () => {
    server.answer(
      json(429, {}, { "Retry-After": "0.2" }),
      json(200, { name: "service" }),
    );
    const start = performance.now();
    await http.send(get);
    expect(performance.now() - start).toBeGreaterThan(150);
  });

  it("but not when the server asks for more time than anybody here has", async () => {
    server.answer(json(429, {}, { "Retry-After": "30" }));
    expect(await failureOf(http.send(get))).toMatchObject({
      code: "E_AYON_RATE_LIMITED",
      retry: { afterMs: 30_000 },
    });
    expect(server.seen).toHaveLength(1);
  });
});

describe("writes", () => {
  it.each([
    ["a proxy's 502", page(502)],
    ["a broken connection", reset],
  ])("are not repeated after %s", async (_, trouble) => {
    server.answer(trouble, json(201, null));
    const error = await failureOf(http.send(post));
    expect(error.code).toBe("E_AYON_UNAVAILABLE");
    expect(server.seen).toHaveLength(1);
  });

  it("are repeated when they say that it does no harm", async () => {
    server.answer(reset, page(502), json(201, null));
    await http.send({ ...post, isRepeatable: true });
    expect(server.seen).toHaveLength(3);
  });

  it("are not repeated after a time-out, harmless or not", async () => {
    server.answer(hang);
    const request = { ...post, isRepeatable: true, timeoutMs: 100 };
    const error = await failureOf(http.send(request));
    expect(error.code).toBe("E_AYON_TIMEOUT");
    expect(server.seen).toHaveLength(1);
  });

  it("are repeated when nobody was there to take them", async () => {
    const nobody = await startScriptedHttp();
    await nobody[Symbol.asyncDispose]();
    const lonely = client({ serverUrl: nobody.url });
    const error = await failureOf(lonely.send(post));
    lonely.close();
    expect(error).toMatchObject({
      code: "E_AYON_UNREACHABLE",
      subject: { cause: "ECONNREFUSED" },
    });
  });
});

describe("the limit of time", () => {
  it("counts even while bytes drip in", async () => {
    server.answer((response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => {
        clearInterval(drip);
      });
    });
    const error = await failureOf(http.send({ ...get, timeoutMs: 200 }));
    expect(error.code).toBe("E_AYON_TIMEOUT");
  });
});

describe("an answer that takes its time", () => {
  it("is waited for, though an idle connection would be gone by then", async () => {
    server.answer((response, request) => {
      setTimeout(() => {
        json(200, { name: "slow" })(response, request);
      }, 2_000);
    });
    expect(await http.send(get)).toEqual({ name: "slow" });
    expect(server.seen).toHaveLength(1);
  });
});

describe("a guard", () => {
  it("is asked before every try of a write, and before no read", async () => {
    let asked = 0;
    const careful = guarded(http, () => {
      if (++asked === 3) throw new FencedError("lost", { code: "E_FENCED" });
    });
    server.answer(json(200, { name: "service" }));
    await careful.send(get);
    expect(asked).toBe(0);
    server.answer(page(502));
    const error = await failureOf(
      careful.send({ ...post, isRepeatable: true }),
    );
    expect(error.code).toBe("E_FENCED");
    expect(asked).toBe(3);
    expect(server.seen).toHaveLength(3);
  });
});

describe("permission to write", () => {
  it("is asked for again when the request had to wait for its connection", async () => {
    const connections = 16;
    server.answer(hang);
    const stops = Array.from(
      { length: connections },
      () => new AbortController(),
    );
    const others = Promise.allSettled(
      stops.map(({ signal }) => http.send({ ...get, signal })),
    );
    await eventually("all in use", () => server.seen.length === connections);
    let asked = 0;
    const waiting = http.send({
      ...post,
      beforeTry() {
        asked += 1;
        if (asked > 1) throw new FencedError("lost", { code: "E_FENCED" });
      },
    });
    const failing = failureOf(waiting);
    setTimeout(() => {
      for (const stop of stops) stop.abort();
    }, 1_200);
    expect((await failing).code).toBe("E_FENCED");
    expect(asked).toBe(2);
    await others;
    expect(server.seen.map(({ method }) => method)).not.toContain("POST");
  });

  it("that is withdrawn takes back what has not left the machine", async () => {
    const size = 64_000_000;
    let received: number | null = null;
    const stop = new AbortController();
    const raw = createServer((socket) => {
      let bytes = 0;
      socket.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (socket.isPaused() || stop.signal.aborted) return;
        // A server, or a network, that takes nothing for a while.
        socket.pause();
        stop.abort(new FencedError("lost", { code: "E_FENCED" }));
        setTimeout(() => socket.resume(), 200);
      });
      socket.on("error", () => undefined /* the reset that is wanted */);
      socket.on("close", () => {
        received = bytes;
      });
    });
    raw.listen(0, "127.0.0.1");
    await once(raw, "listening");
    const { port } = raw.address() as AddressInfo;
    const own = client({ serverUrl: `http://127.0.0.1:${String(port)}` });
    const error = await failureOf(
      own.send({
        ...post,
        body: "x".repeat(size),
        signal: stop.signal,
        beforeTry: () => undefined,
      }),
    );
    expect(error.code).toBe("E_FENCED");
    // What lay in buffers of the kernel was dropped; without the reset it would all arrive.
    await eventually("ended", () => received !== null);
    expect(received).toBeLessThan(size / 4);
    own.close();
    raw.close();
  });
});

describe("an aborted request", () => {
  it("ends with the signal's reason while it is under way", async () => {
    server.answer(hang);
    const stop = new AbortController();
    const asked = http.send({ ...get, signal: stop.signal });
    setTimeout(() => {
      stop.abort(new Error("fenced"));
    }, 30);
    await expect(asked).rejects.toThrow("fenced");
  });

  it("ends with the signal's reason between two tries", async () => {
    server.answer(page(502));
    const patient = client({
      retries: { delaysMs: [60_000], longestWaitMs: 90_001 },
    });
    const stop = new AbortController();
    const asked = patient.send({ ...get, signal: stop.signal });
    setTimeout(() => {
      stop.abort(new Error("shutdown"));
    }, 30);
    await expect(asked).rejects.toThrow("shutdown");
    patient.close();
  });

  it("is not sent when the signal came before", async () => {
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(http.send({ ...get, signal })).rejects.toThrow("too late");
    expect(server.seen).toHaveLength(0);
  });
});

describe("a refused key", () => {
  const refused = json(401, { code: 401, detail: "Invalid API key" });

  it("is not tried again for a while: the server remembers it for a minute", async () => {
    const strict = client({ authPauseMs: 200 });
    server.answer(refused);
    expect(await failureOf(strict.send(get))).toMatchObject({
      code: "E_AYON_AUTH",
      retry: "backoff",
    });
    await failureOf(strict.send(post));
    expect(server.seen).toHaveLength(1);
    server.answer(json(200, { name: "service" }));
    await expect
      .poll(() => strict.send(get).catch(() => null))
      .toEqual({ name: "service" });
    strict.close();
  });
});

describe("errors", () => {
  it("hold neither the key nor the library's error, which has it in its headers", async () => {
    const detail = `no access for ${KEY}`;
    server.answer(json(403, { code: 403, detail }));
    const errors = [await failureOf(http.send(get))];
    server.answer(reset);
    errors.push(await failureOf(http.send(post)));
    for (const error of errors) {
      const all = [error.message, error.stack, JSON.stringify(error.subject)];
      expect(all.join()).not.toContain(KEY);
      expect(error.cause).toBeUndefined();
    }
    expect(errors[0]!.message).toContain("no access for ***");
  });

  it("tell a redirect, which is not followed: it would carry the key elsewhere", async () => {
    const location = `${server.url}/elsewhere`;
    server.answer(json(301, {}, { Location: location }));
    const error = await failureOf(http.send(post));
    expect(error.code).toBe("E_AYON_REDIRECT");
    expect(server.seen).toHaveLength(1);
  });

  it("tell an answer of another shape", async () => {
    server.answer(json(200, { name: 5 }));
    expect(await failureOf(http.send(get))).toMatchObject({
      code: "E_AYON_CONTRACT",
      retry: "never",
    });
  });
});
