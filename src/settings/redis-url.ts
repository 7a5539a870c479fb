import type { Settings } from "./load.ts";
import type { Secrets } from "./secrets.ts";

/**
 * Address of Redis: the environment's, else that of the settings, which may name a secret; null when neither
 * has one.
 *
 * @throws what the settings' source throws; ConfigError `E_SETTINGS`.
 */
export async function readRedisUrl(
  fromEnv: string | null,
  settings: Settings,
  secrets: Secrets,
): Promise<string | null> {
  if (fromEnv !== null) return fromEnv;
  const studio = await settings.studio();
  const url = await secrets.resolve(studio.read("service_settings").redis_url);
  return url === "" ? null : url;
}
