import type { Handler } from "../core/handler.ts";
import { syncHandler } from "./sync/index.ts";

/**
 * All handlers of events, in the order in which they run on a batch: first what people did comes to AYON.
 * Handlers do not rely on each other; each reads the state for itself.
 */
export const handlers: readonly Handler[] = [syncHandler];
