import type { SyncFacts } from "./facts.ts";
import type { Plan } from "./plan/index.ts";

/** What is known, and what follows from it. */
export interface Planned {
  readonly facts: SyncFacts;
  readonly made: Plan;
}
