import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** What an image brings along: what it runs, where, and its own variables. */
export interface Image {
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface FakeAshOptions {
  readonly serverUrl: string;
  /** Key of a service user; it is handed on to the services. */
  readonly apiKey: string;
  readonly hostname?: string;
  /** Images that could be pulled, by name. One that is not here ends ASH, as it does for real. */
  readonly images: Readonly<Record<string, Image>>;
  /** Pause between two heartbeats; 2 s for real. */
  readonly pollMs?: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
}

export interface Container {
  readonly name: string;
  readonly labels: string;
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  /** What it wrote to standard output and standard error so far. */
  readonly output: () => string;
  /** Resolves when it is gone. */
  readonly ended: Promise<Ending>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It did not end in the time it was given. */
  readonly wasKilled: boolean;
}

/** AYON's service host with processes in place of containers. */
export interface FakeAsh extends AsyncDisposable {
  readonly hostname: string;
  /** Everything that was started, in order. */
  readonly started: readonly Container[];
  /** The one that runs under this name now. */
  running(name: string): Container | undefined;
  /** Resolves after a whole heartbeat that begins now. */
  beat(): Promise<void>;
}

const answer = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      addonName: z.string(),
      addonVersion: z.string(),
      service: z.string(),
      data: z.object({
        image: z.string(),
        env: z.record(z.string(), z.string()).nullish(),
      }),
    }),
  ),
});

type Wanted = z.infer<typeof answer>["services"][number];

interface Running extends Container {
  readonly child: ChildProcess;
  hasBeenKilled: boolean;
}

export function startFakeAsh(options: FakeAshOptions): FakeAsh {
  const { hostname = "worker01", pollMs = 2_000, graceMs = 10_000 } = options;
  const running = new Map<string, Running>();
  const started: Container[] = [];
  const stop = new AbortController();
  let last = Promise.resolve();

  function start(wanted: Wanted): void {
    const { name, data } = wanted;
    const image = options.images[data.image];
    if (image === undefined)
      throw new Error(`No image ${data.image} to be had`);
    const env = {
      AYON_SERVER_URL: options.serverUrl,
      AYON_API_KEY: options.apiKey,
      AYON_ADDON_NAME: wanted.addonName,
      AYON_ADDON_VERSION: wanted.addonVersion,
      AYON_SERVICE_NAME: name,
      ...data.env,
    };
    const [program, ...args] = image.command;
    const child = spawn(program, args, {
      cwd: image.cwd,
      env: { ...image.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const parts: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (part: Buffer) => parts.push(part));
    const container: Running = {
      name,
      labels: labelsOf(wanted),
      pid: child.pid ?? 0,
      env,
      output: () => Buffer.concat(parts).toString(),
      ended: new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code, signal) => {
          if (running.get(name) === container) running.delete(name);
          resolve({ code, signal, wasKilled: container.hasBeenKilled });
        });
      }),
      child,
      hasBeenKilled: false,
    };
    running.set(name, container);
    started.push(container);
  }

  async function end(container: Running): Promise<void> {
    container.child.kill("SIGTERM");
    const timer = setTimeout(() => {
      container.hasBeenKilled = true;
      container.child.kill("SIGKILL");
    }, graceMs);
    await container.ended;
    clearTimeout(timer);
  }

  async function heartbeat(): Promise<void> {
    const wanted = await ask();
    // While the server is away, what runs goes on.
    if (wanted === null || stop.signal.aborted) return;
    const labels = new Set(wanted.map(labelsOf));
    await Promise.all(
      [...running.values()].filter((c) => !labels.has(c.labels)).map(end),
    );
    // Whatever else changed, a container of the same labels is left alone.
    for (const service of wanted)
      if (!running.has(service.name)) start(service);
  }

  async function ask(): Promise<readonly Wanted[] | null> {
    try {
      const response = await fetch(`${options.serverUrl}/api/hosts/heartbeat`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-api-key": options.apiKey,
        },
        body: JSON.stringify({
          hostname,
          health: { cpu: 1, mem: 1 },
          services: [...running.keys()],
        }),
      });
      if (!response.ok) return null;
      return answer.parse(await response.json()).services;
    } catch (error) {
      if (error instanceof z.ZodError) throw error;
      return null; // The server is away.
    }
  }

  /** One heartbeat at a time. */
  function beat(): Promise<void> {
    last = last.then(heartbeat);
    return last;
  }

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      await beat();
      await sleep(pollMs, undefined, { signal: stop.signal }).catch(
        // Only the end of ASH wakes it.
        () => undefined,
      );
    }
  }

  const looping = loop();
  looping.catch(() => {
    // Reported by `beat` and by the end.
  });

  return {
    hostname,
    started,
    running: (name) => running.get(name),
    beat,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await looping.finally(() => Promise.all([...running.values()].map(end)));
    },
  };
}

/** By these a container is recognised. */
function labelsOf(service: Wanted): string {
  return JSON.stringify([
    service.name,
    service.service,
    service.addonName,
    service.addonVersion,
  ]);
}
