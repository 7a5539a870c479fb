import {
  inShare,
  makeChance,
  noFaults,
  type Faults,
} from "./control/faults.ts";
import { RequestLog } from "./control/requests.ts";
import type { OperationContext } from "./api/operations.ts";
import type { Request } from "./api/session.ts";
import { Channel } from "./events/channel.ts";
import { itemsOf, type Item } from "./events/items.ts";
import { logItems } from "./events/log.ts";
import { updateEvent } from "./events/update.ts";
import type { HubEvent } from "./hub/event.ts";
import { Hub } from "./hub/hub.ts";
import { userNamed } from "./permissions/credentials.ts";
import { State } from "./state.ts";
import { keyOf, type Row } from "./store/row.ts";
import type { Write } from "./store/store.ts";

/** Everything one running server consists of, besides its sockets. */
export class Sandbox {
  readonly state: State;
  readonly faults: Faults = noFaults();
  readonly requests = new RequestLog();
  readonly hub: Hub;
  readonly updates: Channel;
  readonly chance = makeChance();

  constructor(clock: () => Date, blobFolder?: string) {
    const state = new State(clock, blobFolder);
    this.state = state;
    this.hub = new Hub({
      faults: this.faults,
      heartbeatMs: () => state.behaviour.heartbeatMs,
      now: () => state.now(),
      userId: (username) => {
        const user = userNamed(username, state.store);
        return user === undefined ? undefined : keyOf(user, "id");
      },
    });
    this.updates = new Channel(this.faults, this.chance, (event) => {
      this.hub.publish(event);
    });
  }

  /** Logs what a batch changed; answers the event that tells of it. Inside the batch's transaction. */
  record(changes: readonly Write[], request: Request): HubEvent | undefined {
    const { store, catalogue, behaviour } = this.state;
    const removed = new Map<string, Row>();
    for (const { base, key, before, after } of changes)
      if (before !== undefined && after === undefined)
        removed.set(`${base} ${key}`, before);
    const items: readonly Item[] = itemsOf(
      changes,
      (base, id) => store.get(base, id) ?? removed.get(`${base} ${id}`),
      catalogue,
      behaviour.secondaryItems,
    );
    if (items.length === 0) return undefined;
    logItems(items, request, store, this.state.now(), this.state.nowText());
    return updateEvent(items, request, behaviour.typedParents);
  }

  /** Told of every commit, with all its writes. */
  committed: (writes: readonly Write[]) => void = () => undefined;

  /** What may be read of the event log now. */
  get eventLog(): OperationContext["eventLog"] {
    const { denied, hidden, delayMs } = this.faults.eventLog;
    const since = this.state.now().getTime() - delayMs;
    return {
      denied,
      hides:
        hidden === 0 && delayMs === 0
          ? undefined
          : (row) =>
              inShare(hidden, Number(row["id"])) ||
              (delayMs > 0 && Number(row["recorded"]) > since),
    };
  }
}
