import type { AyonHttp } from "../../ayon/http.ts";
import { versionOf } from "../../ayon/settings-source.ts";
import { toError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { Env } from "../../settings/env.ts";
import type { Settings } from "../../settings/load.ts";

const ICON_MS = 600_000;
/** Pause before it is looked up again when it could not be learned. */
const AGAIN_MS = 30_000;

/** The public files of an addon need no login. */
function iconUrl(
  ayonUrl: string,
  addon: { readonly name: string; readonly version: string },
): string {
  const parts = [addon.name, addon.version].map(encodeURIComponent);
  return `${ayonUrl}/addons/${parts.join("/")}/public/icons/AYONAdmin.svg`;
}

/**
 * The address of the icon, looked up now and then. Only menus that open before it was ever known wait for it;
 * later ones have the last known one while it is looked up. They go without it when it cannot be learned.
 *
 * @param look - gives the address
 */
export function createIcon(
  look: () => Promise<string>,
  log: Logger,
  now: () => number = Date.now,
): () => Promise<string | null> {
  let nextAt = Number.NEGATIVE_INFINITY;
  let known: string | null = null;
  let asked: Promise<string | null> = Promise.resolve(null);

  async function learn(): Promise<string | null> {
    try {
      known = await look();
    } catch (thrown) {
      nextAt = now() + AGAIN_MS;
      log.warn({ err: toError(thrown) }, "the icon of the actions is unknown");
    }
    return known;
  }

  return () => {
    if (now() >= nextAt) {
      nextAt = now() + ICON_MS;
      asked = learn();
    }
    return known === null ? asked : Promise.resolve(known);
  };
}

/** Gives the address of the icon; it must be one that the browsers of the studio know. */
export function createIconAddress(deps: {
  readonly http: AyonHttp;
  readonly settings: Settings;
  readonly env: Pick<Env, "addon" | "ayon">;
}): () => Promise<string> {
  const { http, settings, env } = deps;
  const addon = { ...env.addon, ...env.addon.beside };
  return async () => {
    const [version, studio] = await Promise.all([
      versionOf(http, addon),
      settings.studio(),
    ]);
    const { public_url: forBrowsers } = studio.read("event_server");
    const address = forBrowsers === "" ? env.ayon.serverUrl : forBrowsers;
    return iconUrl(address.replace(/\/+$/, ""), { name: addon.name, version });
  };
}
