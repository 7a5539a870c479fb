import {
  AuthError,
  ConfigError,
  ServiceError,
  toError,
  UnavailableError,
} from "../core/errors.ts";

/** What the command tells whoever called it; shown in docs/cli.md. */
export const EXIT = {
  ok: 0,
  findings: 1,
  usage: 2,
  notFound: 3,
  unavailable: 69,
  config: 78,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_NOTES: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "done, and nothing to act on",
  findings:
    "done, and something was found that somebody has to act on; or an unexpected error",
  usage: "wrong command, option or argument",
  notFound: "no such project, entity, job or dead letter",
  unavailable: "Redis, AYON or Ftrack does not answer",
  config: "a variable, a setting or a credential is wrong or missing",
  interrupted: "stopped with Ctrl-C",
};

/** An end that was foreseen: what is wrong, and what mends it. */
export class CliError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly fix: string;

  constructor(
    message: string,
    details: {
      readonly code: string;
      readonly exit: keyof typeof EXIT;
      readonly fix: string;
    },
  ) {
    super(message);
    this.name = "CliError";
    this.code = details.code;
    this.exitCode = EXIT[details.exit];
    this.fix = details.fix;
  }
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly exitCode: ExitCode;
}

const FIXES: readonly (readonly [RegExp, string])[] = [
  [
    /^E_ENV$/,
    "Set it in the environment or in .env; docs/configuration.md has all variables.",
  ],
  [
    /^E_REDIS_(URL|MISSING)$/,
    "Set REDIS_URL, or the setting service_settings/redis_url of the addon.",
  ],
  [
    /^E_REDIS_FULL$/,
    "Give Redis more memory; the services go on by themselves.",
  ],
  [
    /^E_REDIS_READONLY$/,
    "Connect to the master of this Redis; this one is a replica.",
  ],
  [
    /^E_REDIS/,
    "Start Redis, or correct its address: REDIS_URL, or the setting service_settings/redis_url.",
  ],
  [
    /^E_AYON_AUTH$/,
    "Set AYON_API_KEY to the key of a service user (AYON: Settings, Users).",
  ],
  [
    /^E_AYON_(UNREACHABLE|UNAVAILABLE|TIMEOUT|TLS|REDIRECT)$/,
    "Check AYON_SERVER_URL and that AYON runs and is reachable from here.",
  ],
  [
    /^E_ADDON_MISSING$/,
    "Install the addon in AYON and put it into the bundle, or correct AYON_ADDON_NAME and AYON_ADDON_VERSION.",
  ],
  [
    /^E_FTRACK_(CREDENTIALS|CREDENTIALS_MISSING)$/,
    "Correct service_settings/username and service_settings/api_key, or the secrets they name; or FTRACK_API_USER and FTRACK_API_KEY.",
  ],
  [/^E_FTRACK_URL$/, "Correct the setting ftrack_server, or FTRACK_SERVER."],
  [
    /^E_FTRACK_(UNREACHABLE|UNAVAILABLE|TIMEOUT|SERVER)$/,
    "Check the setting ftrack_server (or FTRACK_SERVER) and that Ftrack is reachable from here.",
  ],
  [
    /^E_FTRACK_PERMISSION$/,
    "Give the Ftrack user of the service a role that may do this, for all projects.",
  ],
  [/^E_SETTINGS$/, "Correct it on the settings page of the addon."],
];

/** What mends an error of this code; empty when there is no general answer. */
export function fixOf(code: string): string {
  return FIXES.find(([pattern]) => pattern.test(code))?.[1] ?? "";
}

export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof CliError) {
    const { code, message, fix, exitCode } = thrown;
    return { code, message, fix, exitCode };
  }
  const error = toError(thrown);
  const code = error instanceof ServiceError ? error.code : "E_UNEXPECTED";
  return {
    code,
    message: error.message,
    fix: fixOf(code),
    exitCode:
      error instanceof ConfigError || error instanceof AuthError
        ? EXIT.config
        : error instanceof UnavailableError
          ? EXIT.unavailable
          : EXIT.findings,
  };
}
