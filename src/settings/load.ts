import type { ConfigError } from "../core/errors.ts";
import { type ScopedSettings, scopedSettings } from "./scoped.ts";
import type { SettingsSource } from "./source.ts";

export interface SettingsOptions {
  /**
   * Age in milliseconds up to which settings are taken from memory; asked anew each time, since it is longer
   * while the server tells about changes by itself.
   */
  readonly maxAgeMs: () => number;
  /** Called once for each wrong or doubtful value, and again only after it was right in between. */
  readonly onProblem: (problem: ConfigError) => void;
  readonly now?: () => number;
}

/** The settings of the studio and of its projects, from memory or from the server. */
export interface Settings {
  studio(): Promise<ScopedSettings>;
  /** Those of the studio for a project AYON does not know. */
  project(name: string): Promise<ScopedSettings>;
  /** Forgets one project, or everything: what is set for the studio is set for all projects. */
  forget(project: string | null): void;
}

interface Kept {
  readonly at: number;
  readonly settings: Promise<ScopedSettings>;
}

const STUDIO = Symbol("studio");
type Key = string | typeof STUDIO;

/**
 * Settings with a short memory. Questions that come together share one request; a failed one is forgotten.
 *
 * @throws what the source throws, from `studio` and `project`.
 */
export function createSettings(
  source: SettingsSource,
  options: SettingsOptions,
): Settings {
  const { maxAgeMs, onProblem, now = Date.now } = options;
  const memory = new Map<Key, Kept>();
  const told = new Map<Key, ReadonlySet<string>>();

  function tell(key: Key, settings: ScopedSettings): void {
    const before = told.get(key) ?? new Set();
    const studio = told.get(STUDIO) ?? new Set();
    const current = new Set<string>();
    for (const problem of [...settings.problems, ...settings.doubts]) {
      const path = String(problem.subject["path"]);
      current.add(path);
      // A wrong value of the studio shows in every project; it is told once.
      const isInherited = key !== STUDIO && studio.has(path);
      if (!before.has(path) && !isInherited) onProblem(problem);
    }
    told.set(key, current);
  }

  async function load(key: Key): Promise<ScopedSettings> {
    const project = key === STUDIO ? null : key;
    const received =
      project === null ? await source.studio() : await source.project(project);
    if (received === null) return studio();
    const settings = scopedSettings(source.addon.name, project, received);
    tell(key, settings);
    return settings;
  }

  function ask(key: Key): Promise<ScopedSettings> {
    const kept = memory.get(key);
    if (kept !== undefined && now() - kept.at <= maxAgeMs())
      return kept.settings;
    const settings = load(key);
    const entry = { at: now(), settings };
    memory.set(key, entry);
    settings.catch(() => {
      // Whoever asked gets the error; the next one asks again.
      if (memory.get(key) === entry) memory.delete(key);
    });
    return settings;
  }

  function studio(): Promise<ScopedSettings> {
    return ask(STUDIO);
  }

  return {
    studio,
    project: (name) => ask(name),
    forget: (project) => {
      if (project === null) memory.clear();
      else memory.delete(project);
    },
  };
}
