import { z } from "zod";
import { type ConfigError, codeOf } from "../../core/errors.ts";
import { select } from "../../core/query.ts";
import { isSameName } from "../../core/status.ts";
import { type SliceKey, slices } from "../../settings/addon.ts";
import type { ScopedSettings } from "../../settings/scoped.ts";
import { failureOf } from "../exit.ts";
import type { Studio } from "../studio.ts";
import { attempt, type Check, ok } from "./check.ts";

const AREA = "settings";

const roleRow = z.object({ name: z.string() });
/** Keys under which settings keep names of security roles. */
const ROLE_KEYS = ["role_list", "event_role_list"] as const;

/** Wrong values, rows that never count, and roles nobody can have, in the studio and in every project of AYON. */
export async function checkSettings(studio: Studio): Promise<readonly Check[]> {
  const { settings, ayonReads } = studio;
  let scopes: readonly ScopedSettings[];
  try {
    const ofStudio = await settings.studio();
    const projects = (await ayonReads.projects()).filter((p) => p.active);
    const ofProjects: ScopedSettings[] = [];
    for (const { name } of projects)
      ofProjects.push(await settings.project(name));
    scopes = [ofStudio, ...ofProjects];
  } catch (thrown) {
    const { code, message, fix } = failureOf(thrown);
    return [
      {
        area: AREA,
        name: "all",
        state: "skipped",
        detail: `cannot be read: ${code}: ${message}`,
        fix,
      },
    ];
  }
  const problems = distinct(scopes);
  return [
    ...(problems.length === 0
      ? [
          {
            area: AREA,
            name: "values",
            fix: "",
            ...ok(`all right in the studio and ${scopes.length - 1} projects`),
          },
        ]
      : problems.map(problemCheck)),
    await attempt(AREA, "roles", () => checkRoles(studio, scopes)),
  ];
}

/** A wrong value of the studio shows in every project; it is told once. */
function distinct(scopes: readonly ScopedSettings[]): ConfigError[] {
  const seen = new Set<unknown>();
  return scopes.flatMap(({ problems, doubts }) =>
    [...problems, ...doubts].filter(({ subject }) => {
      const isNew = !seen.has(subject["path"]);
      seen.add(subject["path"]);
      return isNew;
    }),
  );
}

function problemCheck(problem: ConfigError): Check {
  return {
    area: AREA,
    name: String(problem.subject["path"]).replace(/^ayon\+settings:\/\//, ""),
    // A row that never counts does no harm; a wrong value switches something off.
    state: codeOf(problem) === "E_SETTINGS_IDLE" ? "doubtful" : "wrong",
    detail: problem.message,
    fix: "",
  };
}

async function checkRoles(
  studio: Studio,
  scopes: readonly ScopedSettings[],
): Promise<Pick<Check, "state" | "detail"> & { fix?: string }> {
  const reads = await studio.ftrackReads();
  const [known] = await reads.query(
    select({ type: "SecurityRole", fields: ["id", "name"], row: roleRow }),
  );
  const unknown = new Map<string, string>();
  for (const scope of scopes) {
    for (const { path, role } of rolesIn(scope)) {
      if (!known.some(({ name }) => isSameName(name, role)))
        unknown.set(role, `${path} (${scope.project ?? "studio"})`);
    }
  }
  if (unknown.size === 0) return ok("all are roles of Ftrack");
  const list = [...unknown].map(([role, where]) => `"${role}" in ${where}`);
  return {
    state: "doubtful",
    detail: `Ftrack has no role ${list.join(", ")}`,
    fix: `Nobody passes by them. Roles there are: ${known.map((r) => r.name).join(", ")}.`,
  };
}

function rolesIn(
  scope: ScopedSettings,
): readonly { readonly path: string; readonly role: string }[] {
  return (Object.keys(slices) as SliceKey[]).flatMap((key) => {
    const found = scope.handler(key);
    if (found.kind !== "on") return [];
    const value = found.value as Readonly<Record<string, unknown>>;
    return ROLE_KEYS.flatMap((field) => {
      const roles = value[field];
      return Array.isArray(roles)
        ? roles.map((role) => ({
            path: `${key.replaceAll(".", "/")}/${field}`,
            role: String(role),
          }))
        : [];
    });
  });
}
