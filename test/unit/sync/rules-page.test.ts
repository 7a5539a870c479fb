import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RULES } from "../../../src/handlers/sync/rules.ts";

const PAGE = join(import.meta.dirname, "../../../docs/sync.md");

/** Rows of the table, without the spaces that lay it out. */
function rows(): string[][] {
  return readFileSync(PAGE, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe("docs/sync.md", () => {
  it("tells every rule of the sync, with its weight and what to do, and no other", () => {
    const wanted = Object.entries(RULES).map(([name, { severity, fix }]) => [
      `\`${name}\``,
      severity,
      fix,
    ]);
    expect(rows()).toEqual(wanted);
  });
});
