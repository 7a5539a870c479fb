import { idOf } from "./ids.ts";
import type { Make } from "./writer.ts";

const roles = {
  Administrator: "PROJECT",
  "Project manager": "PROJECT",
  User: "PROJECT",
  API: "API",
  Assigned: "ASSIGNED",
} as const;
export type RoleName = keyof typeof roles;

export function roleId(name: RoleName): string {
  return idOf("security role", name);
}

export const API_USER = "api@studio.test";
export const ADMINISTRATOR = "admin@studio.test";
export const artists = [
  "anna",
  "ben",
  "chen",
  "dora",
  "emil",
  "fatima",
] as const;

export function userId(username: string): string {
  return idOf("user", username);
}

/** Roles and the people of the studio. */
export function sowPeople(make: Make): void {
  for (const [name, type] of Object.entries(roles))
    make("SecurityRole", { id: roleId(name as RoleName), name, type });
  for (const name of ["artist", "supervisor", "service"])
    make("UserType", { id: idOf("user type", name), name });
  person(make, ADMINISTRATOR, "Ada", "Admin", "Administrator");
  person(make, "manager@studio.test", "Max", "Manager", "Project manager");
  for (const name of artists)
    person(
      make,
      `${name}@studio.test`,
      name.charAt(0).toUpperCase() + name.slice(1),
      "Artist",
      "User",
    );
  person(make, API_USER, "Event", "Service", "API", "service");
}

function person(
  make: Make,
  username: string,
  first: string,
  last: string,
  role: RoleName,
  type = "artist",
): void {
  const id = userId(username);
  make("User", {
    id,
    username,
    first_name: first,
    last_name: last,
    email: username,
    is_active: true,
    user_type_id: idOf("user type", type),
  });
  make("UserSecurityRole", {
    id: idOf("user role", username),
    user_id: id,
    security_role_id: roleId(role),
    is_all_projects: true,
  });
}
