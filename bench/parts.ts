import { intake } from "./intake.ts";
import type { Part } from "./part.ts";
import { queue } from "./queue.ts";

/** In the order of docs/benchmarks.md. */
export const parts: readonly Part[] = [intake, queue];
