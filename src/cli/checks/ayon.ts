import { z } from "zod";
import { findRivals } from "../../ayon/rivals.ts";
import type { Studio } from "../studio.ts";
import { attempt, type Check, ok } from "./check.ts";

const AREA = "AYON";
const NEEDED = ["ftrackId", "ftrackPath"];

const info = z.looseObject({ version: z.string().optional() });
const me = z.looseObject({
  name: z.string(),
  data: z
    .looseObject({
      isService: z.boolean().optional(),
      isAdmin: z.boolean().optional(),
    })
    .catch({}),
});

/** Whether AYON answers, takes the key, gives it the rights, and has what the addon brings along. */
export async function checkAyon(
  studio: Studio,
  now: number,
): Promise<readonly Check[]> {
  const { ayon, ayonReads, settings, env } = studio;
  const server = await attempt(AREA, "server", async () => {
    const { version } = await ayon.send({
      method: "GET",
      path: "/api/info",
      answer: info,
    });
    return ok(`${env.ayon.serverUrl} answers, version ${version ?? "unknown"}`);
  });
  if (server.state === "wrong") return [server];
  const key = await attempt(AREA, "key", async () => {
    const user = await ayon.send({
      method: "GET",
      path: "/api/users/me",
      answer: me,
    });
    const { isService, isAdmin } = user.data;
    return isService === true || isAdmin === true
      ? ok(`user ${user.name}`)
      : {
          state: "wrong",
          detail: `user ${user.name} is neither a service user nor an administrator: secrets and settings stay closed`,
          fix: "Set AYON_API_KEY to the key of a service user.",
        };
  });
  if (key.state === "wrong") return [server, key];
  return [
    server,
    key,
    await attempt(AREA, "addon settings", async () => {
      const { isEnabled } = await settings.studio();
      return isEnabled
        ? ok(`of ${env.addon.name} can be read`)
        : {
            state: "doubtful",
            detail: "the addon is switched off for the studio",
            fix: "Switch on the setting enabled, unless that is meant.",
          };
    }),
    await attempt(AREA, "attributes", async () => {
      const names = (await ayonReads.attributes()).map((a) => a.name);
      const missing = NEEDED.filter((name) => !names.includes(name));
      return missing.length === 0
        ? ok(NEEDED.join(", "))
        : {
            state: "wrong",
            detail: `${missing.join(", ")} missing`,
            fix: "Install the addon and restart AYON, twice when it asks for it.",
          };
    }),
    await attempt(AREA, "other event servers", async () => {
      const rivals = await findRivals(ayon, new Date(now));
      return rivals.length === 0
        ? ok("none")
        : {
            state: "wrong",
            detail: rivals.join(", "),
            fix: "Switch one of them off: docs/migrate.md.",
          };
    }),
  ];
}
