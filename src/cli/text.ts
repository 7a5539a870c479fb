import { styleText } from "node:util";
import Table from "cli-table3";

/** What the text of an answer is laid out for. */
export interface Screen {
  /** Characters per line. */
  readonly width: number;
  readonly hasColor: boolean;
}

type Tone = "bold" | "dim" | "red" | "yellow" | "green";

export function tone({ hasColor }: Screen, how: Tone, text: string): string {
  return hasColor ? styleText(how, text, { validateStream: false }) : text;
}

export type Cell = string | number | null;

const GAP = 2;
const LONGEST_WORD = 64;
const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
};

/** Columns side by side; the widest one is wrapped until the table fits. Numbers stand on the right. */
export function table(
  screen: Screen,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const texts = rows.map((row) => row.map((cell) => oneLine(cell)));
  const widths = head.map((title, i) =>
    Math.max(title.length, ...texts.map((row) => row[i]?.length ?? 0)),
  );
  // What has no spaces, an id above all, would be cut off where it does not fit.
  const least = head.map((title, i) =>
    Math.min(
      LONGEST_WORD,
      Math.max(...[title, ...texts.map((row) => row[i] ?? "")].map(longest)),
    ),
  );
  const room = screen.width - GAP * (widths.length - 1);
  for (;;) {
    const excess = widths.reduce((total, width) => total + width, 0) - room;
    const spare = widths.map((width, i) => width - (least[i] ?? width));
    const most = Math.max(...spare);
    if (excess <= 0 || most <= 0) break;
    const i = spare.indexOf(most);
    widths[i] = (widths[i] ?? 0) - Math.min(excess, most);
  }
  const drawn = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": GAP },
    head: head.map((title) => tone(screen, "bold", title)),
    colWidths: widths.map((width) => width + GAP),
    colAligns: head.map((_, i) =>
      rows.length > 0 && rows.every((row) => typeof row[i] === "number")
        ? "right"
        : "left",
    ),
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  drawn.push(...texts);
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Text of others on a terminal: control characters could move its cursor or change its title. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is taken out
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

function longest(text: string): number {
  return Math.max(...text.split(" ").map((word) => word.length));
}

function oneLine(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "–";
  return plain(String(cell));
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** `3 min`, `2 d`. */
export function duration(ms: number): string {
  const [unit, size] =
    UNITS.find(([, unitMs]) => ms >= 2 * unitMs) ?? (["s", 1_000] as const);
  return `${Math.max(0, Math.round(ms / size))} ${unit}`;
}

/** Local time to the second. */
export function clock(ms: number): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** A heading and what is under it. */
export function section(screen: Screen, title: string, body: string): string {
  return `${tone(screen, "bold", title)}\n${body}`;
}
