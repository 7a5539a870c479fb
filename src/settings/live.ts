import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Settings } from "./load.ts";
import type { Secrets } from "./secrets.ts";

/** A message of AYON's websocket, as far as it concerns settings. */
export interface SettingsMessage {
  readonly topic: string;
  readonly project: string | null;
  readonly summary: Readonly<Record<string, unknown>>;
}

export interface SettingsChange {
  /** The one project that changed; null when it may be all. */
  readonly project: string | null;
  readonly what: "settings" | "secrets";
}

export interface LiveSettingsOptions {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly addon: {
    readonly name: string;
    readonly variant: string;
    readonly beside?: { readonly name: string } | null;
  };
  readonly log: Logger;
  /** How often the studio's settings and secrets are looked at in any case. @defaultValue 30 s */
  readonly pollMs?: number;
}

/**
 * Keeps settings and secrets current: the server's messages at once, and a look at them now and then for
 * what no message tells (secrets) and for messages that were lost.
 */
export interface LiveSettings {
  /** For the websocket: called with every message. */
  onMessage(message: SettingsMessage): void;
  /** For the websocket: called after every connect, since messages may have been lost before. */
  onConnect(): void;
  subscribe(listener: (change: SettingsChange) => void): () => void;
  /** Looks now; used by tests and by a refused credential. */
  check(): Promise<void>;
  close(): Promise<void>;
}

const POLL_MS = 30_000;

export function createLiveSettings(options: LiveSettingsOptions): LiveSettings {
  const { settings, secrets, addon, log, pollMs = POLL_MS } = options;
  const listeners = new Set<(change: SettingsChange) => void>();
  const stop = new AbortController();
  let lastStudio: string | null = null;
  let lastSecrets: string | null = null;

  function notify(change: SettingsChange): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (thrown) {
        // One listener's fault must not keep the news from the others.
        log.error(
          { code: codeOf(thrown), err: thrown },
          "A listener to settings failed",
        );
      }
    }
  }

  async function checkStudio(): Promise<void> {
    settings.forget(null);
    const studio = await settings.studio();
    const fingerprint = studio.fingerprint;
    const hasChanged = lastStudio !== null && lastStudio !== fingerprint;
    lastStudio = fingerprint;
    if (hasChanged) notify({ project: null, what: "settings" });
  }

  async function checkSecrets(): Promise<void> {
    const fingerprint = await secrets.refresh(stop.signal);
    const hasChanged = lastSecrets !== null && lastSecrets !== fingerprint;
    lastSecrets = fingerprint;
    if (hasChanged) notify({ project: null, what: "secrets" });
  }

  async function check(): Promise<void> {
    for (const look of [checkStudio, checkSecrets]) {
      try {
        await look();
      } catch (thrown) {
        // AYON is away or refuses: whoever needs the settings meets the same error and deals with it.
        if (!stop.signal.aborted)
          log.debug(
            { code: codeOf(thrown) },
            "Settings could not be looked at",
          );
      }
    }
  }

  async function poll(): Promise<void> {
    while (!stop.signal.aborted) {
      await check();
      await sleep(pollMs, undefined, { signal: stop.signal }).catch(
        // Only an abort ends it early, and the loop looks for it.
        () => undefined,
      );
    }
  }

  const polling = poll();

  return {
    onMessage(message) {
      if (message.topic.startsWith("bundle.")) {
        // Another version of the addon may count now.
        settings.forget(null);
        notify({ project: null, what: "settings" });
        return;
      }
      if (message.topic !== "settings.changed") return;
      const { addon_name: name, variant } = message.summary;
      if (name !== addon.name && name !== addon.beside?.name) return;
      if (typeof variant === "string" && variant !== addon.variant) return;
      settings.forget(message.project);
      notify({ project: message.project, what: "settings" });
    },
    onConnect() {
      void check();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    check,
    async close() {
      stop.abort();
      await polling;
    },
  };
}
