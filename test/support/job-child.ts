/** A processor process with one long job, which stands still for so many milliseconds: no timer, no answer. */
import { silentLog } from "../../src/core/log.ts";
import { silentMeter } from "../../src/core/meter.ts";
import { startJobWorker } from "../../src/queue/job-worker.ts";
import { connect } from "../../src/queue/redis.ts";
import { makeTurns } from "../../src/queue/turn.ts";

const [url = "", prefix = "", stillMs = ""] = process.argv.slice(2);
const connection = connect({ url, prefix }, "patient", silentLog);
const deps = { connection, log: silentLog, meter: silentMeter };

const worker = startJobWorker({
  ...deps,
  turns: makeTurns(deps),
  handlers: {
    still: async () => {
      await connection.client.rpush(`${prefix}:starts`, "child");
      const cell = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(cell, 0, 0, Number(stillMs));
      return "child";
    },
  },
});
await worker.ready();
process.stdout.write("ready\n");
