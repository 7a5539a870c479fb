import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Blobs } from "./blobs.ts";

interface Upload {
  readonly component: string;
  /** Base64 of the MD5 the client announced. */
  readonly checksum: string | undefined;
  readonly parts: Map<number, Buffer>;
}

/** An upload that cannot be accepted, with the HTTP status that says so. */
export class UploadError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Files on their way in: whoever knows an upload's name may put into it. */
export class Uploads {
  readonly #blobs: Blobs;
  readonly #open = new Map<string, Upload>();
  readonly #key = randomBytes(32);

  constructor(blobs: Blobs) {
    this.#blobs = blobs;
  }

  /** Opens an upload; answers its name. */
  open(component: string, checksum?: string): string {
    const name = randomBytes(16).toString("hex");
    this.#open.set(name, { component, checksum, parts: new Map() });
    return name;
  }

  /** Takes the whole file. */
  put(name: string, content: Buffer): string {
    const upload = this.#upload(name);
    const digest = createHash("md5").update(content).digest();
    if (
      upload.checksum !== undefined &&
      digest.toString("base64") !== upload.checksum
    )
      throw new UploadError(400, "The checksum does not fit.");
    this.#blobs.set(upload.component, content);
    return digest.toString("hex");
  }

  /** Takes one part, counted from 1; answers its tag. */
  putPart(name: string, part: number, content: Buffer): string {
    this.#upload(name).parts.set(part, content);
    return createHash("md5").update(content).digest("hex");
  }

  /** Puts the parts together in the order given, if all are there and their tags fit. */
  complete(
    name: string,
    parts: readonly { readonly number: number; readonly tag: string }[],
  ): string {
    const upload = this.#upload(name);
    const contents = parts.map(({ number, tag }) => {
      const content = upload.parts.get(number);
      const known =
        content === undefined
          ? undefined
          : createHash("md5").update(content).digest("hex");
      if (content === undefined || known !== tag.replaceAll('"', ""))
        throw new UploadError(400, `Part ${String(number)} does not fit.`);
      return content;
    });
    this.#blobs.set(upload.component, Buffer.concat(contents));
    this.#open.delete(name);
    return upload.component;
  }

  /** Signs a component's id, for addresses that need no other credentials. */
  sign(component: string): string {
    return createHash("sha256")
      .update(this.#key)
      .update(component)
      .digest("base64url");
  }

  isSigned(component: string, signature: string): boolean {
    const wanted = Buffer.from(this.sign(component));
    const given = Buffer.from(signature);
    return wanted.length === given.length && timingSafeEqual(wanted, given);
  }

  #upload(name: string): Upload {
    const upload = this.#open.get(name);
    if (upload === undefined)
      throw new UploadError(403, "There is no such upload.");
    return upload;
  }
}
