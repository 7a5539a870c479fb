import type { Action } from "../../core/action.ts";
import { cloneReview } from "./clone-review/index.ts";
import { jobKiller } from "./job-killer/index.ts";
import { missingPermissions } from "./missing-permissions/index.ts";
import { multipleNotes } from "./multiple-notes/index.ts";

/** All actions that people can start in Ftrack, in the order of docs/actions.md. */
export const actions: readonly Action[] = [
  jobKiller,
  cloneReview,
  multipleNotes,
  missingPermissions,
];
