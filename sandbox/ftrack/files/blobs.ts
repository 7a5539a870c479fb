import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** The files of components, by component id. In memory, and in a folder when there is one. */
export class Blobs {
  readonly #blobs = new Map<string, Buffer>();
  readonly #folder: string | undefined;

  constructor(folder?: string) {
    this.#folder = folder;
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder))
      this.#blobs.set(
        Buffer.from(name, "base64url").toString(),
        readFileSync(join(folder, name)),
      );
  }

  get(id: string): Buffer | undefined {
    return this.#blobs.get(id);
  }

  set(id: string, content: Buffer): void {
    this.#blobs.set(id, content);
    if (this.#folder !== undefined) writeFileSync(this.#pathOf(id), content);
  }

  delete(id: string): void {
    this.#blobs.delete(id);
    if (this.#folder !== undefined) rmSync(this.#pathOf(id), { force: true });
  }

  /** Ids come from clients, so they are not used as names of files. */
  #pathOf(id: string): string {
    return join(this.#folder ?? "", Buffer.from(id).toString("base64url"));
  }
}
