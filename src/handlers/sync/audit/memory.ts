import { z } from "zod";
import {
  ayonId,
  ftrackId,
  type AyonId,
  type FtrackId,
} from "../../../core/ids.ts";
import type { Survey } from "./survey.ts";

/** An AYON entity as it was when all was well. */
interface Known {
  readonly stamp: string;
  /** The Ftrack entity it was linked to. */
  readonly ftrackId: FtrackId | null;
}

/**
 * How both sides of a project looked when the plan last had nothing to say about them. An entity that a plan
 * changed, or could not bring over, is not in it: the next audit looks at it again.
 */
export interface Memory {
  readonly world: string;
  /** Of lists, versions and links; empty when they are to be looked at again. */
  readonly rest: string;
  /** When the project was last compared as a whole, in milliseconds since the epoch. */
  readonly since: number;
  readonly ftrack: ReadonlyMap<FtrackId, string>;
  readonly ayon: ReadonlyMap<AyonId, Known>;
}

/** More than this is not remembered: such a project is compared as a whole each time. */
const MAX_ENTITIES = 200_000;

/** One line per entity: a tenth of the time that JSON with an object for each would take to read. */
const stored = z.object({
  version: z.literal(1),
  world: z.string(),
  rest: z.string(),
  since: z.number(),
  ftrack: z.string(),
  ayon: z.string(),
});
export type StoredMemory = z.infer<typeof stored>;

function lines(text: string): string[][] {
  return text === "" ? [] : text.split("\n").map((line) => line.split("\t"));
}

/** Null when there is too much to remember. */
export function encode(memory: Memory): StoredMemory | null {
  const { world, rest, since, ftrack, ayon } = memory;
  if (ftrack.size + ayon.size > MAX_ENTITIES) return null;
  return {
    ...{ version: 1, world, rest, since },
    ftrack: [...ftrack].map((entry) => entry.join("\t")).join("\n"),
    ayon: [...ayon]
      .map(([id, known]) => [id, known.stamp, known.ftrackId ?? ""].join("\t"))
      .join("\n"),
  };
}

/** Null when nothing is remembered that can be understood. */
export function decode(value: unknown): Memory | null {
  const read = stored.safeParse(value);
  if (!read.success) return null;
  const { world, rest, since } = read.data;
  const ftrack = new Map<FtrackId, string>();
  for (const [id = "", digest = ""] of lines(read.data.ftrack))
    ftrack.set(ftrackId(id), digest);
  const ayon = new Map<AyonId, Known>();
  for (const [id = "", stamp = "", linked = ""] of lines(read.data.ayon))
    ayon.set(ayonId(id), {
      stamp,
      ftrackId: linked === "" ? null : ftrackId(linked),
    });
  return { world, rest, since, ftrack, ayon };
}

export interface Differences {
  /** Ftrack ids of what may have to be written on either side. */
  readonly focus: ReadonlySet<FtrackId>;
  /** AYON entities that are new or were written to: whom they are linked to now must be asked. */
  readonly written: readonly AyonId[];
}

/** What is not as it was when all was well. */
export function differences(
  { ftrack, ayon }: Pick<Survey, "ftrack" | "ayon">,
  memory: Pick<Memory, "ftrack" | "ayon">,
): Differences {
  const focus = new Set<FtrackId>();
  const written: AyonId[] = [];
  for (const [id, digest] of ftrack) {
    if (memory.ftrack.get(id) !== digest) focus.add(id);
  }
  for (const id of memory.ftrack.keys()) {
    if (!ftrack.has(id)) focus.add(id);
  }
  for (const [id, stamp] of ayon) {
    const known = memory.ayon.get(id);
    if (known?.stamp === stamp) continue;
    written.push(id);
    if (known !== undefined && known.ftrackId !== null)
      focus.add(known.ftrackId);
  }
  for (const [id, known] of memory.ayon) {
    if (!ayon.has(id) && known.ftrackId !== null) focus.add(known.ftrackId);
  }
  return { focus, written };
}

/**
 * What to remember after a run.
 *
 * @param troubled - ids of either side that the run changed, or had something to say about
 * @param linkOf - whom an AYON entity is linked to; undefined when that was not read
 */
export function remember(
  {
    ftrack,
    ayon,
    worldDigest,
  }: Pick<Survey, "ftrack" | "ayon" | "worldDigest">,
  rest: string,
  since: number,
  troubled: ReadonlySet<string>,
  linkOf: (id: AyonId) => FtrackId | null | undefined,
): Memory {
  const ofAyon = new Map<AyonId, Known>();
  for (const [id, stamp] of ayon) {
    const linked = linkOf(id);
    if (linked === undefined || troubled.has(id)) continue;
    if (linked === null || !troubled.has(linked))
      ofAyon.set(id, { stamp, ftrackId: linked });
  }
  return {
    world: worldDigest,
    rest,
    since,
    ftrack: new Map([...ftrack].filter(([id]) => !troubled.has(id))),
    ayon: ofAyon,
  };
}
