import { z } from "zod";
import { NO_PROJECT } from "../core/envelope.ts";
import { ftrackId, type FtrackId } from "../core/ids.ts";
import { chunk, inList, is, or, select } from "../core/query.ts";
import { idField } from "../core/rows.ts";
import { isId } from "./arguments.ts";
import { CliError } from "./exit.ts";
import type { Studio } from "./studio.ts";

export interface ProjectRef {
  readonly id: FtrackId;
  /** Null when only the id is known. */
  readonly name: string | null;
}

const row = z.object({ id: idField, full_name: z.string() });
const FIELDS = ["id", "full_name"] as const;
const SHOWN = 15;

/**
 * The project somebody means: by its name in Ftrack or AYON, its code, or its id. An id is taken as it is,
 * since its project may be gone.
 *
 * @throws CliError `E_NO_PROJECT`.
 */
export async function findProject(
  studio: Studio,
  text: string,
): Promise<ProjectRef> {
  if (isId(text)) return { id: ftrackId(text.toLowerCase()), name: null };
  const reads = await studio.ftrackReads();
  const [found] = await reads.query(
    select({
      type: "Project",
      fields: FIELDS,
      row,
      where: or(is("full_name", text), is("name", text)),
    }),
  );
  const best = found.find((p) => p.full_name === text) ?? found[0];
  if (best !== undefined) return { id: best.id, name: best.full_name };
  const [others] = await reads.query(
    select({
      type: "Project",
      fields: FIELDS,
      row,
      where: is("status", "active"),
      orderBy: ["full_name"],
      limit: SHOWN,
    }),
  );
  const known = others.map((p) => p.full_name).join(", ");
  throw new CliError(`Ftrack has no project "${text}" that this user can see`, {
    code: "E_NO_PROJECT",
    exit: "notFound",
    fix: `Give its name, code or id. Some that there are: ${known === "" ? "none" : known}.`,
  });
}

/** Null for what belongs to no project, on the command line `none`. */
export async function findProjectOrNone(
  studio: Studio,
  text: string | undefined,
): Promise<FtrackId | null | undefined> {
  if (text === undefined) return undefined;
  return text === NO_PROJECT ? null : (await findProject(studio, text)).id;
}

/**
 * Names of projects by id, as far as they can be learnt: without Ftrack the ids have to do, and a command that
 * only shows names must not fail for want of it.
 */
export async function projectNames(
  studio: Studio,
  ids: Iterable<string | null>,
): Promise<(id: string | null) => string> {
  const wanted = [...new Set(ids)].filter(
    (id): id is string => id !== null && isId(id),
  );
  const names = new Map<string, string>();
  try {
    if (wanted.length > 0) {
      const reads = await studio.ftrackReads();
      const found = await reads.query(
        ...chunk(wanted, 200).map((some) =>
          select({
            type: "Project",
            fields: FIELDS,
            row,
            where: inList("id", some),
          }),
        ),
      );
      for (const project of found.flat())
        names.set(project.id, project.full_name);
    }
  } catch {
    // See above: ids are shown instead.
  }
  return (id) =>
    id === null || id === NO_PROJECT ? "(no project)" : (names.get(id) ?? id);
}
