// What the images' HEALTHCHECK runs beside a service: asks whether it is ready.
//
//   node dist/cli/healthcheck.js leecher|processor
//
// Exit code 0: ready, or told not to listen. 1: not ready, with what is missing on stdout.
import { toError } from "../core/errors.ts";
import { loadEnv } from "../settings/env.ts";

const TIMEOUT_MS = 4_000;
/** A service that listens everywhere is asked on loopback. */
const EVERYWHERE = new Set(["0.0.0.0", "::"]);

const kind = process.argv[2];
if (kind === "leecher" || kind === "processor") {
  const { ops } = loadEnv(kind);
  if (ops.port === null) console.log("the service does not listen");
  else {
    const host = EVERYWHERE.has(ops.host) ? "localhost" : ops.host;
    process.exitCode = await ask(`http://${host}:${ops.port}/ready`);
  }
} else {
  console.error("healthcheck leecher|processor");
  process.exitCode = 2;
}

async function ask(url: string): Promise<number> {
  try {
    const answer = await fetch(url, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    console.log(await answer.text());
    return answer.ok ? 0 : 1;
  } catch (thrown) {
    console.log(toError(thrown).message);
    return 1;
  }
}
