/** Where settings and secrets come from; AYON implements it (`src/ayon/settings-source.ts`). */
export interface SettingsSource {
  readonly addon: { readonly name: string };
  /** Studio settings, not checked. */
  studio(signal?: AbortSignal): Promise<unknown>;
  /** Settings of a project; null when the server does not know the project. */
  project(name: string, signal?: AbortSignal): Promise<unknown>;
  /** Name and value of all secrets. */
  secrets(signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
}
