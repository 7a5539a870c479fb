import { z } from "zod";
import { codeOf, RejectedError } from "../core/errors.ts";
import type { AyonStudioReads } from "../core/ports.ts";
import type { AyonHttp } from "./http.ts";
import { jsonObject } from "./json.ts";
import { route } from "./route.ts";
import { versionOf } from "./settings-source.ts";

const wireGroups = z.array(z.looseObject({ name: z.string() }));
const wirePresets = z.looseObject({
  presets: z.array(
    z.looseObject({
      name: z.string(),
      primary: z.unknown().transform((value) => value === true),
    }),
  ),
});

const wireCore = z.looseObject({
  project_folder_structure: z.string().default("{}"),
});

export interface StudioReadsOptions {
  /** Of the bundle whose core addon counts: `production`, `staging`, or the name of a developer bundle. */
  readonly variant: string;
  readonly signal?: AbortSignal;
}

/**
 * Source: GET /api/accessGroups/_, /api/anatomy/presets, /api/anatomy/presets/\{name\} and
 * /api/addons/core/\{version\}/settings/\{project\}. A bundle that is only for one project is not looked at.
 */
export function createAyonStudioReads(
  http: AyonHttp,
  { variant, signal }: StudioReadsOptions,
): AyonStudioReads {
  return {
    async accessGroups() {
      const groups = await http.send({
        method: "GET",
        path: "/api/accessGroups/_",
        answer: wireGroups,
        signal,
      });
      return groups.map((group) => group.name);
    },
    async anatomyPresets() {
      const { presets } = await http.send({
        method: "GET",
        path: "/api/anatomy/presets",
        answer: wirePresets,
        signal,
      });
      return presets.map(({ name, primary: isPrimary }) => ({
        name,
        isPrimary,
      }));
    },
    async anatomy(preset) {
      try {
        return await http.send({
          method: "GET",
          path: route`/api/anatomy/presets/${preset}`,
          answer: jsonObject,
          signal,
        });
      } catch (thrown) {
        if (
          thrown instanceof RejectedError &&
          thrown.code === "E_AYON_NOT_FOUND"
        )
          return null;
        throw thrown;
      }
    },
    async projectStructure(project) {
      try {
        const core = { name: "core", version: null, variant };
        const version = await versionOf(http, core, signal);
        const settings = await http.send({
          method: "GET",
          path: route`/api/addons/core/${version}/settings/${project}`,
          query: { variant },
          answer: wireCore,
          signal,
        });
        return settings.project_folder_structure;
      } catch (thrown) {
        if (["E_ADDON_MISSING", "E_AYON_NOT_FOUND"].includes(codeOf(thrown)))
          return "{}";
        throw thrown;
      }
    },
  };
}
