/* eslint-disable no-console -- it plays the part of a library that prints */
/** A process that stops as a service does, for tests of signals and of what libraries print. */
import { setTimeout as sleep } from "node:timers/promises";
import { captureOutput } from "../../src/ops/capture-output.ts";
import { makeLog } from "../../src/ops/log.ts";
import { watchLoop } from "../../src/ops/loop-watch.ts";
import { handleShutdown } from "../../src/ops/shutdown.ts";
import { startWatchdog } from "../../src/ops/watchdog.ts";
import { countingMeter } from "./queue.ts";

const [mode = "", secret = ""] = process.argv.slice(2);
// Bound before anything is captured, as libraries do while they are loaded.
const early = console.error.bind(console);
const { log } = makeLog({
  ...{ service: "child", level: "debug", format: "json", secrets: [secret] },
});
captureOutput(log);
handleShutdown({
  log,
  deadlineMs: mode === "late" ? 100 : 60_000,
  steps: () => [
    { name: "fails", run: () => Promise.reject(new Error("no")) },
    {
      name: "works",
      run: () => sleep(mode === "slow" || mode === "late" ? 120_000 : 20),
    },
  ],
});

// Keeps the process alive, as a connection would.
setInterval(() => undefined, 1_000);
log.info({}, "ready");
switch (mode) {
  case "print":
    console.log("a library says", { key: secret });
    early(`a library complains about ${secret}`);
    process.stderr.write(`raw ${secret}\n`);
    break;
  case "throw":
    setTimeout(() => {
      throw new Error(`lost with ${secret}`);
    }, 10);
    break;
  case "reject":
    void Promise.reject(new Error("nobody waits"));
    break;
  case "hang":
    startWatchdog({ service: "child", limitMs: 800 });
    await sleep(400);
    for (;;);
  case "frozen":
    startWatchdog({ service: "child", limitMs: 800 });
    break;
  case "stall": {
    watchLoop({ intervalMs: 500, stallMs: 100, log, meter: countingMeter() });
    await sleep(100);
    const until = performance.now() + 300;
    while (performance.now() < until);
    break;
  }
}
