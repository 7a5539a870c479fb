import type { AyonId } from "../../../core/ids.ts";
import type { Step } from "./order.ts";

/** Id of the change that teaches the AYON project types and statuses. */
export const PROJECT_CHANGE = "project-types";

/** Id of the change that brings an entity over, or removes it. */
export function changeIdOf(id: AyonId): string {
  return `entity-${id}`;
}

/** Id of the change that makes a step. */
export function stepId({ id, type }: Pick<Step, "id" | "type">): string {
  return type === "settle" ? changeIdOf(id) : `aside-${id}`;
}
