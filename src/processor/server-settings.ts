import { slices, type Slice } from "../settings/addon.ts";
import type { ServiceSettings } from "../settings/start.ts";

export type ServerSettings = Slice<"event_server">;

/**
 * The settings of the service itself, at hand without waiting. While they are wrong or AYON is away, the last
 * ones that could be read count; before any, the defaults.
 */
export async function followServerSettings(
  settings: Pick<ServiceSettings, "studio" | "subscribe">,
): Promise<() => ServerSettings> {
  let current: ServerSettings = slices.event_server.parse({});
  async function look(): Promise<void> {
    try {
      current = (await settings.studio()).read("event_server");
    } catch {
      // Whoever reads settings next reports it; here the last ones go on.
    }
  }
  settings.subscribe(() => void look());
  await look();
  return () => current;
}
