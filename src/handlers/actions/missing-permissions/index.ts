import { defineAction, type Answer } from "../../../core/action.ts";
import { label, plain } from "../../../core/form.ts";
import { missingPermissions as settings } from "../../../settings/addon/actions.ts";

export const missingPermissions = defineAction({
  identifier: "ayon.server.missing.perm.private.project",
  label: "Missing permissions (AYON)",
  description: "Why the other actions of AYON are not here.",
  shown: "what the service cannot read, such as a private project",
  settingsKey: "service_event_handlers.missing_permissions",
  settings,
  isForUnreadable: true,
  offers: () => true,
  async start({ reference }): Promise<Answer> {
    const user = await reference.serviceUser();
    const who =
      user === null ? "of the service" : `**${plain(user.username)}**`;
    return {
      kind: "form",
      title: "Missing permissions",
      submitLabel: "Got it",
      items: [
        label(
          `The Ftrack user ${who}, as which the AYON service works, cannot read what is selected. So none of its actions is offered here, and nothing of it comes to AYON.`,
        ),
        label(
          "A private project is open only to those who are added to it: add this user to the project, with a role that may read and write it.",
        ),
      ],
      next: null,
    };
  },
});
