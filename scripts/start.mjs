// The services against the servers that the environment or a `.env` file names, as images run them.
//
//   node scripts/start.mjs leecher|processor …
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { setUpPackages } from "./setup.mjs";

/** How the images run Node. Not imported: Node 20 warns of JSON modules. */
const processes = JSON.parse(
  await readFile(join(import.meta.dirname, "processes.json"), "utf8"),
);

/** npm passes on the Ctrl-C that the terminal has sent us already; a second one would end the services at once. */
const SAME_SIGNAL_MS = 1000;

process.chdir(join(import.meta.dirname, ".."));
const kinds = process.argv.slice(2);
const running = new Set();
let lastSignalAt = -Infinity;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (performance.now() - lastSignalAt < SAME_SIGNAL_MS) return;
    lastSignalAt = performance.now();
    if (running.size === 0) process.exit(130);
    end(signal);
  });
}

try {
  await setUpPackages();
  await ensureBuilt();
  for (const kind of kinds) start(kind);
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}

/** When one of them ends, the other ends too: whoever watches over us sees it, and starts both anew. */
function start(kind) {
  const { options, env } = processes[kind];
  const args = [...options, `dist/${kind}/main.js`];
  const child = spawn(process.execPath, args, {
    stdio: "inherit",
    env: { ...env, ...process.env },
    // Signals of the terminal come through us, once.
    detached: process.platform !== "win32",
  });
  running.add(child);
  child.once("error", (error) => {
    process.stderr.write(`\n${kind}: ${error.message}\n`);
  });
  child.once("close", (code) => {
    running.delete(child);
    process.exitCode ||= code ?? 1;
    end("SIGTERM");
  });
}

function end(signal) {
  // The services know these two.
  for (const child of running)
    child.kill(signal === "SIGINT" ? "SIGINT" : "SIGTERM");
}
