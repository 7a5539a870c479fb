import { readFileSync } from "node:fs";
import { z } from "zod";

const manifest = z.object({ version: z.string() });

/** Version of this software: the one number in package.json, which lies beside `src` and beside `dist`. */
export function ownVersion(): string {
  const text = readFileSync(
    new URL("../../package.json", import.meta.url),
    "utf8",
  );
  return manifest.parse(JSON.parse(text)).version;
}
