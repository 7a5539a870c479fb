import { ConfigError } from "../core/errors.ts";

export interface FtrackCredentials {
  /** `https://studio.ftrackapp.com`; a missing scheme, a path and a trailing slash are mended. */
  readonly serverUrl: string;
  readonly apiUser: string;
  readonly apiKey: string;
}

/**
 * The address as the official client needs it: scheme, host, port, nothing else. With a trailing slash its
 * hub would build `https://host/:443/socket.io/…` and never connect.
 *
 * @throws ConfigError `E_FTRACK_URL`
 */
export function normaliseServerUrl(text: string): string {
  const trimmed = text.trim();
  const withScheme = /^https?:\/\//i.test(trimmed)
    ? trimmed
    : `https://${trimmed.includes(".") || trimmed.includes(":") ? trimmed : `${trimmed}.ftrackapp.com`}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : null;
  if (trimmed === "" || url === null) {
    throw new ConfigError(
      "The Ftrack address is not a URL such as https://studio.ftrackapp.com",
      { code: "E_FTRACK_URL", system: "ftrack" },
    );
  }
  return url.origin;
}

/**
 * Checked and tidied credentials.
 *
 * @throws ConfigError `E_FTRACK_URL`, `E_FTRACK_CREDENTIALS_MISSING`
 */
export function normaliseCredentials(
  credentials: FtrackCredentials,
): FtrackCredentials {
  const apiUser = credentials.apiUser.trim();
  const apiKey = credentials.apiKey.trim();
  if (apiUser === "" || apiKey === "") {
    throw new ConfigError("The Ftrack user or API key is empty", {
      code: "E_FTRACK_CREDENTIALS_MISSING",
      system: "ftrack",
    });
  }
  return {
    serverUrl: normaliseServerUrl(credentials.serverUrl),
    apiUser,
    apiKey,
  };
}

export function sameCredentials(
  a: FtrackCredentials,
  b: FtrackCredentials,
): boolean {
  return (
    a.serverUrl === b.serverUrl &&
    a.apiUser === b.apiUser &&
    a.apiKey === b.apiKey
  );
}
