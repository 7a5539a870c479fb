import { z } from "zod";
import { codeOf, ConfigError, RejectedError } from "../core/errors.ts";
import type { AyonHttp } from "./http.ts";
import { route } from "./route.ts";

export interface AddonRef {
  readonly name: string;
  /** Null: the one in the bundle of the variant. */
  readonly version: string | null;
  /** `production`, `staging`, or the name of a developer bundle. */
  readonly variant: string;
  /** Another addon, whose settings are laid over these: ours, while `name` is the existing one's. */
  readonly beside?: {
    readonly name: string;
    readonly version: string | null;
  } | null;
}

/** Where the addon's settings and the studio's secrets come from. Nothing is kept here. */
export interface AyonSettingsSource {
  readonly addon: AddonRef;
  /** Studio settings as the server lays them out: overrides on top of the addon's defaults. */
  studio(signal?: AbortSignal): Promise<unknown>;
  /** Settings of one project; null when AYON does not know the project. */
  project(name: string, signal?: AbortSignal): Promise<unknown>;
  /** Name and value of all secrets. */
  secrets(signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
}

const wireSettings = z.record(z.string(), z.unknown());
const wireSecrets = z.array(
  z.object({ name: z.string(), value: z.string().nullish() }),
);
const wireBundles = z.object({
  bundles: z.array(
    z.object({
      name: z.string(),
      addons: z.record(z.string(), z.string().nullable()).catch({}),
      isDev: z.boolean().nullish(),
    }),
  ),
  productionBundle: z.string().nullish(),
  stagingBundle: z.string().nullish(),
});
const wireAddons = z.object({
  addons: z.array(
    z.object({
      name: z.string(),
      versions: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** Highest version; one that is still to come (`1.2.0-dev`) only where there is no other. */
function newest(versions: readonly string[]): string | undefined {
  const releases = versions.filter((v) => !v.includes("-"));
  return [...(releases.length > 0 ? releases : versions)]
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1);
}

/** The version of an addon that counts: the given one, or that in the bundle of the variant. */
export async function versionOf(
  http: AyonHttp,
  addon: Omit<AddonRef, "beside">,
  signal?: AbortSignal,
): Promise<string> {
  return addon.version ?? versionInBundle(http, addon, signal);
}

async function versionInBundle(
  http: AyonHttp,
  addon: Omit<AddonRef, "beside">,
  signal?: AbortSignal,
): Promise<string> {
  const { bundles, productionBundle, stagingBundle } = await http.send({
    method: "GET",
    path: "/api/bundles",
    answer: wireBundles,
    signal,
  });
  const bundleName =
    addon.variant === "production"
      ? productionBundle
      : addon.variant === "staging"
        ? stagingBundle
        : addon.variant;
  const bundle = bundles.find((b) => b.name === bundleName);
  const version = bundle?.addons[addon.name];
  if (version !== undefined && version !== null) return version;
  // A server without bundles is a fresh or a development one: take what is installed.
  const { addons } = await http.send({
    method: "GET",
    path: "/api/addons",
    answer: wireAddons,
    signal,
  });
  const installed = addons.find((a) => a.name === addon.name);
  const latest = newest(Object.keys(installed?.versions ?? {}));
  if (latest !== undefined) return latest;
  throw new ConfigError(
    `AYON has no addon "${addon.name}" whose settings could be read; install it, or name another in AYON_FTRACK_SETTINGS_ADDON`,
    { code: "E_ADDON_MISSING", system: "ayon", subject: { addon: addon.name } },
  );
}

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `over` on top of `under`, block by block; lists as a whole. */
function layered(under: Tree, over: Tree): Tree {
  const merged = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    const isBlock = isTree(value) && isTree(below);
    merged.set(key, isBlock ? layered(below, value) : value);
  }
  return Object.fromEntries(merged);
}

export function createSettingsSource(
  http: AyonHttp,
  addon: AddonRef,
): AyonSettingsSource {
  async function settingsOf(
    addon: AddonRef,
    project: string | null,
    signal?: AbortSignal,
  ): Promise<Tree> {
    const version = await versionOf(http, addon, signal);
    const base = route`/api/addons/${addon.name}/${version}/settings`;
    return http.send({
      method: "GET",
      path: project === null ? base : base + route`/${project}`,
      query: { variant: addon.variant },
      answer: wireSettings,
      signal,
    });
  }

  /** Those of the addon beside; none while it is not installed, which only means that they have their defaults. */
  async function settingsBeside(
    project: string | null,
    signal?: AbortSignal,
  ): Promise<Tree> {
    if (addon.beside === undefined || addon.beside === null) return {};
    const beside = { ...addon.beside, variant: addon.variant };
    try {
      return await settingsOf(beside, project, signal);
    } catch (thrown) {
      if (isNotFound(thrown) || codeOf(thrown) === "E_ADDON_MISSING") return {};
      throw thrown;
    }
  }

  async function settings(
    project: string | null,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const [theirs, ours] = await Promise.all([
      settingsOf(addon, project, signal),
      settingsBeside(project, signal),
    ]);
    return layered(theirs, ours);
  }

  return {
    addon,
    async studio(signal) {
      try {
        return await settings(null, signal);
      } catch (thrown) {
        if (!isNotFound(thrown)) throw thrown;
        throw new ConfigError(
          `AYON has no settings of addon ${addon.name} ${addon.version ?? ""}; is that version installed, and the server restarted since?`,
          {
            code: "E_ADDON_MISSING",
            system: "ayon",
            subject: { addon: addon.name, version: addon.version },
          },
        );
      }
    },
    async project(name, signal) {
      try {
        return await settings(name, signal);
      } catch (thrown) {
        if (isNotFound(thrown)) return null;
        throw thrown;
      }
    },
    async secrets(signal) {
      const all = await http.send({
        method: "GET",
        path: "/api/secrets",
        answer: wireSecrets,
        signal,
      });
      return new Map(
        all.flatMap(({ name, value }) =>
          value === undefined || value === null ? [] : [[name, value]],
        ),
      );
    },
  };
}

function isNotFound(thrown: unknown): boolean {
  return thrown instanceof RejectedError && thrown.code === "E_AYON_NOT_FOUND";
}
