import type { SkipReason } from "../core/decision.ts";
import type { EntityChange, FtrackEvent } from "../core/event.ts";
import type { ProjectContext } from "../core/handler.ts";
import { projectName, type FtrackId } from "../core/ids.ts";
import type { Reference } from "../core/reference.ts";
import type { Settings } from "../settings/load.ts";
import type { ScopedSettings } from "../settings/scoped.ts";

/** Whether anything may be done for a project. */
export type Gate =
  | {
      readonly kind: "open";
      readonly project: ProjectContext;
      readonly settings: ScopedSettings;
    }
  | {
      readonly kind: "closed";
      readonly reason: SkipReason;
      readonly detail: string;
    };

function closed(reason: SkipReason, detail: string): Gate {
  return { kind: "closed", reason, detail };
}

/** Fields of a project on which the gate hangs. */
const GATE_KEYS = [
  "auto_sync_enabled",
  "fullname",
  "full_name",
  "name",
  "status",
];

function isAboutGate(entity: EntityChange): boolean {
  return (
    entity.baseType === "show" &&
    (entity.action === "refresh" ||
      entity.keys.some((key) => GATE_KEYS.includes(key)))
  );
}

/** What is remembered of a project is out of date after these events. */
export function refreshFor(
  events: readonly FtrackEvent[],
  reference: Reference,
): void {
  if (events.some((event) => event.entities.some(isAboutGate)))
    reference.refresh("ftrack-project");
}

/**
 * Opens when the Ftrack project can be read, an active AYON project has its full name, and the addon is
 * enabled for it. Everything else is no error: it is not ours.
 */
export async function gateOf(
  projectId: FtrackId,
  reference: Reference,
  settings: Settings,
): Promise<Gate> {
  const ftrack = await reference.ftrackProject(projectId);
  if (ftrack === null)
    return closed(
      "entity-gone",
      "The project is gone from Ftrack, or private and not open to this service.",
    );
  const ayon = await reference.ayonProject(projectName(ftrack.fullName));
  if (ayon?.active !== true)
    return closed(
      "not-linked",
      `There is no active AYON project ${ftrack.fullName}.`,
    );
  if (ayon.name !== ftrack.fullName)
    return closed(
      "not-linked",
      `The AYON project is called ${ayon.name}, that of Ftrack ${ftrack.fullName}.`,
    );
  const scoped = await settings.project(ayon.name);
  if (!scoped.isEnabled)
    return closed(
      "switched-off",
      `The addon is switched off for ${ftrack.fullName}.`,
    );
  return {
    kind: "open",
    settings: scoped,
    project: {
      ftrack,
      ayonName: ayon.name,
      timezone: timezoneOf(scoped),
    },
  };
}

function timezoneOf(settings: ScopedSettings): string {
  const part = settings.handler("sync");
  return part.kind === "on" ? part.value.timezone : "UTC";
}
