/** A frame of the socket.io 0.9 dialect: `code:id:endpoint[:data]`. */
export interface Frame {
  readonly code: string;
  /** Number of a packet that wants an acknowledgement; empty otherwise. */
  readonly id: string;
  readonly data: string;
}

export const CONNECT = "1::";
export const HEARTBEAT = "2::";

/** Reads a frame; undefined when the text is none. A client that is not Python omits the empty parts. */
export function readFrame(text: string): Frame | undefined {
  const match = /^(\d)(?::(\d*)\+?:([^:]*)(?::([\s\S]*))?)?/.exec(text);
  if (match?.[1] === undefined) return undefined;
  return { code: match[1], id: match[2] ?? "", data: match[4] ?? "" };
}

/**
 * A frame that carries an event. Neither an id nor an endpoint may be in it: the JavaScript client cannot
 * read such a frame and the exception ends its process.
 */
export function eventFrame(event: unknown): string {
  return `5:::${JSON.stringify({ name: "ftrack.event", args: [event] })}`;
}

/** An acknowledgement. It always has exactly one argument: the Python client dies of any other number. */
export function ackFrame(id: string, message?: string): string {
  const argument =
    message === undefined ? { success: true } : { success: false, message };
  return `6:::${id}+${JSON.stringify([argument])}`;
}
