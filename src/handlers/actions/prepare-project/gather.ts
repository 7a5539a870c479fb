import { z } from "zod";
import type { Work } from "../../../core/action.ts";
import { type FtrackId } from "../../../core/ids.ts";
import { and, inList, is, select } from "../../../core/query.ts";
import { idField } from "../../../core/rows.ts";

const projectRow = z
  .object({
    id: idField,
    full_name: z.string(),
    name: z.string(),
    is_private: z.boolean().nullish(),
  })
  .transform((row) => ({
    id: row.id,
    fullName: row.full_name,
    code: row.name,
    isPrivate: row.is_private === true,
  }));

export type ProjectNow = z.infer<typeof projectRow>;

/** The project as it is now, past every cache; null when it is gone. */
export async function projectNow(
  { ftrack }: Pick<Work, "ftrack">,
  id: FtrackId,
): Promise<ProjectNow | null> {
  const [[row]] = await ftrack.query(
    select({
      type: "Project",
      fields: ["id", "full_name", "name", "is_private"],
      where: is("id", id),
      row: projectRow,
    }),
  );
  return row ?? null;
}

const linkRow = z.object({ user_security_role_id: idField });
const roleRow = z.object({ user_id: idField });

/** Ftrack users who were given a role on a project. */
export async function membersOf(
  { ftrack }: Pick<Work, "ftrack">,
  projectId: FtrackId,
): Promise<ReadonlySet<FtrackId>> {
  const [links] = await ftrack.query(
    select({
      type: "UserSecurityRoleProject",
      fields: ["id", "user_security_role_id"],
      where: is("project_id", projectId),
      row: linkRow,
    }),
  );
  const ids = links.map((link) => link.user_security_role_id);
  if (ids.length === 0) return new Set();
  const [roles] = await ftrack.query(
    select({
      type: "UserSecurityRole",
      fields: ["id", "user_id"],
      where: and(inList("id", ids)),
      row: roleRow,
    }),
  );
  return new Set(roles.map((role) => role.user_id));
}
