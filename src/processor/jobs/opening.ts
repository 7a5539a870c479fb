import { toError } from "../../core/errors.ts";
import type { FtrackMessage } from "../../core/change.ts";
import type { ProjectContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import type { Reference } from "../../core/reference.ts";
import { syncHandler } from "../../handlers/sync/index.ts";
import {
  syncSettings,
  type SyncSettings,
} from "../../handlers/sync/settings.ts";
import type { Settings } from "../../settings/load.ts";
import { gateOf } from "../gate.ts";
import { modeOf } from "../handler-settings.ts";

export interface OpeningDeps {
  readonly reference: Reference;
  readonly settings: Settings;
  readonly tell: (message: FtrackMessage) => Promise<void>;
}

/** A project that a job of the sync may work on, or why it may not. */
export type Opening =
  | {
      readonly kind: "open";
      readonly project: ProjectContext;
      readonly settings: SyncSettings;
    }
  | { readonly kind: "closed"; readonly detail: string };

/** Asks both servers anew: what was remembered may be what made somebody start the job. */
export async function openProject(
  { reference, settings }: OpeningDeps,
  projectId: FtrackId,
): Promise<Opening> {
  reference.refresh("all");
  const gate = await gateOf(projectId, reference, settings);
  if (gate.kind === "closed") {
    const advice =
      gate.reason === "not-linked"
        ? " Run “Prepare Project for AYON”, or create the project in AYON, and try again."
        : "";
    return { kind: "closed", detail: `${gate.detail}${advice}` };
  }
  const mode = modeOf(syncHandler, gate.settings);
  if (mode.kind === "off") return { kind: "closed", detail: mode.detail };
  if (mode.kind === "wrong")
    return { kind: "closed", detail: mode.error.message };
  try {
    return {
      kind: "open",
      project: gate.project,
      settings: syncSettings.parse(mode.raw),
    };
  } catch (thrown) {
    return { kind: "closed", detail: toError(thrown).message };
  }
}

/** A message to one user about a project. */
export function messageTo(
  userId: FtrackId,
  projectId: FtrackId,
  content: FtrackMessage["content"],
): FtrackMessage {
  return {
    kind: "ftrack.message",
    id: `sync-${projectId}`,
    subject: { ftrackId: projectId, path: projectId, type: "Project" },
    userId,
    content,
  };
}

/** Tells whoever started a job why nothing is done. */
export async function tellClosed(
  { tell }: Pick<OpeningDeps, "tell">,
  userId: FtrackId | null,
  projectId: FtrackId,
  detail: string,
): Promise<{ readonly kind: "closed"; readonly detail: string }> {
  if (userId !== null)
    await tell(
      messageTo(userId, projectId, {
        type: "message",
        success: false,
        message: detail,
      }),
    );
  return { kind: "closed", detail };
}
