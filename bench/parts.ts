import { actions } from "./actions.ts";
import { audit } from "./audit.ts";
import { bulk } from "./bulk.ts";
import { fullSync } from "./full-sync.ts";
import { intake } from "./intake.ts";
import type { Part } from "./part.ts";
import { queue } from "./queue.ts";
import { rate } from "./rate.ts";
import { single } from "./single.ts";
import { start } from "./start.ts";

/** In the order of docs/benchmarks.md. */
export const parts: readonly Part[] = [
  single,
  rate,
  bulk,
  fullSync,
  audit,
  actions,
  intake,
  queue,
  start,
];
