import { inflateRawSync } from "node:zlib";
import { UnhandledError } from "../errors.ts";

const END_OF_DIRECTORY = 0x06054b50;
const ENTRY = 0x02014b50;
const DEFLATED = 8;

/** Files of a zip archive, by name, unpacked when asked for. */
export interface ZipFiles {
  readonly names: readonly string[];
  text(name: string): string;
}

/** @throws UnhandledError for anything that is no zip, in Python's words. */
export function readZip(bytes: Buffer): ZipFiles {
  const entries = directory(bytes);
  return {
    names: [...entries.keys()],
    text(name) {
      const entry = entries.get(name);
      return entry === undefined ? "" : content(bytes, entry).toString("utf8");
    },
  };
}

interface Entry {
  readonly method: number;
  readonly size: number;
  readonly offset: number;
}

function directory(bytes: Buffer): Map<string, Entry> {
  const end = bytes.length < 22 ? -1 : findEnd(bytes);
  if (end < 0)
    throw new UnhandledError("zipfile.BadZipFile: File is not a zip file");
  const entries = new Map<string, Entry>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) !== ENTRY) {
      throw new UnhandledError(
        "zipfile.BadZipFile: Bad magic number for central directory",
      );
    }
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    entries.set(name, {
      method: bytes.readUInt16LE(at + 10),
      size: bytes.readUInt32LE(at + 20),
      offset: bytes.readUInt32LE(at + 42),
    });
    at +=
      46 +
      nameLength +
      bytes.readUInt16LE(at + 30) +
      bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** The directory's end stands before an optional comment, so it is looked for from behind. */
function findEnd(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= 0; at -= 1) {
    if (bytes.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  return -1;
}

function content(bytes: Buffer, { method, size, offset }: Entry): Buffer {
  const start =
    offset +
    30 +
    bytes.readUInt16LE(offset + 26) +
    bytes.readUInt16LE(offset + 28);
  const packed = bytes.subarray(start, start + size);
  return method === DEFLATED ? inflateRawSync(packed) : packed;
}
