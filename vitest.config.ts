import { defineConfig } from "vitest/config";

const shared = {
  restoreMocks: true,
  unstubEnvs: true,
  unstubGlobals: true,
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          sequence: { groupOrder: 1 },
          // Properties try many cases; on a busy machine that takes its time.
          testTimeout: 60_000,
        },
      },
      {
        // Real Redis, real sockets: one process per file, few files at a time.
        test: {
          ...shared,
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          sequence: { groupOrder: 2 },
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
        },
      },
      {
        // Whole services as separate processes against the sandboxes.
        test: {
          ...shared,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          sequence: { groupOrder: 3 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
