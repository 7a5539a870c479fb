import type { Action } from "../../core/action.ts";
import { batchTasks } from "./batch-tasks/index.ts";
import { cleanValues } from "./clean-values/index.ts";
import { cloneReview } from "./clone-review/index.ts";
import { componentSizes } from "./component-sizes/index.ts";
import { createAttributes } from "./create-attributes/index.ts";
import { dailyLists } from "./daily-lists/index.ts";
import { deleteEntities } from "./delete-entities/index.ts";
import { jobKiller } from "./job-killer/index.ts";
import { missingPermissions } from "./missing-permissions/index.ts";
import { multipleNotes } from "./multiple-notes/index.ts";
import { prepareProject } from "./prepare-project/index.ts";
import { previewSync } from "./preview-sync/index.ts";
import { createProjectStructure } from "./project-structure/index.ts";
import { pushValues } from "./push-values/index.ts";
import { sortReview } from "./sort-review/index.ts";
import { syncToAyon } from "./sync-to-ayon/index.ts";
import { syncUsers } from "./sync-users/index.ts";
import { thumbnailToChildren, thumbnailToParent } from "./thumbnails/index.ts";
import { transferValues } from "./transfer-values/index.ts";
import { whyNotInAyon } from "./why-not/index.ts";

/** All actions that people can start in Ftrack, in the order of docs/actions.md. */
export const actions: readonly Action[] = [
  syncToAyon,
  previewSync,
  prepareProject,
  createAttributes,
  syncUsers,
  pushValues,
  transferValues,
  cleanValues,
  dailyLists,
  componentSizes,
  deleteEntities,
  jobKiller,
  whyNotInAyon,
  cloneReview,
  multipleNotes,
  thumbnailToParent,
  thumbnailToChildren,
  sortReview,
  batchTasks,
  createProjectStructure,
  missingPermissions,
];
