import { Worker } from "node:worker_threads";

export interface WatchdogOptions {
  /** Name in the last line. */
  readonly service: string;
  /** How long the event loop may stand still. @defaultValue 60 s */
  readonly limitMs?: number;
}

const LIMIT_MS = 60_000;
const LOOKS = 20;

/**
 * Runs in the thread. It counts its own looks, not the time: when the whole process was frozen, or the clock
 * was set, nothing was missed. Writes to the file descriptor, since the streams belong to the loop that
 * stands still, and ends the process the hard way, since nothing else can.
 */
const CODE = `
const { workerData } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const { beats, everyMs, looks, service } = workerData;
let last = -1;
let same = 0;
setInterval(() => {
  const now = Atomics.load(beats, 0);
  same = now === last ? same + 1 : 0;
  last = now;
  if (same < looks) return;
  const line = {
    level: "error",
    time: new Date().toISOString(),
    service,
    ms: same * everyMs,
    msg: "the event loop stands still for good, ending the process",
  };
  try {
    writeSync(1, JSON.stringify(line) + "\\n");
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}, everyMs);
`;

/**
 * Ends the process when its event loop stands still for good, from a thread of its own: code that never
 * returns cannot be stopped from within. Whoever started the process starts it anew; what it had in hand is
 * taken over by others.
 */
export function startWatchdog(options: WatchdogOptions): { stop(): void } {
  const everyMs = (options.limitMs ?? LIMIT_MS) / LOOKS;
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const heart = setInterval(() => {
    Atomics.add(beats, 0, 1);
  }, everyMs / 2);
  heart.unref();
  const thread = new Worker(CODE, {
    eval: true,
    workerData: { beats, everyMs, looks: LOOKS, service: options.service },
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 },
  });
  thread.unref();
  return {
    stop() {
      clearInterval(heart);
      void thread.terminate();
    },
  };
}
