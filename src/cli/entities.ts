import { z } from "zod";
import type { FtrackId } from "../core/ids.ts";
import { and, is, or, select, type Condition } from "../core/query.ts";
import { idField, idOrNull, linkField, pathOf } from "../core/rows.ts";
import { isId } from "./arguments.ts";
import { CliError } from "./exit.ts";
import type { Studio } from "./studio.ts";

/** An entity of Ftrack, as far as a person has to see which one is meant. */
export interface EntityRef {
  readonly id: FtrackId;
  /** Name of its object type; AssetVersion, Project. */
  readonly type: string;
  readonly path: string;
  readonly projectId: FtrackId | null;
}

const contextRow = z
  .object({
    id: idField,
    project_id: idOrNull,
    link: linkField,
    object_type: z.looseObject({ name: z.string() }).nullish().catch(null),
  })
  .transform((row): EntityRef => ({
    id: row.id,
    type: row.object_type?.name ?? "TypedContext",
    path: pathOf(row.link),
    projectId: row.project_id,
  }));

const versionRow = z
  .object({ id: idField, project_id: idOrNull, link: linkField })
  .transform((row): EntityRef => ({
    id: row.id,
    type: "AssetVersion",
    path: pathOf(row.link),
    projectId: row.project_id,
  }));

const projectRow = z
  .object({ id: idField, full_name: z.string() })
  .transform((row): EntityRef => ({
    id: row.id,
    type: "Project",
    path: row.full_name,
    projectId: row.id,
  }));

const contexts = (where: Condition) =>
  select({
    type: "TypedContext",
    fields: ["id", "project_id", "link", "object_type.name"],
    row: contextRow,
    where,
  });

/**
 * The entity of an id or a path such as `Project/sq010/sh010`; null for an id that Ftrack does not know or
 * does not show to this user.
 *
 * @throws CliError `E_NO_ENTITY` for a path that leads nowhere.
 */
export async function findEntity(
  studio: Studio,
  text: string,
): Promise<EntityRef | null> {
  const reads = await studio.ftrackReads();
  if (isId(text)) {
    const id = text.toLowerCase();
    const found = await reads.query(
      contexts(is("id", id)),
      select({
        type: "AssetVersion",
        fields: ["id", "project_id", "link"],
        row: versionRow,
        where: is("id", id),
      }),
      select({
        type: "Project",
        fields: ["id", "full_name"],
        row: projectRow,
        where: is("id", id),
      }),
    );
    return found.flat()[0] ?? null;
  }
  const names = text.split("/").filter((name) => name !== "");
  const [project = "", ...below] = names;
  const [projects, candidates] = await reads.query(
    select({
      type: "Project",
      fields: ["id", "full_name"],
      row: projectRow,
      where: or(is("full_name", project), is("name", project)),
    }),
    contexts(
      and(
        is("name", below.at(-1) ?? ""),
        or(is("project.full_name", project), is("project.name", project)),
      ),
    ),
  );
  const wanted = below.join("/");
  const found =
    below.length === 0
      ? projects[0]
      : candidates.find(
          ({ path }) => path.split("/").slice(1).join("/") === wanted,
        );
  if (found !== undefined) return found;
  const near = candidates.map(({ path }) => path).slice(0, 10);
  throw new CliError(`Ftrack has nothing at ${text} that this user can see`, {
    code: "E_NO_ENTITY",
    exit: "notFound",
    fix:
      near.length > 0
        ? `Entities of that name: ${near.join(", ")}`
        : "Give the id, or names from the project down: Project/sq010/sh010.",
  });
}
