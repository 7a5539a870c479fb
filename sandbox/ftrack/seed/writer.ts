import { defaultBehaviour } from "../behaviour.ts";
import type { Identity } from "../permissions/identity.ts";
import type { State } from "../state.ts";
import { keyOf } from "../store/row.ts";
import type { RawObject } from "../store/values.ts";
import { createEntity } from "../write/entities.ts";

/** Creates an entity of a seed; answers its id. */
export type Make = (type: string, data: RawObject) => string;

/** Seeds are written by nobody, who may do everything. */
const nobody: Identity = {
  userId: "",
  username: "",
  name: "",
  roles: new Set(),
  administrator: true,
  hiddenProjects: new Set(),
};

/**
 * Runs a seed. It goes the way of every other write, so that seeded entities are as complete as created
 * ones; it leaves no trace in the event log.
 */
export function sow(state: State, seed: (make: Make) => void): void {
  const { store } = state;
  store.transaction(() => {
    seed((type, data) => {
      const { row } = createEntity(type, data, {
        store,
        catalogue: state.catalogue,
        behaviour: defaultBehaviour,
        identity: nobody,
        now: state.nowText(),
      });
      return keyOf(row, "id");
    });
  });
}
