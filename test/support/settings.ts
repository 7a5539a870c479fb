import type { SettingsSource } from "../../src/settings/source.ts";

/** Settings and secrets that a test changes at will, in place of a server. */
export interface SettableSource extends SettingsSource {
  studioSettings: unknown;
  readonly projects: Map<string, unknown>;
  readonly stored: Map<string, string>;
  /** Thrown by every read while it is set. */
  failure: Error | null;
  /** What was asked for, in order. */
  readonly asked: string[];
}

export function settableSource(studio: unknown = {}): SettableSource {
  const asked: string[] = [];
  const source: SettableSource = {
    addon: { name: "ftrack" },
    studioSettings: studio,
    projects: new Map(),
    stored: new Map(),
    failure: null,
    asked,
    studio: () => answer("studio", source.studioSettings),
    project: (name) => answer(name, source.projects.get(name) ?? null),
    secrets: () => answer("secrets", new Map(source.stored)),
  };
  async function answer<T>(what: string, value: T): Promise<T> {
    asked.push(what);
    if (source.failure !== null) throw source.failure;
    return Promise.resolve(structuredClone(value));
  }
  return source;
}
