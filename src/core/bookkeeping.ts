/**
 * Keys of the Ftrack attributes that only this service writes: they show people how an entity stands in
 * AYON. Their changes are echoes of our own writes, whoever's token they carry, and say nothing new (ES-8).
 */
export const BOOKKEEPING_KEYS: ReadonlySet<string> = new Set([
  "ayon_id",
  "ayon_path",
  "ayon_sync_failed",
]);

/** Value of the AYON attribute `ftrackId` of what stays in AYON and is gone from Ftrack. */
export const REMOVED = "removed";
