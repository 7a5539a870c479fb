import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

export interface Usage {
  readonly rssMb: number;
  readonly cpuSeconds: number;
}

/** Clock ticks per second: the same on all kernels that Node runs on. */
const TICKS = 100;

/** Memory and time of a process. Linux only: from /proc. */
export async function usageOf(pid: number): Promise<Usage> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    readFile(`/proc/${pid}/stat`, "utf8"),
  ]);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const rss = /VmRSS:\s+(\d+) kB/.exec(status)?.[1];
  return {
    rssMb: Number(rss) / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
  };
}

export interface Watch {
  /** Ends the watch. */
  stop(): Promise<{
    readonly samples: readonly number[];
    readonly maxMb: number;
    readonly cpuPercent: number;
  }>;
}

/** Looks at a process four times a second. */
export async function watchProcess(pid: number): Promise<Watch> {
  const startedAt = performance.now();
  const first = await usageOf(pid);
  const samples = [first.rssMb];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      await sleep(250, undefined, { signal: over.signal }).catch(() => {
        // The watch ends; one last look.
      });
      try {
        samples.push((await usageOf(pid)).rssMb);
      } catch {
        return; // it has ended; whoever wanted it alive will notice
      }
    }
  })();
  return {
    async stop() {
      over.abort();
      await watching;
      const { cpuSeconds } = await usageOf(pid);
      const seconds = (performance.now() - startedAt) / 1000;
      return {
        samples,
        maxMb: Math.max(...samples),
        cpuPercent: ((cpuSeconds - first.cpuSeconds) / seconds) * 100,
      };
    },
  };
}
