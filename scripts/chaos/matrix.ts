import { openArena, type Arena } from "./arena.ts";
import { runCell, type Cell, type CellOptions } from "./cell.ts";
import type { Fault } from "./faults.ts";
import { labelOf, type Point } from "./points.ts";

export interface MatrixOptions {
  readonly points: readonly Point[];
  readonly faults: readonly Fault[];
  readonly cell?: CellOptions;
  readonly signal?: AbortSignal;
  readonly onCell?: (cell: Cell) => void;
  /** A cell that could not be run. */
  readonly onFailure?: (point: string, fault: Fault, error: unknown) => void;
}

export function isClean({ findings }: Cell): boolean {
  return Object.values(findings).every((found: readonly string[]) => {
    return found.length === 0;
  });
}

/** Runs all cells, one after the other; after one that leaves something behind, in a new arena. */
export async function runMatrix(
  options: MatrixOptions,
): Promise<readonly Cell[]> {
  const { points, faults, cell: settings, signal, onCell, onFailure } = options;
  const cells: Cell[] = [];
  let arena: Arena | null = null;
  try {
    for (const point of points)
      for (const fault of faults) {
        signal?.throwIfAborted();
        try {
          arena ??= await openArena(signal);
          const { rig, shows, judge } = arena;
          const cell = await runCell(rig, shows, judge, point, fault, settings);
          cells.push(cell);
          onCell?.(cell);
          if (isClean(cell)) continue;
        } catch (thrown) {
          signal?.throwIfAborted();
          onFailure?.(labelOf(point), fault, thrown);
        }
        await arena?.close();
        arena = null;
      }
    return cells;
  } finally {
    await arena?.close();
  }
}
