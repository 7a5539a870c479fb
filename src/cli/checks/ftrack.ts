import { z } from "zod";
import { BOOKKEEPING_KEYS } from "../../core/bookkeeping.ts";
import { select } from "../../core/query.ts";
import type { Studio } from "../studio.ts";
import { attempt, type Check, ok } from "./check.ts";

const AREA = "Ftrack";
/** What the services keep in Ftrack, and the switch of a project. */
const NEEDED = [...BOOKKEEPING_KEYS, "auto_sync_enabled"];

const eventRow = z.looseObject({ id: z.coerce.string() });

/** Whether Ftrack answers, takes the key, and lets the user see what the services need. */
export async function checkFtrack(studio: Studio): Promise<readonly Check[]> {
  const login = await attempt(AREA, "login", async () => {
    const session = await studio.ftrack();
    await session.call([{ action: "query_server_information" }], {
      purpose: "query",
    });
    const version = session.server?.version;
    return ok(
      `${session.credentials.serverUrl} takes the key of ${session.credentials.apiUser}${version === undefined ? "" : `, version ${version}`}`,
    );
  });
  if (login.state === "wrong") return [login];
  const reference = await studio.reference();
  return [
    login,
    await attempt(AREA, "roles of the user", async () => {
      const user = await reference.serviceUser();
      if (user === null)
        return {
          state: "wrong",
          detail: "the user of the key cannot be found in Ftrack",
          fix: "Use a user that is active and that the key can see.",
        };
      const roles = await reference.rolesOf(user);
      const names = (roles ?? []).join(", ");
      return (roles ?? []).some((role) => /^administrator$|^api$/i.test(role))
        ? ok(`${user.username}: ${names}`)
        : {
            state: "doubtful",
            detail: `${user.username} has ${names === "" ? "no role that can be read" : names}`,
            fix: "Give it the role Administrator or API for all projects: what it cannot see does not come to AYON.",
          };
    }),
    await attempt(AREA, "event log", async () => {
      const reads = await studio.ftrackReads();
      await reads.query(
        select({
          type: "Event",
          fields: ["id"],
          row: eventRow,
          limit: 1,
        }),
      );
      return ok("can be read: gaps are caught up with");
    }),
    await attempt(AREA, "custom attributes", async () => {
      const keys = new Set(
        (await reference.configurations()).map(({ key }) => key),
      );
      const missing = NEEDED.filter((key) => !keys.has(key));
      return missing.length === 0
        ? ok(NEEDED.join(", "))
        : {
            state: "wrong",
            detail: `${missing.join(", ")} missing`,
            fix: "Run the action Create/Update Custom Attributes in Ftrack (AYON Admin).",
          };
    }),
  ];
}
