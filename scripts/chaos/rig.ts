import { stat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LocalRedis } from "../../sandbox/redis.ts";
import type { Service, ServiceKind } from "../stack/service.ts";
import { startStack, type Stack } from "../stack/stack.ts";
import { openLink, type Link } from "./link.ts";
import type { Server } from "./points.ts";

/** A service with a network of its own. */
export interface Instance {
  readonly name: string;
  readonly kind: ServiceKind;
  readonly links: Readonly<Record<Server, Link>>;
  /** The process now at work. */
  service(): Service;
  /** Starts the process again after its end. Resolves when it is ready. */
  restart(): Promise<void>;
}

/** Sandboxes, Redis, one leecher, two processors: each a process, each service behind links. */
export interface Rig {
  readonly stack: Stack;
  readonly redis: LocalRedis;
  readonly leecher: Instance;
  readonly processors: readonly Instance[];
  readonly instances: readonly Instance[];
  /** Bytes that wait on the leecher's disk. */
  spooled(): Promise<number>;
  stop(): Promise<void>;
}

export async function startRig(signal?: AbortSignal): Promise<Rig> {
  const stack = await startStack({
    redis: { appendonly: true, appendfsync: "everysec" },
    ...(signal === undefined ? {} : { signal }),
  });
  const links: Link[] = [];
  async function stop(): Promise<void> {
    await stack.stop();
    await Promise.all(links.map((link) => link.close()));
  }
  try {
    const { server } = stack.redis;
    if (server === null)
      throw new Error("It ends Redis: it needs a redis-server of its own");
    const open = (kind: ServiceKind, name: string): Promise<Instance> =>
      startInstance(stack, kind, name, links);
    const [leecher, ...processors] = await Promise.all([
      open("leecher", "leecher"),
      open("processor", "processor-a"),
      open("processor", "processor-b"),
    ]);
    return {
      stack,
      redis: server,
      leecher,
      processors,
      instances: [leecher, ...processors],
      spooled: () => spooledBytes(spoolOf(stack)),
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function startInstance(
  stack: Stack,
  kind: ServiceKind,
  name: string,
  opened: Link[],
): Promise<Instance> {
  const urls: Record<Server, string> = {
    redis: stack.redis.url,
    ayon: stack.ayon.url,
    ftrack: stack.ftrack.url,
  };
  const open = async (server: Server): Promise<Link> => {
    const url = new URL(urls[server]);
    const to = { host: url.hostname, port: Number(url.port) };
    const link = await openLink(to);
    // Closed with the rig, also when what follows fails.
    opened.push(link);
    return link;
  };
  const links = {
    redis: await open("redis"),
    ayon: await open("ayon"),
    ftrack: await open("ftrack"),
  };
  const through = (server: Server): string => {
    const url = new URL(urls[server]);
    url.port = String(links[server].port);
    return url.href.replace(/\/$/, "");
  };
  const start = (): Promise<Service> =>
    stack.start(kind, {
      name,
      env: {
        REDIS_URL: through("redis"),
        AYON_SERVER_URL: through("ayon"),
        FTRACK_SERVER: through("ftrack"),
      },
    });
  let service = await start();
  return {
    name,
    kind,
    links,
    service: () => service,
    async restart() {
      service = await start();
    },
  };
}

export function spoolOf(stack: Stack): string {
  return join(stack.dir, "spool");
}

async function spooledBytes(dir: string): Promise<number> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(".log"));
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(dir, name)).then(
        ({ size }) => size,
        () => 0, // read and removed meanwhile
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Resolves once the condition holds. @throws Error when it does not in time. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<void> {
  const limit = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > limit)
      throw new Error(`Not within ${withinMs} ms: ${what}`);
    await sleep(20);
  }
}
