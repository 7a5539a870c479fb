import Table from "cli-table3";

export interface Column {
  readonly head: string;
  readonly align?: "left" | "right";
}

/** A table for a terminal or a log, without a line between rows. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const drawn = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align = "left" }) => align),
    style: { head: process.stdout.isTTY ? ["bold"] : [], border: [] },
    // The line below the head is put in afterwards.
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  drawn.push(...rows.map((row) => [...row]));
  const [top = "", head = "", ...rest] = drawn.toString().split("\n");
  const below = top.replace("┌", "├").replaceAll("┬", "┼").replace("┐", "┤");
  return [top, head, below, ...rest].join("\n");
}
