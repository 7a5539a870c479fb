import { crc32 } from "node:zlib";

/**
 * The format of the spool: one record per line, `<crc32 as 8 hex digits> <text>\n`, so that a person can
 * read it and a broken record spoils no other.
 *
 * @param text - without a line feed, as JSON is
 */
export function encodeLine(text: string): string {
  if (text.includes("\n")) throw new TypeError("a record is one line");
  return `${checksum(text)} ${text}\n`;
}

const LF = 0x0a;

export interface Lines {
  readonly texts: readonly string[];
  /** Whole lines whose checksum is wrong. */
  readonly broken: number;
  /** Bytes up to the end of the last whole line. What follows was torn in the middle of a write. */
  readonly end: number;
}

/** The whole lines in some bytes; at most `most` of them. */
export function decodeLines(bytes: Buffer, most = Infinity): Lines {
  const texts: string[] = [];
  let broken = 0;
  let end = 0;
  while (texts.length < most) {
    const feed = bytes.indexOf(LF, end);
    if (feed < 0) break;
    const line = bytes.toString("utf8", end, feed);
    const text = line.slice(9);
    if (line[8] === " " && line.slice(0, 8) === checksum(text)) {
      texts.push(text);
    } else {
      broken += 1;
    }
    end = feed + 1;
  }
  return { texts, broken, end };
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
