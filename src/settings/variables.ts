import { z } from "zod";

/** What people read about a variable, in `.env.example` and docs/configuration.md. */
export interface VariableNotes {
  readonly group: "AYON" | "Ftrack" | "Redis" | "Service";
  readonly description: string;
  /** Value when it is not set, as text; undefined for none. */
  readonly defaultText?: string;
  readonly isRequired?: true;
  /** Not shown by any command, and left empty in `.env.example`. */
  readonly isSecret?: true;
  readonly example?: string;
}

interface Variable<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly notes: VariableNotes;
}

function variable<Schema extends z.ZodType>(
  schema: Schema,
  notes: VariableNotes,
): Variable<Schema> {
  return { schema, notes };
}

const text = z.string().trim().min(1, "must not be empty");
const webAddress = text.refine(
  (value) => /^https?:\/\//.test(value) && URL.canParse(value),
  "must be an address that begins with http:// or https://",
);

const YES = new Set(["1", "true", "yes", "on"]);
const NO = new Set(["0", "false", "no", "off"]);

const flag = text.transform((value, context) => {
  const word = value.toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  context.addIssue({ code: "custom", message: "must be true or false" });
  return z.NEVER;
});

function whole(min: number, max: number): z.ZodType<number> {
  return text
    .refine(
      (value) => /^\d+$/.test(value),
      "must be a whole number without a sign",
    )
    .transform(Number)
    .refine((value) => value >= min && value <= max, {
      message: `must lie between ${min} and ${max}`,
    });
}

const addonName = text.refine(
  (value) => /^[a-zA-Z0-9_-]+$/.test(value),
  "must be the name of an addon",
);

/**
 * Every variable the services read, in the order in which people should read about them. Names beginning `AYON_` without `FTRACK` are those that AYON's service
 * host and its Python client use.
 */
