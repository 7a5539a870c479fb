/**
 * A processor process for tests that kill, freeze and stop one. Every event it handles is an effect: an
 * entry `<number> <name>` in a list of Redis, made right after it was asked whether it still owns the project.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { silentLog } from "../../src/core/log.ts";
import { silentMeter } from "../../src/core/meter.ts";
import {
  startDrainWorker,
  type DrainOptions,
} from "../../src/queue/drain-worker.ts";
import { connect } from "../../src/queue/redis.ts";
import { eachEvent, numberOf } from "./queue.ts";

export interface ChildConfig {
  readonly url: string;
  readonly prefix: string;
  readonly name: string;
  readonly latencyMs: number;
  readonly options: Partial<DrainOptions>;
  /** The process kills itself when it begins this event. */
  readonly poison?: { readonly project: string; readonly n: number };
  /** The handler of this event ends after so long, and does not listen to its signal. */
  readonly deaf?: { readonly n: number; readonly forMs: number };
}

const config = JSON.parse(process.argv[2] ?? "") as ChildConfig;
const { prefix, name, poison, deaf } = config;
const address = { url: config.url, prefix };
const effects = connect(address, "patient", silentLog).client;
const connection = connect(address, "patient", silentLog);

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

const consumer = startDrainWorker(
  {
    connection,
    handler: eachEvent(async (e, context) => {
      const n = numberOf(e);
      const project = e.projectId!;
      if (project === poison?.project && n === poison.n) {
        process.kill(process.pid, "SIGKILL");
      }
      say({ begun: n });
      await sleep(deaf?.n === n ? deaf.forMs : config.latencyMs);
      await context.assertOwner();
      await effects.rpush(`${prefix}:effects:${project}`, `${n} ${name}`);
    }),
    log: silentLog,
    meter: silentMeter,
  },
  config.options,
);
await consumer.ready();
say({ ready: true });

process.once("SIGTERM", () => {
  void consumer.close().then((report) => {
    say(report);
    process.exit(0);
  });
});
