import { z } from "zod";
import { RejectedError } from "../core/errors.ts";
import type { AyonStudioReads } from "../core/ports.ts";
import type { AyonHttp } from "./http.ts";
import { jsonObject } from "./json.ts";
import { route } from "./route.ts";

const wireGroups = z.array(z.looseObject({ name: z.string() }));
const wirePresets = z.looseObject({
  presets: z.array(
    z.looseObject({
      name: z.string(),
      primary: z.unknown().transform((value) => value === true),
    }),
  ),
});

/** Source: GET /api/accessGroups/_, /api/anatomy/presets and /api/anatomy/presets/\{name\}. */
export function createAyonStudioReads(
  http: AyonHttp,
  signal?: AbortSignal,
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
  };
}
