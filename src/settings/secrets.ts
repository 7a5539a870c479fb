import { createHash } from "node:crypto";
import type { SettingsSource } from "./source.ts";

export interface Secrets {
  /**
   * The value of the secret of this name, or the text itself when there is none: settings may hold either.
   *
   * @throws what the source throws.
   */
  resolve(nameOrLiteral: string): Promise<string>;
  /** Reads the secrets anew. The result is equal for equal secrets, and tells nothing else about them. */
  refresh(signal?: AbortSignal): Promise<string>;
}

function fingerprint(secrets: ReadonlyMap<string, string>): string {
  const sorted = [...secrets].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
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
      return fingerprint(await read(signal));
    },
  };
}
