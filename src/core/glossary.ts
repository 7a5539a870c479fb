/**
 * The words of this code base. Comment only.
 *
 * - **event**     what Ftrack's hub (or the catch-up) says happened. A hint: it names entities and an
 *                 actor; the state is read again before anything is decided. `event.ts`
 * - **envelope**  an event as it lies in Redis: raw, with its project, its origin and its time. `envelope.ts`
 * - **project**   the Ftrack project id is the partition: one project's events are handled in order,
 *                 by one drain at a time, whatever the number of processors.
 * - **drain**     the job that takes all waiting envelopes of one project, in batches.
 * - **handler**   reads facts, decides. Never writes. `handler.ts`
 * - **facts**     what a handler read from both sides, as plain data.
 * - **change**    one wanted write, as data. Only `processor/apply` turns changes into requests. `change.ts`
 * - **skip**      a subject on which nothing is done, with a reason from a closed list. `decision.ts`
 * - **issue**     a rule that is not met and that a person can mend: entity, rule, fix. `decision.ts`
 * - **outcome**   what became of one event at one handler: applied, unchanged, skipped, conflict, retry,
 *                 failed. `outcome.ts`
 * - **plan**      the changes of a whole project or burst, as JSON.
 * - **quarantine** the entities that could not be brought over, with their reason, until their cause may
 *                 have gone.
 * - **dead letter** an event that was given up after its retries, or that could not be read.
 * - **own write** a write of this service, remembered for a short time so that its echo is recognised.
 *
 * Ftrack words stay Ftrack's (TypedContext, AssetVersion, ObjectType), AYON words AYON's (folder, task,
 * product, version). "Context" is a Project or TypedContext; an Ftrack Task is an AYON task, every other
 * TypedContext is an AYON folder.
 */
export {};
