import { join } from "node:path";
import { parseArgs } from "node:util";
import type { AyonSandboxOptions } from "./ayon/index.ts";
import { startFtrackSandbox } from "./ftrack/index.ts";

const HELP = `Starts a local Ftrack and a local AYON.

  --only ftrack|ayon   start one of them
  --ftrack-port N      port of Ftrack (default: a free one)
  --ayon-port N        port of AYON (default: a free one)
  --ayon-key KEY       API key of AYON's service user (default: a new one)
  --host HOST          listen there instead of on loopback
  --seed NAME          empty, demo or studio:N; "+ayon" adds the attributes of the synchronisation
  --data DIR           keep the state in DIR; it survives a restart
  --help

When all of them answer, one line of JSON with their addresses and keys is printed. Started together, AYON's
settings name this Ftrack: a service needs nothing but AYON's address and key.`;

interface Running {
  readonly stop: () => Promise<void>;
}

const OPTIONS = {
  only: { type: "string" },
  "ftrack-port": { type: "string", default: "0" },
  "ayon-port": { type: "string", default: "0" },
  "ayon-key": { type: "string" },
  host: { type: "string" },
  seed: { type: "string", default: "empty" },
  data: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { only, data, seed, host, "ayon-key": ayonKey } = values;
  if (only !== undefined && only !== "ftrack" && only !== "ayon")
    throw new Error(`--only ${only}: ftrack or ayon`);
  const ports = {
    ftrack: portOf(values["ftrack-port"]),
    ayon: portOf(values["ayon-port"]),
  };
  const running: Running[] = [];
  const addresses: Record<string, unknown> = {};
  const where = host === undefined ? {} : { host };
  let addonSettings: AyonSandboxOptions["addonSettings"];
  if (only !== "ayon") {
    const ftrack = await startFtrackSandbox({
      ...where,
      port: ports.ftrack,
      seed,
      ...(data === undefined ? {} : { dataDir: join(data, "ftrack") }),
    });
    running.push(ftrack);
    const { url, apiUser, apiKey, controlToken } = ftrack;
    addresses["ftrack"] = { url, apiUser, apiKey, controlToken };
    addonSettings = {
      ftrack_server: url,
      service_settings: { username: apiUser, api_key: apiKey },
    };
  }
  if (only !== "ftrack") {
    // Only when it is wanted: it brings a GraphQL engine along.
    const { startAyonSandbox } = await import("./ayon/index.ts");
    const ayon = await startAyonSandbox({
      ...where,
      ...(addonSettings === undefined ? {} : { addonSettings }),
      ...(ayonKey === undefined ? {} : { apiKey: ayonKey }),
      port: ports.ayon,
      seed: seed.replace("+ayon", ""),
      ...(data === undefined ? {} : { dataDir: join(data, "ayon") }),
    });
    running.push(ayon);
    const { url, apiKey, controlToken } = ayon;
    addresses["ayon"] = { url, apiKey, controlToken };
  }
  const stop = (): void => {
    void Promise.all(running.map((r) => r.stop())).then(() => {
      process.exit(0);
    });
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  console.log(JSON.stringify(addresses));
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535)
    throw new Error(`${text} is no port number`);
  return port;
}

try {
  await main();
} catch (error) {
  console.error(
    `sandbox: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exit(1);
}
