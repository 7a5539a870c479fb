// What `npm run …` does after the set-up: programs of node_modules/.bin, in order.
import { existsSync } from "node:fs";

const PROJECTS = ["unit", "integration", "e2e"];

/**
 * @typedef {{ title: string, program: string, args: string[] }} Step
 * @type {Record<string, { steps: (args: string[]) => Step[] }>}
 */
export const tasks = {
  /** All tests; with arguments (files, -t …) only what they name. */
  test: {
    steps: (args) =>
      args.length > 0
        ? [vitest("tests", args)]
        : PROJECTS.filter((p) => existsSync(`test/${p}`)).map((p) =>
            vitest(`${p} tests`, ["--project", p]),
          ),
  },
  /** The whole thing at work, in front of your eyes. */
  demo: {
    steps: (args) => [
      {
        title: "demo",
        program: "tsx",
        args: ["scripts/demo/main.ts", ...args],
      },
    ],
  },
  /** Numbers: all benchmarks, or those that are named. */
  bench: {
    steps: (args) => [
      { title: "benchmarks", program: "tsx", args: ["bench/main.ts", ...args] },
    ],
  },
  /** Breaks things at every step and counts what is lost. */
  chaos: {
    steps: (args) => [
      {
        title: "crash matrix",
        program: "tsx",
        args: ["scripts/chaos/main.ts", ...args],
      },
    ],
  },
  /** Long work with random faults. */
  soak: {
    steps: (args) => [
      {
        title: "soak",
        program: "tsx",
        args: ["scripts/chaos/soak-main.ts", ...args],
      },
    ],
  },
};

function vitest(title, args) {
  return { title, program: "vitest", args: ["run", ...args] };
}
