import { mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import {
  rm,
  stat,
  truncate,
  writeFile,
  type FileHandle,
} from "node:fs/promises";
import { join } from "node:path";
import { toError, UnavailableError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { decodeLines, encodeLine } from "./spool-line.ts";
import { isCode, lockDirectory } from "./spool-lock.ts";

export interface SpoolOptions {
  readonly dir: string;
  /** Most bytes on disk. */
  readonly maxBytes: number;
  readonly segmentBytes?: number;
  /** How long to wait for another process to let go of the directory. */
  readonly lockWaitMs?: number;
  readonly log: Logger;
  readonly onAlarm?: (alarm: SpoolAlarm) => void;
}

/** `high`: four fifths full. `broken`: records on disk cannot be read any more. */
export type SpoolAlarm = "high" | "full" | "failed" | "broken";

export interface Place {
  readonly segment: number;
  readonly offset: number;
}

/** Records on this machine's disk, in order, until they are acknowledged. */
export interface Spool {
  /**
   * Resolves once the records are on disk (fsync). Calls made meanwhile share the next fsync.
   *
   * @throws UnavailableError `E_SPOOL_FULL`, `E_SPOOL_FAILED`: none of these records will be read.
   */
  append(texts: readonly string[]): Promise<void>;
  /** The oldest records, at most `most` and about a megabyte; null when there is none. */
  peek(
    most: number,
  ): Promise<{ readonly texts: readonly string[]; readonly end: Place } | null>;
  /** Forgets everything before a place. A crash right after it may bring some back. */
  ack(end: Place): Promise<void>;
  /** True when nothing is on disk or on its way there. */
  isEmpty(): boolean;
  bytes(): number;
  close(): Promise<void>;
}

interface Segment {
  readonly number: number;
  /** Bytes that are known to be on disk. */
  size: number;
}

interface Waiting {
  readonly data: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const SEGMENT_BYTES = 8_000_000;
const READ_BYTES = 1_000_000;
const HIGH = 0.8;

/**
 * Opens a spool; its directory is made when missing. What a kill left half-written is cut off.
 *
 * Files: `<number>.log` (segments, oldest first), `position` (where reading goes on), `lock`.
 *
 * @throws UnavailableError `E_SPOOL_LOCKED` when another process writes there.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { dir, maxBytes, log, segmentBytes = SEGMENT_BYTES } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const unlock = await lockDirectory(dir, options.lockWaitMs ?? 15_000);
  const segments = await findSegments(dir);
  let read = await readPosition(dir, segments);
  let waiting: Waiting[] = [];
  /** Bytes on their way to the disk. */
  let pending = 0;
  let flushing: Promise<void> | null = null;
  let writer: { handle: FileHandle; segment: Segment } | null = null;
  let nextNumber = Math.max(read.segment, segments.at(-1)?.number ?? 0) + 1;
  let isHigh = false;
  await dropBefore(read);

  function alarm(what: SpoolAlarm, error?: Error): void {
    log.error({ dir, bytes: bytes(), maxBytes, what, err: error }, "spool");
    options.onAlarm?.(what);
  }
  function bytes(): number {
    return segments.reduce(
      (sum, { number, size }) =>
        sum + size - (number === read.segment ? read.offset : 0),
      0,
    );
  }

  function hasMore({ number, size }: Segment): boolean {
    if (number === read.segment) return size > read.offset;
    return number > read.segment && size > 0;
  }

  async function writerFor(size: number): Promise<NonNullable<typeof writer>> {
    if (writer !== null && writer.segment.size + size > segmentBytes) {
      await writer.handle.close();
      writer = null;
    }
    if (writer === null) {
      const segment = { number: nextNumber, size: 0 };
      nextNumber += 1;
      const handle = await open(fileOf(dir, segment.number), "ax", 0o600);
      await syncDirectory(dir);
      segments.push(segment);
      writer = { handle, segment };
    }
    return writer;
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const data = Buffer.concat(group.map((w) => w.data));
      try {
        const { handle, segment } = await writerFor(data.length);
        await handle.appendFile(data);
        await handle.datasync();
        segment.size += data.length;
        pending -= data.length;
        for (const { resolve } of group) resolve();
      } catch (thrown) {
        pending -= data.length;
        await giveUpSegment();
        const error = failed(thrown);
        alarm("failed", error);
        for (const { reject } of group) reject(error);
      }
    }
  }

  /** After a failed write: nobody was told that its records are safe, so they must not be read either. */
  async function giveUpSegment(): Promise<void> {
    if (writer === null) return;
    const { handle, segment } = writer;
    writer = null;
    try {
      await handle.truncate(segment.size);
      await handle.close();
    } catch (thrown) {
      // The rest stays; at worst it is read after a restart, and sent although it was refused.
      log.warn({ err: toError(thrown), dir }, "spool could not be mended");
    }
  }

  /** Removes segments that are read to their end. */
  async function dropBefore(place: Place): Promise<void> {
    while (segments[0] !== undefined) {
      const [oldest] = segments;
      const isRead =
        oldest.number < place.segment ||
        (oldest.number === place.segment && place.offset >= oldest.size);
      if (!isRead) return;
      if (writer?.segment === oldest) {
        // More may be on its way into it.
        if (flushing !== null) return;
        const { handle } = writer;
        writer = null;
        await handle.close();
      }
      segments.shift();
      await rm(fileOf(dir, oldest.number), { force: true });
    }
  }

  return {
    bytes,
    isEmpty: () => pending === 0 && bytes() === 0,
    async append(texts) {
      if (texts.length === 0) return;
      const data = Buffer.from(texts.map(encodeLine).join(""));
      const total = bytes() + pending + data.length;
      if (total > maxBytes) {
        alarm("full");
        throw new UnavailableError("The spool is full", {
          code: "E_SPOOL_FULL",
          subject: { dir, maxBytes },
        });
      }
      if (!isHigh && total > HIGH * maxBytes) alarm("high");
      isHigh = total > HIGH * maxBytes;
      pending += data.length;
      const isSafe = new Promise<void>((resolve, reject) => {
        waiting.push({ data, resolve, reject });
      });
      flushing ??= flush().finally(() => {
        flushing = null;
      });
      await isSafe;
    },
    async peek(most) {
      for (;;) {
        const segment = segments.find(hasMore);
        if (segment === undefined) return null;
        const from = segment.number === read.segment ? read.offset : 0;
        const part = { from, to: segment.size };
        const file = fileOf(dir, segment.number);
        const { texts, broken, end } = await readLines(file, part, most);
        if (broken > 0) alarm("broken");
        // Without a line feed nothing more comes from this segment: its end was torn.
        const offset = end === 0 ? segment.size : from + end;
        const place = { segment: segment.number, offset };
        if (texts.length > 0) return { texts, end: place };
        read = place;
        await dropBefore(read);
      }
    },
    async ack(end) {
      read = end;
      await dropBefore(end);
      const file = join(dir, "position");
      await writeFile(`${file}.new`, `${end.segment} ${end.offset}\n`);
      await rename(`${file}.new`, file);
    },
    async close() {
      await flushing;
      await writer?.handle.close();
      writer = null;
      await unlock();
    },
  };
}

function fileOf(dir: string, number: number): string {
  return join(dir, `${String(number).padStart(10, "0")}.log`);
}

/** Segments in order; the torn end of the last one is cut off. */
async function findSegments(dir: string): Promise<Segment[]> {
  const numbers = (await readdir(dir))
    .flatMap((name) => /^(\d{10})\.log$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const segments: Segment[] = [];
  for (const number of numbers) {
    const file = fileOf(dir, number);
    let { size } = await stat(file);
    if (number === numbers.at(-1)) {
      const { end } = decodeLines(await readFile(file));
      if (end < size) await truncate(file, end);
      size = end;
    }
    segments.push({ number, size });
  }
  return segments;
}

async function readPosition(
  dir: string,
  segments: readonly Segment[],
): Promise<Place> {
  const start = { segment: segments[0]?.number ?? 0, offset: 0 };
  let text: string;
  try {
    text = await readFile(join(dir, "position"), "utf8");
  } catch (thrown) {
    if (isCode(thrown, "ENOENT")) return start;
    throw thrown;
  }
  const [segment, offset] = text.split(" ").map(Number);
  if (!Number.isInteger(segment) || !Number.isInteger(offset)) return start;
  return { segment: segment ?? 0, offset: offset ?? 0 };
}

/** Whole lines of a part of a file; more is read until there is at least one, or the end. */
async function readLines(
  file: string,
  part: { readonly from: number; readonly to: number },
  most: number,
): Promise<ReturnType<typeof decodeLines>> {
  const handle = await open(file, "r").catch((thrown: unknown) => {
    if (isCode(thrown, "ENOENT")) return null;
    throw thrown;
  });
  // Somebody removed it; what it held is lost, what follows is not.
  if (handle === null) return { texts: [], broken: 1, end: 0 };
  try {
    for (let size = READ_BYTES; ; size *= 2) {
      const length = Math.min(size, part.to - part.from);
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await handle.read(bytes, 0, length, part.from);
      const lines = decodeLines(bytes.subarray(0, bytesRead), most);
      if (lines.end > 0 || bytesRead < size) return lines;
    }
  } finally {
    await handle.close();
  }
}

/** A new file is only sure to be there once its directory is on disk. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function failed(thrown: unknown): UnavailableError {
  return new UnavailableError("The spool could not be written", {
    code: "E_SPOOL_FAILED",
    cause: thrown,
  });
}
