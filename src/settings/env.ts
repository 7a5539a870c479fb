import { config as loadDotenv } from "dotenv";
import type { z } from "zod";
import { ConfigError } from "../core/errors.ts";
import { describeVariables, variables } from "./variables.ts";

export { describeVariables, type VariableInfo } from "./variables.ts";

/** The environment of a service, read once at its start. The only place that reads `process.env`. */
export interface Env {
  readonly ayon: {
    readonly serverUrl: string;
    readonly apiKey: string;
    readonly serviceName: string;
    readonly timeoutMs: number;
    readonly operationsTimeoutMs: number;
  };
  readonly addon: {
    /** The addon whose settings count. */
    readonly name: string;
    /** Null: the version in the bundle of the variant. */
    readonly version: string | null;
    readonly variant: string;
    /** Our addon beside it, which then has only the settings that one lacks; null when it is the same. */
    readonly beside: {
      readonly name: string;
      readonly version: string | null;
    } | null;
  };
  /** Overrides of the addon settings; null where the settings decide. */
  readonly ftrack: {
    readonly server: string | null;
    readonly user: string | null;
    readonly apiKey: string | null;
  };
  readonly redis: { readonly url: string | null; readonly prefix: string };
  readonly log: {
    readonly level: "error" | "warn" | "info" | "debug";
    readonly format: "auto" | "json" | "pretty";
  };
  readonly ops: {
    readonly host: string;
    /** Null: no listener. 0: any free port. */
    readonly port: number | null;
    readonly token: string | null;
  };
  readonly spool: { readonly dir: string; readonly maxBytes: number };
  readonly concurrency: number;
  readonly isDryRun: boolean;
}

export type ServiceKind = "leecher" | "processor" | "cli";

const OPS_PORT: Readonly<Record<ServiceKind, number | null>> = {
  leecher: 8011,
  processor: 8012,
  cli: null,
};

const MIN_OPERATIONS_TIMEOUT_MS = 120_000;

type Source = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment; an empty value counts as not set, since compose files cannot leave one out.
 *
 * @throws ConfigError `E_ENV` that names every wrong variable at once and no value.
 */
export function readEnv(kind: ServiceKind, source: Source): Env {
  const given = Object.fromEntries(
    Object.entries(source).filter(
      ([, value]) => value !== undefined && value.trim() !== "",
    ),
  );
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      `Wrong environment:\n${problems(parsed.error).join("\n")}`,
      { code: "E_ENV" },
    );
  }
  const v = parsed.data;
  const timeoutMs = v.AYON_SERVER_TIMEOUT * 1_000;
  return {
    ayon: {
      serverUrl: v.AYON_SERVER_URL.replace(/\/+$/, ""),
      apiKey: v.AYON_API_KEY,
      serviceName: v.AYON_SERVICE_NAME ?? `ftrack-${kind}`,
      timeoutMs,
      operationsTimeoutMs: Math.max(4 * timeoutMs, MIN_OPERATIONS_TIMEOUT_MS),
    },
    addon: settingsAddon(v),
    ftrack: {
      server: v.FTRACK_SERVER ?? null,
      user: v.FTRACK_API_USER ?? null,
      apiKey: v.FTRACK_API_KEY ?? null,
    },
    redis: {
      url: v.REDIS_URL ?? null,
      prefix: v.AYON_FTRACK_REDIS_PREFIX,
    },
    log: { level: v.AYON_FTRACK_LOG_LEVEL, format: v.AYON_FTRACK_LOG_FORMAT },
    ops: {
      host: v.AYON_FTRACK_OPS_HOST,
      port:
        v.AYON_FTRACK_OPS_PORT === "off"
          ? null
          : (v.AYON_FTRACK_OPS_PORT ?? OPS_PORT[kind]),
      token: v.AYON_FTRACK_OPS_TOKEN ?? null,
    },
    spool: {
      dir: v.AYON_FTRACK_SPOOL_DIR,
      maxBytes: v.AYON_FTRACK_SPOOL_MAX_MB * 1024 * 1024,
    },
    concurrency: v.AYON_FTRACK_CONCURRENCY,
    isDryRun: v.AYON_FTRACK_DRY_RUN,
  };
}

/** Reads the environment of this process, after a `.env` file in the working folder; what is set wins. */
export function loadEnv(kind: ServiceKind): Env {
  loadDotenv({ quiet: true });
  return readEnv(kind, process.env);
}

/** Addon whose settings count unless another is named; packed under any other name, ours has only the rest. */
const SETTINGS_ADDON = "ftrack";

/** The settings of another addon have a version of their own: ours says nothing about it. */
function settingsAddon(v: z.infer<typeof variables>): Env["addon"] {
  const variant = v.AYON_DEFAULT_SETTINGS_VARIANT;
  const own = {
    name: v.AYON_ADDON_NAME,
    version: v.AYON_ADDON_VERSION ?? null,
  };
  const [name = SETTINGS_ADDON, version = null] = (
    v.AYON_FTRACK_SETTINGS_ADDON ?? SETTINGS_ADDON
  ).split("@", 2);
  return name === own.name
    ? { name, version: version ?? own.version, variant, beside: null }
    : { name, version, variant, beside: own };
}

function problems(error: z.ZodError): string[] {
  const about = new Map(describeVariables().map((v) => [v.name, v]));
  return error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const info = about.get(name);
    const isMissing = issue.code === "invalid_type";
    const what = isMissing ? "is not set" : issue.message;
    const hint = info === undefined ? "" : ` (${info.description})`;
    return `  ${name} ${what}${hint}`;
  });
}
