import type { SettingsSource } from "./source.ts";

export interface Secrets {
  /**
   * The value of the secret of this name, or the text itself when there is none: settings may hold either.
   *
   * @throws what the source throws.
   */
  resolve(nameOrLiteral: string): Promise<string>;
  /** Reads the secrets anew; true when one was added, changed or removed since the last time. */
  refresh(signal?: AbortSignal): Promise<boolean>;
}

function isEqual(
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
): boolean {
  return (
    a.size === b.size && [...a].every(([name, value]) => b.get(name) === value)
  );
}

/**
 * The studio's secrets. Read as a whole and never by name: a name that is a literal after all, such as an
 * API key, would end up in the address of a request and in the server's access log.
 */
export function createSecrets(source: SettingsSource): Secrets {
  let known: ReadonlyMap<string, string> | null = null;

  async function read(
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    known = await source.secrets(signal);
    return known;
  }

  return {
    async resolve(nameOrLiteral) {
      const text = nameOrLiteral.trim();
      if (text === "") return "";
      const secrets = known ?? (await read());
      return secrets.get(text) ?? text;
    },
    async refresh(signal) {
      const before = known;
      const after = await read(signal);
      return before !== null && !isEqual(before, after);
    },
  };
}
