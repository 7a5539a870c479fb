import { defaultBehaviour, type Behaviour } from "./behaviour.ts";
import { Blobs } from "./files/blobs.ts";
import { Uploads } from "./files/uploads.ts";
import {
  buildCatalogue,
  tableShapes,
  type Catalogue,
} from "./schema/catalogue.ts";
import { schemaHash } from "./schema/hash.ts";
import { wireSchemas } from "./schema/wire.ts";
import type { Json } from "./store/row.ts";
import { Store } from "./store/store.ts";
import { formatDate } from "./store/values.ts";

const OBJECT_TYPE = new Set(["ObjectType"]);

/** The rows of the server with what follows from them, and how it behaves. */
export class State {
  readonly store: Store;
  readonly behaviour: Behaviour;
  readonly blobs: Blobs;
  readonly uploads: Uploads;
  readonly #clock: () => Date;

  constructor(clock: () => Date, blobFolder?: string) {
    this.blobs = new Blobs(blobFolder);
    this.uploads = new Uploads(this.blobs);
    this.behaviour = { ...defaultBehaviour };
    this.#clock = clock;
    this.store = new Store(tableShapes(), {
      origin: "",
      linkTypes: this.behaviour.linkTypes,
    });
  }

  get catalogue(): Catalogue {
    const { store } = this;
    return store.memo("ObjectType", "catalogue", () =>
      buildCatalogue(store.scan("ObjectType", OBJECT_TYPE)),
    );
  }

  /** The schemas as clients get them, with their hash. */
  get wire(): { readonly schemas: readonly Json[]; readonly hash: string } {
    return this.store.memo("ObjectType", "wire schemas", () => {
      const schemas = wireSchemas(this.catalogue);
      return { schemas, hash: schemaHash(schemas) };
    });
  }

  /** The server's time. */
  now(): Date {
    return new Date(this.#clock().getTime() + this.behaviour.clockSkewMs);
  }

  /** The server's time as it is stored. */
  nowText(): string {
    return formatDate(this.now());
  }

  /**
   * Changes the behaviour.
   *
   * @throws TypeError for a name there is not, or a value of another type
   */
  setBehaviour(changes: Partial<Behaviour>): void {
    for (const [name, value] of Object.entries(changes))
      if (typeof value !== typeof defaultBehaviour[name as keyof Behaviour])
        throw new TypeError(`No such behaviour: ${name} ${String(value)}`);
    Object.assign(this.behaviour, changes);
    this.store.surroundings = {
      ...this.store.surroundings,
      linkTypes: this.behaviour.linkTypes,
    };
  }
}
