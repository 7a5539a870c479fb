import { runCli } from "../../src/cli/run.ts";
import { readEnv } from "../../src/settings/env.ts";
import type { World } from "./world.ts";

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Cli {
  (...args: readonly string[]): Promise<CliResult>;
  /** With `--json`; what it printed, read. */
  json(
    ...args: readonly string[]
  ): Promise<CliResult & { readonly data: ReturnType<typeof JSON.parse> }>;
}

/** The environment of a command that looks into a world. */
export function cliVariables(world: World): Record<string, string> {
  return {
    AYON_SERVER_URL: world.ayon.sandbox.url,
    AYON_API_KEY: world.ayon.sandbox.apiKey,
    AYON_ADDON_VERSION: "1.0.0",
    FTRACK_SERVER: world.ftrack.url,
    FTRACK_API_USER: world.ftrack.apiUser,
    FTRACK_API_KEY: world.ftrack.apiKey,
    REDIS_URL: world.redis.url,
    AYON_FTRACK_REDIS_PREFIX: world.redis.prefix,
  };
}

/** The command line in this process, with this environment and a terminal of 120 characters. */
export function cliWith(variables: Readonly<Record<string, string>>): Cli {
  async function call(...args: readonly string[]): Promise<CliResult> {
    let out = "";
    let err = "";
    const code = await runCli(args, {
      env: () => readEnv("cli", variables),
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      progress: null,
      width: 120,
      hasColor: false,
      signal: new AbortController().signal,
    });
    return { code, out, err };
  }
  return Object.assign(call, {
    async json(...args: readonly string[]) {
      const result = await call(...args, "--json");
      return { ...result, data: JSON.parse(result.out) as never };
    },
  });
}
