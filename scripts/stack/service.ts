import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import processes from "../processes.json" with { type: "json" };
import { ChildError, launch, type Child } from "./child.ts";

const ROOT = join(import.meta.dirname, "../..");
const START_MS = 60_000;

export type ServiceKind = "leecher" | "processor";

/** A service as an image runs it: from dist/, in a process of its own. */
export interface Service extends Child {
  readonly kind: ServiceKind;
  /** Its listener for operators. */
  readonly url: string;
}

export interface ServiceOptions {
  readonly kind: ServiceKind;
  readonly name: string;
  /** Its working folder, which must not have a `.env` of somebody else's. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a service; the promise is for when it is ready. */
export function startService(
  options: ServiceOptions,
): [Child, Promise<Service>] {
  const { kind, name, cwd, env } = options;
  const child = launch({
    name,
    cwd,
    args: [...processes[kind].options, join(ROOT, "dist", kind, "main.js")],
    env: {
      ...processes[kind].env,
      NODE_ENV: "production",
      AYON_SERVICE_NAME: name,
      AYON_FTRACK_LOG_FORMAT: "json",
      AYON_FTRACK_OPS_PORT: "0",
      ...env,
    },
  });
  return [child, whenReady(child, kind)];
}

async function whenReady(child: Child, kind: ServiceKind): Promise<Service> {
  const url = await child.line(
    (line) =>
      /"url":"(http:[^"]+)".*"msg":"listening for operators"/.exec(line)?.[1] ??
      null,
    START_MS,
  );
  const until = performance.now() + START_MS;
  while (!(await isReady(url))) {
    const isLate = performance.now() > until;
    if (isLate || !child.isRunning())
      throw new ChildError(`${child.name} does not become ready`, child.tail());
    await sleep(25);
  }
  return { ...child, kind, url };
}

export async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ready`)).ok;
  } catch {
    return false; // nothing listens: it has ended
  }
}
