import { ensureAdmin } from "../actor.ts";
import { uniqueViolation } from "../entities/constraints.ts";
import { badRequest, notFound } from "../errors.ts";
import {
  actorFrom,
  boolQuery,
  noContent,
  param,
  readBody,
  type App,
} from "../http.ts";
import { asObject, asString, isObject, type JsonObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { addonId } from "../settings/store.ts";
import type { BundleRow } from "../store/rows.ts";
import type { FieldSpec, ModelSpec } from "../validation/field.ts";
import { NAME } from "../validation/patterns.ts";

const FIELDS: readonly FieldSpec[] = [
  { name: "addons", kind: "dict" },
  { name: "installerVersion", kind: "string" },
  { name: "dependencyPackages", kind: "dict" },
  { name: "addonDevelopment", kind: "dict" },
  { name: "isProduction", kind: "boolean" },
  { name: "isStaging", kind: "boolean" },
  { name: "isArchived", kind: "boolean" },
  { name: "isDev", kind: "boolean" },
  { name: "isProject", kind: "boolean" },
  { name: "activeUser", kind: "string" },
];

const POST: ModelSpec = {
  name: "BundleModel",
  fields: [
    { name: "name", kind: "string", required: true, regex: NAME },
    { name: "createdAt", kind: "datetime" },
    ...FIELDS,
  ],
};

const PATCH: ModelSpec = { name: "BundlePatchModel", fields: FIELDS };

export function bundleRoutes(app: App, sandbox: Sandbox): void {
  const { bundles } = sandbox.db.studio;
  const one = "/api/bundles/:bundle";

  app.get("/api/bundles", (request) => {
    actorFrom(request);
    const archived = boolQuery(request, "archived") === true;
    const rows = bundles
      .all()
      .filter((row) => archived || !row.isArchived)
      .reverse();
    return {
      bundles: rows.map(bundleBody),
      productionBundle: rows.find((row) => row.isProduction)?.id ?? null,
      stagingBundle: rows.find((row) => row.isStaging)?.id ?? null,
      devBundles: rows.filter((row) => row.isDev).map((row) => row.id),
    };
  });

  app.post("/api/bundles", (request, reply) => {
    const actor = actorFrom(request);
    ensureAdmin(actor, "Only admins can create bundles");
    const sent = readBody(request, POST);
    const id = asString(sent["name"]) ?? "";
    if (
      sent["isProject"] === true &&
      (sent["isProduction"] === true || sent["isStaging"] === true)
    ) {
      throw badRequest(
        "Project bundles cannot be set as production or staging",
      );
    }
    const [issue] = issuesOf(sandbox, sent);
    if (issue !== undefined && boolQuery(request, "force") !== true)
      throw badRequest(
        `Failed to validate bundle: ${issue.addon}: ${issue.message}`,
      );
    if (bundles.has(id)) throw uniqueViolation("bundles", "name", id);
    const row = merged(
      {
        id,
        order: sandbox.db.nextOrder(),
        createdAt: asString(sent["createdAt"]) ?? sandbox.clock.iso(),
        isProduction: false,
        isStaging: false,
        isArchived: false,
        isDev: false,
        isProject: false,
        activeUser: null,
        addons: {},
        installerVersion: null,
        dependencyPackages: {},
        addonDevelopment: {},
      },
      sent,
    );
    save(sandbox, { ...row, isArchived: false });
    tell(
      sandbox,
      "bundle.created",
      row,
      `New bundle '${id}' created`,
      actor.name,
    );
    return reply.code(201).send();
  });

  app.post("/api/bundles/check", (request) => {
    actorFrom(request);
    const issues = issuesOf(sandbox, readBody(request, POST));
    return { success: issues.length === 0, issues };
  });

  app.patch(one, (request, reply) => {
    const actor = actorFrom(request);
    ensureAdmin(actor, "Only admins can patch bundles");
    const sent = readBody(request, PATCH);
    const old = bundles.get(param(request, "bundle"));
    if (old === undefined) throw notFound("Bundle not found");
    if (sent["isArchived"] === true && (old.isProduction || old.isStaging)) {
      throw badRequest("Cannot archive bundle that is production or staging");
    }
    const row = merged(old, {
      ...sent,
      addons: patchedAddons(old, sent["addons"]),
    });
    save(sandbox, row);
    tell(
      sandbox,
      "bundle.updated",
      row,
      `Bundle '${old.id}' updated`,
      actor.name,
    );
    return noContent(reply);
  });

  app.delete(one, (request, reply) => {
    ensureAdmin(actorFrom(request), "Only admins can delete bundles");
    bundles.remove(param(request, "bundle"));
    return noContent(reply);
  });
}

interface Issue {
  readonly severity: "error";
  readonly addon: string;
  readonly message: string;
}

/** A bundle is of addons that are there. */
function issuesOf(sandbox: Sandbox, sent: JsonObject): Issue[] {
  const { addons } = sandbox.db.studio;
  return Object.entries(asObject(sent["addons"])).flatMap(
    ([addon, version]): Issue[] => {
      const given = asString(version);
      if (
        given === null ||
        addons.get(addonId(addon, given))?.pending === false
      )
        return [];
      const message = `${addon} ${given} is not active`;
      return [{ severity: "error", addon, message }];
    },
  );
}

/** Addons are patched one by one; null takes one out. */
function patchedAddons(old: BundleRow, sent: unknown): JsonObject {
  if (!isObject(sent)) return old.addons;
  const addons = Object.entries({ ...old.addons, ...sent }).filter(
    ([, version]) => version !== null,
  );
  return Object.fromEntries(addons);
}

function merged(old: BundleRow, sent: JsonObject): BundleRow {
  const flag = (
    key: "isProduction" | "isStaging" | "isArchived" | "isDev" | "isProject",
  ): boolean => (typeof sent[key] === "boolean" ? sent[key] : old[key]);
  return {
    ...old,
    isProduction: flag("isProduction"),
    isStaging: flag("isStaging"),
    isArchived: flag("isArchived"),
    isDev: flag("isDev"),
    isProject: flag("isProject"),
    activeUser: asString(sent["activeUser"]) ?? old.activeUser,
    addons: isObject(sent["addons"]) ? sent["addons"] : old.addons,
    installerVersion:
      asString(sent["installerVersion"]) ?? old.installerVersion,
    dependencyPackages: {
      ...old.dependencyPackages,
      ...asObject(sent["dependencyPackages"]),
    },
    addonDevelopment: {
      ...old.addonDevelopment,
      ...asObject(sent["addonDevelopment"]),
    },
  };
}

/** There is one production bundle and one staging bundle: a new one takes the flag from the old. */
function save(sandbox: Sandbox, row: BundleRow): void {
  const { bundles } = sandbox.db.studio;
  for (const other of bundles.all()) {
    const next = {
      ...other,
      isProduction: other.isProduction && !row.isProduction,
      isStaging: other.isStaging && !row.isStaging,
    };
    if (
      next.isProduction !== other.isProduction ||
      next.isStaging !== other.isStaging
    )
      bundles.put(next);
  }
  bundles.put(row);
}

function tell(
  sandbox: Sandbox,
  topic: string,
  row: BundleRow,
  description: string,
  user: string,
): void {
  const {
    id: name,
    isProduction,
    isStaging,
    isArchived,
    isDev,
    isProject,
  } = row;
  sandbox.events.dispatch({
    topic,
    description,
    user,
    summary: { name, isProduction, isStaging, isArchived, isDev, isProject },
    payload: { addons: row.addons },
  });
}

function bundleBody(row: BundleRow): JsonObject {
  return {
    name: row.id,
    createdAt: row.createdAt,
    addons: row.addons,
    installerVersion: row.installerVersion,
    dependencyPackages: row.dependencyPackages,
    addonDevelopment: row.addonDevelopment,
    isProduction: row.isProduction,
    isStaging: row.isStaging,
    isArchived: row.isArchived,
    isDev: row.isDev,
    isProject: row.isProject,
    activeUser: row.activeUser,
  };
}
