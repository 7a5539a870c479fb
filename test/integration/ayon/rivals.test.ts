import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAyonHttp } from "../../../src/ayon/http.ts";
import { createErrorReporter } from "../../../src/ayon/events.ts";
import {
  findRivals,
  type RivalWatch,
  watchRivals,
} from "../../../src/ayon/rivals.ts";
import { UnavailableError } from "../../../src/core/errors.ts";
import { useAyonSandbox } from "../../support/ayon-sandbox.ts";
import { memoryLog } from "../../support/memory-log.ts";

const ayon = useAyonSandbox();

function client() {
  return createAyonHttp({
    serverUrl: ayon.sandbox.url,
    apiKey: ayon.sandbox.apiKey,
    serviceName: "fes-processor",
    timeoutMs: 5_000,
  });
}

describe("services of the existing addon", () => {
  const find = async () => {
    const http = client();
    try {
      const { now } = ayon.sandbox.control.clock();
      return await findRivals(http, new Date(now));
    } finally {
      http.close();
    }
  };

  /** A service as the existing addon would have it, which its host reports. */
  async function spawn(
    service: string,
    image = `ynput/ayon-ftrack-${service}:1.6.4`,
  ): Promise<void> {
    ayon.sandbox.control.putAddon({
      name: "ftrack",
      version: "1.6.4",
      services: { [service]: { image } },
    });
    await beat([]);
    await ayon.put(`/api/services/old-${service}`, {
      addonName: "ftrack",
      addonVersion: "1.6.4",
      service,
      hostname: "worker01",
      config: {},
    });
    await beat([`old-${service}`]);
  }
  const beat = (services: readonly string[]) =>
    ayon.post("/api/hosts/heartbeat", {
      hostname: "worker01",
      health: { cpu: 1, mem: 1 },
      services,
    });

  beforeEach(() => {
    ayon.sandbox.control.reset();
  });

  it("are not found where there are none", async () => {
    expect(await find()).toEqual([]);
  });

  it("are found while their host reports them", async () => {
    await spawn("leecher");
    expect(await find()).toEqual([
      "the service old-leecher of addon ftrack 1.6.4",
    ]);
    ayon.sandbox.control.clock({ advanceMs: 90_000 });
    expect(await find()).toEqual([]);
    await beat([]);
    expect(await find()).toEqual([]);
  });

  it.each([
    ["the transmitter", "transmitter", undefined],
    [
      "ours",
      "processor",
      "registry.example.com/x/ayon-ftrack-events-processor:2.0.0",
    ],
  ])("are not mistaken for %s", async (_title, service, image) => {
    await spawn(service, image);
    expect(await find()).toEqual([]);
  });

  it("are found by what they write, for as long as it is fresh", async () => {
    for (const topic of ["ftrack.leech", "ftrack.leech", "ftrack.proc"])
      await ayon.post("/api/events", { topic, sender: "compose-1" });
    expect(await find()).toEqual([
      "somebody (compose-1) who writes events ftrack.proc",
      "somebody (compose-1) who writes events ftrack.leech",
    ]);
    ayon.sandbox.control.clock({ advanceMs: 130_000 });
    expect(await find()).toEqual([]);
  });

  it("are not mistaken for ours, which shows outcomes under the same topic", async () => {
    await ayon.post("/api/events", {
      topic: "ftrack.proc",
      sender: "fes-processor",
      summary: { by: "ayon-ftrack-events" },
    });
    expect(await find()).toEqual([]);
  });
});

describe("the watch for them", () => {
  let answers: (readonly string[] | Error)[];
  let watch: RivalWatch;
  const log = memoryLog();
  afterEach(() => watch.close());

  function start(...found: readonly (readonly string[] | Error)[]): void {
    answers = [...found];
    const http = client();
    watch = watchRivals({
      find: () => {
        const answer = (answers.length > 1 ? answers.shift() : answers[0])!;
        return answer instanceof Error
          ? Promise.reject(answer)
          : Promise.resolve(answer);
      },
      reporter: createErrorReporter(http, { log }),
      log,
      everyMs: 5,
    });
  }
  const away = new UnavailableError("away", {
    code: "E_AYON_UNREACHABLE",
    system: "ayon",
  });

  it("waits while somebody else is at work, and says so once", async () => {
    start(away, ["A"], ["A"], ["A"], []);
    expect(watch.isAlone()).toBe(false);
    await watch.whenAlone(new AbortController().signal);
    expect(watch.isAlone()).toBe(true);
    const { body } = await ayon.post("/graphql", {
      query:
        '{events(topics:["log.error"],includeLogs:true){edges{node{description}}}}',
    });
    expect(body.data.events.edges).toEqual([
      {
        node: {
          description: expect.stringContaining(
            "another event server is at work: A.",
          ) as unknown,
        },
      },
    ]);
  });

  it("notices one that comes later, and an AYON that is away changes nothing", async () => {
    start([], away, away, ["B"]);
    const changes: boolean[] = [];
    watch.subscribe((isAlone) => changes.push(isAlone));
    await vi.waitFor(() => {
      expect(changes).toEqual([true, false]);
    });
  });

  it("stops waiting when it is told to", async () => {
    start(["A"]);
    const abort = new AbortController();
    const waiting = watch.whenAlone(abort.signal);
    abort.abort(new Error("the end"));
    await expect(waiting).rejects.toThrow("the end");
  });
});
