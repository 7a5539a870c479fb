import { grantKey, userNamed } from "../permissions/credentials.ts";
import type { State } from "../state.ts";
import { keyOf } from "../store/row.ts";
import {
  sowAyonAttributes,
  sowHierarchicalAttributes,
  sowStandardAttributes,
} from "./attributes.ts";
import { sowBase } from "./base.ts";
import { sowDemo } from "./demo.ts";
import { API_USER, sowPeople } from "./people.ts";
import { sowStudio } from "./studio.ts";
import { sow } from "./writer.ts";

/**
 * Fills an empty state. Seeds: `empty`, `demo`, `studio:N` (one show with N contexts); with `+ayon` the
 * attributes of the synchronisation are there as well.
 *
 * @throws TypeError for another name
 */
export function sowSeed(name: string, apiKey: string, state: State): void {
  const [seed = "", ...options] = name.split("+");
  const studio = /^studio:(\d+)$/.exec(seed);
  if (seed !== "empty" && seed !== "demo" && studio === null)
    throw new TypeError(`No seed ${name}`);
  for (const option of options)
    if (option !== "ayon") throw new TypeError(`No seed option ${option}`);
  sow(state, (make) => {
    sowBase(make);
    sowPeople(make);
    sowStandardAttributes(make);
    if (seed !== "empty") sowHierarchicalAttributes(make);
    if (options.includes("ayon")) sowAyonAttributes(make);
    if (seed === "demo") sowDemo(make);
    if (studio !== null) sowStudio(make, Number(studio[1]));
  });
  state.store.transaction(() => {
    const user = userNamed(API_USER, state.store);
    if (user !== undefined) grantKey(keyOf(user, "id"), state.store, apiKey);
  });
}
