import { setTimeout as sleep } from "node:timers/promises";
import { startStack } from "../scripts/stack/stack.ts";
import { openStudio } from "../scripts/stack/studio.ts";
import { count, quantile } from "./lib/numbers.ts";
import { usageOf } from "./lib/usage.ts";
import type { Figure, Part } from "./part.ts";

const TIMES = 5;
const REST_MS = 2_000;

export const start: Part = {
  name: "start",
  title: "Start",
  about: `From the start of the process until \`/ready\` says yes, with Redis, AYON and Ftrack there; ${TIMES} starts.
Memory after ${REST_MS / 1000} s of rest: the whole resident set, with about 44 MB of Node's own program file.`,
  async run() {
    const stack = await startStack({ redis: { appendonly: true } });
    try {
      await openStudio(stack);
      const figures: Figure[] = [];
      for (const kind of ["leecher", "processor"] as const) {
        const times: number[] = [];
        const memory: number[] = [];
        for (let n = 0; n < TIMES; n += 1) {
          const begun = performance.now();
          const service = await stack.start(kind);
          times.push(performance.now() - begun);
          await sleep(REST_MS);
          memory.push((await usageOf(service.pid)).rssMb);
          await service.end();
        }
        figures.push(
          {
            what: `${kind}: start to ready, median (longest)`,
            measured: `${count(quantile(times, 0.5))} (${count(Math.max(...times))}) ms`,
            budget: "≤ 2,000 ms",
          },
          {
            what: `${kind}: memory at rest, median`,
            measured: count(quantile(memory, 0.5), "MB"),
          },
        );
      }
      return figures;
    } finally {
      await stack.stop();
    }
  },
};
