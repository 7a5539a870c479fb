import { readFileSync } from "node:fs";

/** What package.json says of itself. */
export function packageVersion(): string {
  const text = readFileSync(
    new URL("../../package.json", import.meta.url),
    "utf8",
  );
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
