/**
 * Identifiers of the actions this service offers in Ftrack. Starting one of them is no work on a task, so it
 * never changes a status.
 */
export const OWN_ACTIONS: ReadonlySet<string> = new Set([
  "sync.from.ftrack.to.ayon",
  "ayon.preview.sync",
  "ayon.prepare.project.server",
  "sync.users.from.ftrack.to.ayon",
  "ayon.clone-review-session",
  "delete.ayon.entities",
  "create.daily.lists",
  "ayon.multiple.notes.server",
  "project.components.sizes",
  "ayon.server.missing.perm.private.project",
  "ayon.admin.push_hier_values_to_non_hier",
  "ayon.transfer.hierarchical.values",
  "ayon.job.killer.server",
  "ayon.create.update.attributes.server",
  "ayon.why.not.in.ayon",
  "ayon.clean.hierarchical.attr.server",
  "ayon.thumb.to.parent.server",
  "ayon.thumb.to.children.server",
  "ayon.client.review.sort.server",
  "ayon.batch-tasks.server",
  "ayon.create.project.structure.server",
]);
