import { unzipSync } from "fflate";
import { UnhandledError } from "../errors.ts";

/** Files of a zip archive as text, by their path. */
export type ZipFiles = ReadonlyMap<string, string>;

/** @throws UnhandledError for anything that is no zip, in Python's words. */
export function readZip(bytes: Uint8Array): ZipFiles {
  const decoder = new TextDecoder();
  return new Map(
    Object.entries(unzipped(bytes)).map(([path, content]) => [
      path,
      decoder.decode(content),
    ]),
  );
}

function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: ({ name }) => isOfInterest(name) });
  } catch (error) {
    throw new UnhandledError("zipfile.BadZipFile: File is not a zip file", {
      cause: error,
    });
  }
}

/** The rest of an addon, client code above all, is not for this server. */
function isOfInterest(path: string): boolean {
  return (
    path === "package.py" ||
    /^server\/(.*\/)?default_settings\.json$/.test(path)
  );
}
