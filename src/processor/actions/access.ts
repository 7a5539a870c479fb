import type { Action, Selection } from "../../core/action.ts";
import { ConfigError } from "../../core/errors.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { FtrackProject, Reference } from "../../core/reference.ts";
import { mayAct } from "../../core/roles.ts";
import { slices, type SliceKey } from "../../settings/addon.ts";
import type { Settings } from "../../settings/load.ts";
import type { ScopedSettings } from "../../settings/scoped.ts";
import type { Person } from "./people.ts";

/** What holds for a click: the project of the first selected entity, and its settings. */
export interface Place {
  readonly project: FtrackProject | null;
  readonly settings: ScopedSettings;
}

/** The settings are those of the studio where there is no project, or AYON does not know it. */
export async function placeOf(
  selection: Selection,
  reference: Reference,
  settings: Settings,
): Promise<Place> {
  const projectId =
    selection.items.find((item) => item.projectId !== null)?.projectId ?? null;
  const project = await projectOf(projectId, reference);
  return {
    project,
    settings:
      project === null
        ? await settings.studio()
        : await settings.project(project.fullName),
  };
}

async function projectOf(
  id: FtrackId | null,
  reference: Reference,
): Promise<FtrackProject | null> {
  return id === null ? null : reference.ftrackProject(id);
}

export function settingOf(settings: ScopedSettings, key: string): unknown {
  if (!isSlice(key)) throw new TypeError(`No part of the settings is ${key}`);
  return settings.read(key);
}

function isSlice(key: string): key is SliceKey {
  return Object.hasOwn(slices, key);
}

export type Access =
  | { readonly kind: "open"; readonly raw: unknown }
  | { readonly kind: "closed"; readonly reason: string };

/**
 * Whether somebody may use an action there: at discover, and again at a click and at every form that is sent
 * in, since events can be made up.
 */
export function accessTo(
  action: Action,
  person: Person,
  selection: Selection,
  { settings }: Place,
): Access {
  const closed = (reason: string): Access => ({ kind: "closed", reason });
  if (!settings.isEnabled)
    return closed("The AYON addon is switched off for this project.");
  let raw: unknown;
  try {
    raw = settingOf(settings, action.settingsKey);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return closed(thrown.message);
  }
  const { isEnabled, roles } = action.access(raw);
  if (!isEnabled) return closed("This action is switched off in the settings.");
  if (!mayAct(roles, person.roles))
    return closed(
      `This action needs one of the roles ${roles.join(", ")}; an administrator can add yours in the addon's settings.`,
    );
  const hasNothing = selection.items.length === 0;
  if (action.isForUnreadable)
    return hasNothing && selection.unreadable > 0
      ? { kind: "open", raw }
      : closed("The service can read what is selected.");
  if (hasNothing)
    return closed(
      selection.unreadable > 0
        ? "The service cannot read what is selected."
        : "Nothing is selected.",
    );
  if (!action.offers(selection, raw))
    return closed("This action is not for what is selected.");
  return { kind: "open", raw };
}
