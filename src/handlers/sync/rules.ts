import type { Subject } from "../../core/change.ts";
import type { Issue } from "../../core/decision.ts";

/** Every rule the sync can find broken, how bad that is and what a person does about it. See docs/sync.md. */
export const RULES = {
  "name-empty": {
    severity: "error",
    fix: "Give it a name with at least one letter or digit.",
  },
  "task-at-root": {
    severity: "error",
    fix: "Move the task into a folder: AYON has no tasks directly under a project.",
  },
  "task-below-task": {
    severity: "error",
    fix: "Move it out of the task: in AYON a task holds nothing.",
  },
  "below-milestone": {
    severity: "error",
    fix: "Move it out of the milestone: milestones are not brought over.",
  },
  "name-taken": {
    severity: "error",
    fix: "Rename one of the two; AYON ignores case, accents and punctuation in names.",
  },
  "parent-not-synced": {
    severity: "error",
    fix: "Mend the parent first; this one follows by itself.",
  },
  "published-renamed": {
    severity: "error",
    fix: "Give it back its old name: it, or something below it, has published versions.",
  },
  "published-moved": {
    severity: "error",
    fix: "Move it back: it, or something below it, has published versions.",
  },
  "published-retyped": {
    severity: "warning",
    fix: "Give it back its old type: it, or something below it, has published versions.",
  },
  "published-removed": {
    severity: "warning",
    fix: "Nothing must be done. It stays in AYON for its published versions; an entity of the same name at the same place will take it over.",
  },
  "published-restored": {
    severity: "warning",
    fix: "Nothing must be done: it, or what it lay in, has published versions and is made again in Ftrack. To remove it, remove the versions from AYON first.",
  },
  "too-many-removals": {
    severity: "error",
    fix: "Check that these entities were meant to be removed; a full synchronisation then archives them, or the limit in the settings can be raised.",
  },
  "own-descendant": {
    severity: "error",
    fix: "Move it elsewhere: in AYON it would come to lie below itself.",
  },
  "ambiguous-link": {
    severity: "error",
    fix: "Clear the attribute ftrackId of all but one of these AYON entities.",
  },
  "value-invalid": {
    severity: "warning",
    fix: "Correct the value; the others were brought over.",
  },
  "status-unknown": {
    severity: "warning",
    fix: "Check the status in Ftrack's system settings.",
  },
  "status-state-unknown": {
    severity: "warning",
    fix: "Give the status one of Ftrack's four states.",
  },
  "status-color-invalid": {
    severity: "info",
    fix: "Give the status a colour of the form #rrggbb.",
  },
  "type-outside-schema": {
    severity: "warning",
    fix: "Add the type to the project's workflow schema in Ftrack, or change the type.",
  },
  "type-unknown": {
    severity: "warning",
    fix: "Give it a type that still exists in Ftrack.",
  },
  "type-only-in-ayon": {
    severity: "info",
    fix: "Nothing must be done; remove the type in AYON if nobody needs it.",
  },
  "user-not-mapped": {
    severity: "info",
    fix: "Give the AYON user the same e-mail address, or the name before the @ of the Ftrack user name.",
  },
  "link-type-missing": {
    severity: "warning",
    fix: "Add the link type from folder to folder to the AYON project, or choose another in the settings.",
  },
  "list-label-taken": {
    severity: "warning",
    fix: "Rename one of the two lists: labels are unique in an AYON project.",
  },
  "list-kind-differs": {
    severity: "warning",
    fix: "Remove the AYON list, or set the list's type back.",
  },
  "project-code-changed": {
    severity: "warning",
    fix: "Change the code of the AYON project too, or set the Ftrack project's name back.",
  },
  "attributes-missing-in-ayon": {
    severity: "error",
    fix: "Install the Ftrack addon on the AYON server and restart it once, so that it adds the attributes.",
  },
  "attributes-missing-in-ftrack": {
    severity: "warning",
    fix: "Run the action that creates AYON's custom attributes.",
  },
  "attributes-not-made": {
    severity: "error",
    fix: "Give the API key of the service a role that may manage custom attributes, or run the action that creates AYON's custom attributes as an administrator.",
  },
  "attribute-left": {
    severity: "info",
    fix: "Correct the attribute in Ftrack's settings, or the roles in the addon's; the action that creates AYON's custom attributes shows what it would change.",
  },
  "rejected-by-ayon": {
    severity: "error",
    fix: "See what AYON answered; it is tried again when the entity changes.",
  },
  "kept-in-ayon": {
    severity: "info",
    fix: "Remove it in AYON if it is no longer wanted.",
  },
} as const satisfies Record<string, Pick<Issue, "severity" | "fix">>;

export type RuleName = keyof typeof RULES;

export function broken(
  rule: RuleName,
  subject: Subject,
  detail: string,
): Issue {
  return { rule, subject, detail, ...RULES[rule] };
}
