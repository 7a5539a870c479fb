import type { Faults } from "../control/faults.ts";
import type { HubEvent } from "../hub/event.ts";

/** The way of `ftrack.update` from the commit to the hub, with what may go wrong on it. */
export class Channel {
  readonly #faults: Faults;
  readonly #chance: () => number;
  readonly #publish: (event: HubEvent) => void;
  #held: HubEvent[] = [];

  constructor(
    faults: Faults,
    chance: () => number,
    publish: (event: HubEvent) => void,
  ) {
    this.#faults = faults;
    this.#chance = chance;
    this.#publish = publish;
  }

  send(event: HubEvent): void {
    const { duplicate, drop, delayMs } = this.#faults.events;
    if (drop > 0 && this.#chance() < drop) return;
    const times = duplicate > 0 && this.#chance() < duplicate ? 2 : 1;
    for (let i = 0; i < times; i++) {
      if (delayMs > 0)
        setTimeout(() => {
          this.#order(event);
        }, delayMs);
      else this.#order(event);
    }
  }

  /** Sends what is held back. */
  flush(): void {
    const held = this.#held.reverse();
    this.#held = [];
    for (const event of held) this.#publish(event);
  }

  #order(event: HubEvent): void {
    const { reverse } = this.#faults.events;
    if (reverse <= 1) {
      this.flush();
      this.#publish(event);
      return;
    }
    this.#held.push(event);
    if (this.#held.length >= reverse) this.flush();
  }
}
