import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { handlers, studioHandlers } from "../../src/handlers/registry.ts";

const ROOT = join(import.meta.dirname, "../..");

interface Line {
  readonly kind: "does" | "rule";
  readonly rule?: string;
  readonly ms?: number | null;
}

it("the story of `npm run demo -- --rules` comes true, and every handler has its turn", async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "scripts/demo/main.ts", "--rules", "--json"],
    { cwd: ROOT, timeout: 150_000 },
  );
  const { ok, lines } = JSON.parse(stdout) as {
    readonly ok: boolean;
    readonly lines: readonly Line[];
  };
  expect(ok).toBe(true);
  const rules = lines.filter((line) => line.kind === "rule");
  expect(rules.filter((line) => typeof line.ms !== "number")).toEqual([]);
  expect(new Set(rules.map((line) => line.rule))).toEqual(
    new Set([...handlers, ...studioHandlers].map((handler) => handler.title)),
  );
}, 180_000);
