import { z } from "zod";
import type { AttributesMapping } from "../../core/attribute-mapping.ts";
import type { MandatoryKey } from "../../core/mandatory-attributes.ts";
import { SKIP_LINKS, syncFromFtrack } from "../../settings/addon/actions.ts";
import { customAttributes } from "../../settings/addon/custom-attributes.ts";
import { eventServer, sync } from "../../settings/addon/sync.ts";

/** What the sync takes from the addon settings. */
export interface SyncSettings {
  readonly mapping: AttributesMapping;
  /** Type of links between folders, e.g. `breakdown`; null when links are not brought over. */
  readonly linkType: string | null;
  /** Who may read and write what this service keeps in Ftrack; no roles: all. */
  readonly mandatoryRoles: Readonly<
    Record<
      MandatoryKey,
      {
        readonly read_security_roles: readonly string[];
        readonly write_security_roles: readonly string[];
      }
    >
  >;
  /** A full sync brings the statuses of asset versions over too. Events always do. */
  readonly versionStatuses: boolean;
  /** What happens when somebody renames or moves what AYON keeps for its published versions. */
  readonly publishedPolicy: "report" | "revert" | "mark";
  readonly thumbnails: boolean;
  readonly priority: boolean;
  /** More removals than this in one burst are left to a person; null: no limit. */
  readonly maxRemovals: number | null;
}

/** Parts of the addon settings, by path. */
export const SYNC_SETTINGS_PARTS = [
  "sync",
  "event_server",
  "custom_attributes",
  "service_event_handlers.sync_from_ftrack",
] as const;

export const syncSettings: z.ZodType<SyncSettings> = z
  .object({
    sync: sync.prefault({}),
    event_server: eventServer.prefault({}),
    custom_attributes: customAttributes.prefault({}),
    "service_event_handlers.sync_from_ftrack": syncFromFtrack.prefault({}),
  })
  .transform((parts): SyncSettings => {
    const action = parts["service_event_handlers.sync_from_ftrack"];
    const limit = parts.event_server.max_removals;
    return {
      mapping: parts.custom_attributes.attributes_mapping,
      mandatoryRoles: parts.custom_attributes.mandatory_attributes,
      linkType:
        action.sync_link_type === SKIP_LINKS || action.sync_link_type === ""
          ? null
          : action.sync_link_type,
      versionStatuses: action.sync_versions,
      publishedPolicy: parts.sync.published_policy,
      thumbnails: parts.sync.thumbnails,
      priority: parts.sync.priority,
      maxRemovals: limit === 0 ? null : limit,
    };
  });
