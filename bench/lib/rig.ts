import { startStack, type Stack } from "../../scripts/stack/stack.ts";
import type { Service } from "../../scripts/stack/service.ts";
import { openStudio, type Studio } from "../../scripts/stack/studio.ts";
import type { Figure } from "../part.ts";
import { arrived } from "./shows.ts";
import { count } from "./numbers.ts";
import { watchProcess } from "./usage.ts";

export interface Rig {
  readonly stack: Stack;
  readonly studio: Studio;
  readonly leecher: Service;
  /** The one that runs, or ran last. */
  processor(): Service;
  /** Ends the processor, so that events pile up. */
  pause(): Promise<void>;
  /** Starts a new one; returns when it is ready. */
  resume(): Promise<void>;
  /** Resolves when so many events more than now have come to Redis. */
  taken(): Promise<(events: number) => Promise<void>>;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}

/** Everything as processes of their own; measures the memory of both services at the end. */
export async function withRig(
  run: (rig: Rig) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  const stack = await startStack({ redis: { appendonly: true } });
  try {
    const studio = await openStudio(stack);
    const leecher = await stack.start("leecher");
    let processor = await stack.start("processor");
    return await run({
      stack,
      studio,
      leecher,
      processor: () => processor,
      async pause() {
        await processor.end();
      },
      async resume() {
        processor = await stack.start("processor");
      },
      async taken() {
        const before = await metric(leecher, "events_enqueued_total");
        return (events) =>
          arrived(
            `${events} events in Redis`,
            async () =>
              (await metric(leecher, "events_enqueued_total")) - before >=
              events,
          );
      },
      idle: () =>
        arrived(
          "nothing waits",
          async () => (await metric(processor, "inbox_events")) === 0,
          { everyMs: 25 },
        ),
    });
  } catch (thrown) {
    for (const child of stack.processes())
      console.error(`--- ${child.name}\n${child.tail(5)}`);
    throw thrown;
  } finally {
    await stack.stop();
  }
}

/** A counter or gauge. */
async function metric(service: Service, name: string): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const line = new RegExp(`^ayon_ftrack_${name}(?:\\{.*\\})? (\\S+)$`, "m");
  const value = Number(line.exec(text)?.[1] ?? NaN);
  if (Number.isNaN(value))
    throw new Error(`${service.name} has no metric ${name}`);
  return value;
}

/** Runs something and tells the memory and time that the services took meanwhile. */
export async function watching(
  rig: Rig,
  run: () => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  const services = [
    ["leecher", rig.leecher],
    ["processor", rig.processor()],
  ] as const;
  const watches = await Promise.all(
    services.map(async ([name, { pid }]) => ({
      name,
      watch: await watchProcess(pid),
    })),
  );
  const figures = await run();
  const usage = await Promise.all(
    watches.map(async ({ name, watch }): Promise<Figure> => {
      const { maxMb, cpuPercent } = await watch.stop();
      return {
        what: `memory of the ${name}, at most; share of one core`,
        measured: `${count(maxMb, "MB")}; ${count(cpuPercent)} %`,
      };
    }),
  );
  return [...figures, ...usage];
}
