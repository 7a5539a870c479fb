// The tasks a newcomer types. Each sets the clone up first, runs its steps in order, and leaves nothing
// behind: children run in a process group and with a temporary directory of their own, which both end here.
//
//   node scripts/run.mjs TASK [arguments for the steps]
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asEnvironment, setUp } from "./setup.mjs";
import { say } from "./setup/say.mjs";
import { tasks } from "./tasks.mjs";

const GRACE_MS = 2000;

process.chdir(join(import.meta.dirname, ".."));
const [name, ...args] = process.argv.slice(2);
const task = tasks[name];

/** The group of the step that runs, so that a signal reaches all of it. */
let group = null;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    process.exitCode = 130;
    if (group === null) process.exit(130);
    signalGroup(group, signal);
  });
}

if (task === undefined) {
  say(`Tasks: ${Object.keys(tasks).join(", ")}`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await runTask();
  } catch (error) {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}

async function runTask() {
  const found = await setUp();
  const temporary = await mkdtemp(join(tmpdir(), "aff-"));
  const env = { ...process.env, ...asEnvironment(found), TMPDIR: temporary };
  try {
    return await runSteps(task.steps(args), env);
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs all steps, also after one has failed; the exit code of the first that failed. */
async function runSteps(steps, env) {
  let code = 0;
  for (const [i, step] of steps.entries()) {
    if (process.exitCode === 130) return 130;
    if (steps.length > 1) say(`${i + 1}/${steps.length} ${step.title}`);
    const startedAt = performance.now();
    const result = await runStep(step, env);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (process.exitCode === 130) say(`${step.title} stopped`);
    else if (result !== 0) say(`${step.title} failed (${seconds} s)`);
    else if (steps.length > 1) say(`${step.title} passed (${seconds} s)`);
    code ||= result;
  }
  return code;
}

/** Runs a program of node_modules/.bin. */
function runStep({ program, args: stepArgs }, env) {
  return new Promise((resolve, reject) => {
    const bin = join("node_modules", ".bin", program);
    const child = spawn(bin, stepArgs, {
      env,
      stdio: "inherit",
      detached: process.platform !== "win32",
      shell: process.platform === "win32",
    });
    group = child.pid ?? null;
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      void endGroup(child.pid).then(() => {
        group = null;
        resolve(code ?? (signal === "SIGINT" ? 130 : 1));
      });
    });
  });
}

/** Ends what a step left running; helpers of its own get a moment to end by themselves. */
async function endGroup(pid) {
  for (let waited = 0; waited < GRACE_MS; waited += 50) {
    if (!signalGroup(pid, 0)) return;
    await sleep(50);
  }
  signalGroup(pid, "SIGKILL");
  say("Processes that were left over have been ended.");
}

/** True when there was somebody to signal. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false; // the group has ended
  }
}
