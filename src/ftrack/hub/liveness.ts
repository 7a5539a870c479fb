import type { Canary } from "./protocol.ts";

/** A stretch of time in which events may have been sent that did not reach us, by the clock of the caller. */
export interface Gap {
  /** Everything the server sent before this had been taken over; null when nothing ever was. */
  readonly from: number | null;
  /** From here on the subscription is known to work again. */
  readonly to: number;
  readonly reason: "start" | "reconnect" | "lost";
}

export type HubStatus = "connecting" | "live" | "silent";

export interface LivenessLimits {
  /** Without a sign of life for so long, the connection is made anew. */
  readonly silentMs: number;
  /** And for so long, the whole thread. */
  readonly deadMs: number;
}

/**
 * What is known of the connection, from what is heard of it. No clock of its own and no effects: it is told
 * the time, in milliseconds on a clock that is never set, and says what to do.
 */
export interface Liveness {
  /** A thread was started, or the connection kicked. */
  started(at: number): void;
  opened(at: number): void;
  closed(): void;
  /** An event or a canary came in. */
  heard(at: number): void;
  /** A canary came back, and all events before it are safe. */
  proven(canary: Canary): Gap | null;
  /** What to do now; called about once a second. */
  check(at: number): {
    readonly act: "none" | "kick" | "restart";
    readonly gap: Gap | null;
  };
  readonly status: HubStatus;
  readonly connections: number;
  readonly lastHeardAt: number | null;
  readonly lastCanaryAt: number | null;
}

export function createLiveness(limits: LivenessLimits): Liveness {
  const { silentMs, deadMs } = limits;
  let connections = 0;
  let isOpen = false;
  /** The connection whose gap has been told. */
  let toldConnection = 0;
  let openedAt = 0;
  let startedAt = 0;
  let kickedAt: number | null = null;
  let lastHeardAt: number | null = null;
  let lastCanaryAt: number | null = null;
  /** Everything the server sent before this is safe. */
  let watermark: number | null = null;
  let lastCheckAt: number | null = null;

  function tell(to: number): Gap | null {
    if (toldConnection === connections) return null;
    toldConnection = connections;
    const reason = watermark === null ? "start" : "reconnect";
    return { from: watermark, to, reason };
  }

  /** The last moment that spoke for the connection. */
  function since(): number {
    return Math.max(startedAt, isOpen ? openedAt : 0, lastHeardAt ?? 0);
  }

  return {
    started(at) {
      startedAt = at;
      kickedAt = null;
      isOpen = false;
    },
    opened(at) {
      connections += 1;
      isOpen = true;
      openedAt = at;
    },
    closed() {
      isOpen = false;
    },
    heard(at) {
      lastHeardAt = at;
      kickedAt = null;
    },
    proven(canary) {
      lastCanaryAt = canary.echoedAt;
      // A canary of the connection before, still on its way out of the thread, proves nothing for this one.
      const gap = canary.sentAt >= openedAt ? tell(canary.echoedAt) : null;
      watermark = Math.max(watermark ?? 0, canary.sentAt);
      return gap;
    },
    check(at) {
      // When this process itself stood still, what it did not hear means nothing yet.
      const pausedMs = at - (lastCheckAt ?? at);
      lastCheckAt = at;
      if (pausedMs > silentMs / 2) startedAt = at;
      const quietMs = at - since();
      // A server that does not return canaries: the connection is taken as it is, and caught up with.
      const gap =
        isOpen && at - openedAt > silentMs && quietMs < silentMs
          ? tell(at)
          : null;
      if (quietMs > deadMs) return { act: "restart", gap };
      if (quietMs > silentMs && kickedAt === null) {
        kickedAt = at;
        return { act: "kick", gap };
      }
      return { act: "none", gap };
    },
    get status() {
      if (!isOpen || toldConnection !== connections) return "connecting";
      return kickedAt === null ? "live" : "silent";
    },
    get connections() {
      return connections;
    },
    get lastHeardAt() {
      return lastHeardAt;
    },
    get lastCanaryAt() {
      return lastCanaryAt;
    },
  };
}
