/**
 * The logger that everything takes as an argument; `ops/log.ts` makes it.
 *
 * Levels: *error* is our bug or an alert, *warn* is looked at in batches, *info* is a studio's
 * configuration or a fact worth keeping, *debug* the rest. Messages are static text; what varies goes into
 * the fields.
 */
export interface Logger {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  child(fields: object): Logger;
}

/** For places that must be quiet: tests of pure code, throw-away sessions. */
export const silentLog: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => silentLog,
};
