import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { UnavailableError } from "../core/errors.ts";

const HEARTBEAT_MS = 3_000;
/** A lock nobody touched for this long is left over, e.g. from a container that is gone. */
const STALE_MS = 10_000;

const holder = z.object({ pid: z.number(), host: z.string() });

/** Directories locked by this process. */
const own = new Set<string>();

/**
 * Makes this process the only writer in a directory.
 *
 * The lock of a process that died is taken over at once on the same host, after ten seconds elsewhere.
 *
 * @param waitMs - how long to wait for another process to let go
 * @returns the function that lets go.
 * @throws UnavailableError `E_SPOOL_LOCKED`
 */
export async function lockDirectory(
  dir: string,
  waitMs: number,
): Promise<() => Promise<void>> {
  const file = join(dir, "lock");
  const until = performance.now() + waitMs;
  while (own.has(dir) || !(await take(file))) {
    if (performance.now() > until) {
      throw new UnavailableError("Another process writes to this spool", {
        code: "E_SPOOL_LOCKED",
        subject: { dir },
      });
    }
    await sleep(200);
  }
  own.add(dir);
  const heartbeat = setInterval(() => {
    const now = Date.now() / 1000;
    utimes(file, now, now).catch(() => {
      // Nothing to be done about it here; writes to the same disk will fail loudly.
    });
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    own.delete(dir);
    await rm(file, { force: true });
  };
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx");
    const mine = { pid: process.pid, host: hostname() };
    await handle.writeFile(JSON.stringify(mine));
    await handle.close();
    return true;
  } catch (thrown) {
    if (!isCode(thrown, "EEXIST")) throw thrown;
  }
  if (!(await isStale(file))) return false;
  // Of several that find it stale, one succeeds in moving it away.
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    await rm(aside);
  } catch (thrown) {
    if (isCode(thrown, "ENOENT")) return false;
    throw thrown;
  }
  return take(file);
}

async function isStale(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > STALE_MS) return true;
    const text = await readFile(file, "utf8");
    const { pid, host } = holder.parse(JSON.parse(text));
    return host === hostname() && (pid === process.pid || !isAlive(pid));
  } catch {
    // Gone meanwhile, or not written yet: neither ours nor stale; look again.
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return isCode(thrown, "EPERM");
  }
}

export function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}
