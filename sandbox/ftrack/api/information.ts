import type { State } from "../state.ts";
import type { Json, Value } from "../store/row.ts";
import { isArray, type RawObject } from "../store/values.ts";
import type { Request } from "./session.ts";

/** What this server says it is; the Python client demands 3.3.11 or newer. */
export const VERSION = "4.13.8.1";

/** The answer to `query_server_information`: all of it, or the values asked for. */
export function serverInformation(
  operation: RawObject,
  state: State,
  { identity }: Pick<Request, "identity">,
): Json {
  const all: Readonly<Record<string, Value>> = {
    version: VERSION,
    schema_hash: state.wire.hash,
    is_timezone_support_enabled: true,
    is_nested_subqueries_enabled: state.behaviour.nestedSubqueries,
    storage_scenario: { scenario: "ftrack.automatic", data: {} },
    preferred_language: "en",
    week_startday: 1,
    workday_length: 28800,
    display_week_numbers: false,
    product: { name: "ftrack" },
    company_information: { name: "Sandbox Studio" },
    user_information: {
      id: identity.userId,
      username: identity.username,
      is_global_access_key: false,
    },
  };
  const { values } = operation;
  if (!isArray(values)) return all;
  return Object.fromEntries(
    values
      .filter((name) => typeof name === "string")
      .flatMap((name) => {
        const value = all[name];
        return value === undefined ? [] : [[name, value] as const];
      }),
  );
}
