import { randomUUID } from "node:crypto";

const PREFIX = "ayon-ftrack-events";

/**
 * A client token for one process. The server repeats it in the `ftrack.update` that a write causes, as
 * `data.clientToken` and `source.clientToken`.
 */
export function newClientToken(): string {
  return `${PREFIX}--${randomUUID()}`;
}

/** True for the token of any process of this service, this one or another: the event echoes an own write. */
export function isOwnToken(token: string | null | undefined): boolean {
  return token?.startsWith(`${PREFIX}--`) === true;
}
