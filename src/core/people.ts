import { z } from "zod";
import type { FtrackId } from "./ids.ts";
import { inList, select, type Query } from "./query.ts";
import { idField } from "./rows.ts";
import { rankOf, type Person } from "./user-plan.ts";

type User = Omit<Person, "rank">;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const userRow = z
  .object({
    id: idField,
    username: z.string(),
    email: z.string().nullish(),
    first_name: text,
    last_name: text,
    is_active: z.boolean().nullish(),
    user_type: z.looseObject({ name: z.string() }).nullish().catch(null),
  })
  .transform((row): User => ({
    id: row.id,
    username: row.username,
    email: row.email ?? null,
    firstName: row.first_name,
    lastName: row.last_name,
    isActive: row.is_active ?? true,
    type: row.user_type?.name ?? "",
  }));

const roleRow = z.object({
  user_id: idField,
  is_all_projects: z.boolean().nullish(),
  security_role: z.looseObject({ name: text }),
});
type RoleRow = z.infer<typeof roleRow>;

/**
 * Questions for Ftrack users and their roles; `peopleOf` puts the answers together.
 *
 * @param ids - not empty; or all users
 */
export function peopleBy(
  ids: readonly FtrackId[] | "all",
): readonly [Query<User>, Query<RoleRow>] {
  const within = (field: string) =>
    ids === "all" ? {} : { where: inList(field, ids) };
  return [
    select({
      type: "User",
      fields: [
        "id",
        "username",
        "email",
        "first_name",
        "last_name",
        "is_active",
        "user_type.name",
      ],
      row: userRow,
      ...within("id"),
    }),
    select({
      type: "UserSecurityRole",
      fields: ["id", "user_id", "is_all_projects", "security_role.name"],
      row: roleRow,
      ...within("user_id"),
    }),
  ];
}

/** Users with the rank that their roles give them; a role on single projects gives none. */
export function peopleOf(
  users: readonly User[],
  roles: readonly RoleRow[],
): Person[] {
  const namesOf = new Map<FtrackId, string[]>();
  for (const { user_id: id, is_all_projects: isForAll, security_role } of roles)
    if (isForAll === true)
      namesOf.set(id, [...(namesOf.get(id) ?? []), security_role.name]);
  return users.map((user) => ({
    ...user,
    rank: rankOf(namesOf.get(user.id) ?? []),
  }));
}