const TABLE = {
  AYON_SERVER_URL: variable(webAddress, {
    group: "AYON",
    description: "Address of the AYON server. The service host (ASH) sets it.",
    isRequired: true,
    example: "https://ayon.example.com",
  }),
  AYON_API_KEY: variable(text, {
    group: "AYON",
    description:
      "API key of an AYON service user. The service host (ASH) sets it.",
    isRequired: true,
    isSecret: true,
  }),
  AYON_ADDON_NAME: variable(addonName.default("ftrack"), {
    group: "AYON",
    description: "Name of the addon that this service belongs to.",
    defaultText: "ftrack",
  }),
  AYON_ADDON_VERSION: variable(text.optional(), {
    group: "AYON",
    description:
      "Version of the addon whose settings are read. Without it, the version in the bundle of the settings variant.",
    example: "1.0.0",
  }),
  AYON_SERVICE_NAME: variable(text.optional(), {
    group: "AYON",
    description:
      "Name of this service in logs and as sender of its AYON events.",
    defaultText: "ftrack-leecher or ftrack-processor",
  }),
  AYON_DEFAULT_SETTINGS_VARIANT: variable(text.default("production"), {
    group: "AYON",
    description:
      "Variant of the settings: production, staging, or the name of a developer bundle.",
    defaultText: "production",
  }),
  AYON_SERVER_TIMEOUT: variable(whole(1, 600).default(30), {
    group: "AYON",
    description:
      "Seconds to wait for an answer of AYON. Batches of writes may take four times as long, and two minutes at least.",
    defaultText: "30",
  }),
  AYON_FTRACK_SETTINGS_ADDON: variable(
    text
      .refine(
        (value) => /^[a-zA-Z0-9_-]+(@\S+)?$/.test(value),
        "must be `name` or `name@version`",
      )
      .optional(),
    {
      group: "AYON",
      description:
        "Addon whose settings are read: `name` or `name@version`. An addon of ours with another name adds those that this one lacks.",
      defaultText: "ftrack",
      example: "ftrack@1.6.4",
    },
  ),
  FTRACK_SERVER: variable(text.optional(), {
    group: "Ftrack",
    description:
      "Address of Ftrack. Overrides the addon setting ftrack_server; for development.",
    example: "https://studio.ftrackapp.com",
  }),
  FTRACK_API_USER: variable(text.optional(), {
    group: "Ftrack",
    description:
      "Ftrack user of this service. Overrides the addon setting service_settings/username; for development.",
  }),
  FTRACK_API_KEY: variable(text.optional(), {
    group: "Ftrack",
    description:
      "Ftrack API key. Overrides the addon setting service_settings/api_key; for development.",
    isSecret: true,
  }),
  REDIS_URL: variable(
    text
      .refine(
        (value) => /^rediss?:\/\//.test(value),
        "must begin with redis:// or rediss://",
      )
      .optional(),
    {
      group: "Redis",
      description:
        "Address of the Redis server that leecher and processors share. Overrides the addon setting service_settings/redis_url.",
      isSecret: true,
      example: "redis://localhost:6379/0",
    },
  ),
  AYON_FTRACK_REDIS_PREFIX: variable(
    text
      .refine(
        (value) => /^[a-zA-Z0-9_-]{1,32}$/.test(value),
        "must consist of letters, digits, - and _",
      )
      .default("aff"),
    {
      group: "Redis",
      description:
        "First part of all Redis keys, to keep several set-ups apart on one Redis server.",
      defaultText: "aff",
    },
  ),
  AYON_FTRACK_LOG_LEVEL: variable(
    z.enum(["error", "warn", "info", "debug"]).default("info"),
    {
      group: "Service",
      description: "Least important messages to log: error, warn, info, debug.",
      defaultText: "info",
    },
  ),
  AYON_FTRACK_LOG_FORMAT: variable(
    z.enum(["auto", "json", "pretty"]).default("auto"),
    {
      group: "Service",
      description:
        "json: one JSON object per line; pretty: for reading; auto: pretty on a terminal.",
      defaultText: "auto",
    },
  ),
  AYON_FTRACK_OPS_HOST: variable(text.default("127.0.0.1"), {
    group: "Service",
    description:
      "Address on which health, metrics and dashboard are offered. Anything but loopback is open to the network.",
    defaultText: "127.0.0.1",
  }),
  AYON_FTRACK_OPS_PORT: variable(
    z.union([z.literal("off"), whole(0, 65_535)]).optional(),
    {
      group: "Service",
      description:
        "Port of health, metrics and dashboard; 0 takes a free one, off opens none.",
      defaultText: "8011 (leecher), 8012 (processor)",
    },
  ),
  AYON_FTRACK_OPS_TOKEN: variable(
    z.string().min(16, "must have 16 characters or more").optional(),
    {
      group: "Service",
      description:
        "Token for the dashboard and for everything that changes something. Without it, these are not offered.",
      isSecret: true,
    },
  ),
  AYON_FTRACK_SPOOL_DIR: variable(text.default("spool"), {
    group: "Service",
    description:
      "Folder in which the leecher keeps events on disk while Redis is away. Has to survive a restart.",
    defaultText: "spool",
  }),
  AYON_FTRACK_SPOOL_MAX_MB: variable(whole(1, 1_000_000).default(512), {
    group: "Service",
    description: "Most that the leecher keeps on disk, in megabytes.",
    defaultText: "512",
  }),
  AYON_FTRACK_CONCURRENCY: variable(whole(1, 256).default(16), {
    group: "Service",
    description:
      "Projects that one processor works on at the same time. Events of one project are always handled one after the other.",
    defaultText: "16",
  }),
  AYON_FTRACK_DRY_RUN: variable(flag.default(false), {
    group: "Service",
    description:
      "Decide everything, write nothing, neither to AYON nor Ftrack. Only the jobs of what people click show in Ftrack, and say that nothing was written.",
    defaultText: "false",
  }),
} as const;

type Shape = { [Name in keyof typeof TABLE]: (typeof TABLE)[Name]["schema"] };

export const variables = z.object(
  Object.fromEntries(
    Object.entries(TABLE).map(([name, { schema }]) => [name, schema]),
  ) as Shape,
);

export interface VariableInfo extends VariableNotes {
  readonly name: string;
}

/** For `.env.example` and docs/configuration.md. */
export function describeVariables(): readonly VariableInfo[] {
  return Object.entries(TABLE).map(([name, { notes }]) => ({
    name,
    ...notes,
  }));
}
