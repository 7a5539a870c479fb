import { ConfigError } from "../core/errors.ts";
import type { ClosedHandler } from "../core/handler.ts";
import { slices, type SliceKey } from "../settings/addon.ts";
import type { ScopedSettings } from "../settings/scoped.ts";

/** What a handler gets of a project's settings, or why it does not run there. */
export type HandlerMode =
  | { readonly kind: "on"; readonly raw: unknown }
  | { readonly kind: "off"; readonly detail: string }
  | { readonly kind: "wrong"; readonly error: ConfigError };

function isSlice(key: string): key is SliceKey {
  return Object.hasOwn(slices, key);
}

function slice(key: string): SliceKey {
  if (isSlice(key)) return key;
  throw new TypeError(`No part of the settings is called ${key}`);
}

export function modeOf(
  handler: ClosedHandler<never>,
  settings: ScopedSettings,
): HandlerMode {
  if (handler.settingsKey === null) {
    const raw: Record<string, unknown> = {};
    for (const part of handler.settingsParts) {
      try {
        raw[part] = settings.read(slice(part));
      } catch (thrown) {
        if (thrown instanceof ConfigError)
          return { kind: "wrong", error: thrown };
        throw thrown;
      }
    }
    return { kind: "on", raw };
  }
  const found = settings.handler(slice(handler.settingsKey));
  switch (found.kind) {
    case "on":
      return { kind: "on", raw: found.raw };
    case "off":
      return {
        kind: "off",
        detail:
          found.because === "addon"
            ? "The addon is switched off for the project."
            : `${handler.title} is switched off for the project.`,
      };
    case "wrong":
      return found;
  }
}
