import {
  createHash,
  createHmac,
  hkdfSync,
  randomUUID,
  timingSafeEqual,
} from "node:crypto";
import { z } from "zod";
import type { Plain } from "../../core/action.ts";

/** Name of the hidden item that carries a form's state. */
export const STATE_FIELD = "ayon_ftrack_state";

/** How long an open form can be sent. */
const LIFETIME_MS = 2 * 3600_000;

/** What a form is good for: sent by this user, for this action, on this selection. */
export interface Bond {
  readonly action: string;
  readonly userId: string;
  readonly selected: readonly string[];
}

export interface Opened {
  readonly step: string;
  readonly state: unknown;
  /** Id of the form: what it leads to is done once. */
  readonly form: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Keeps the state of forms of several steps in the forms themselves, signed: another processor can go on with
 * it, and nobody can make one up, change it, or use it for another action or selection.
 */
export interface Seal {
  close(bond: Bond, step: string, state: Plain): string;
  /** Null for what this service did not sign, or signed for something else, or too long ago. */
  open(bond: Bond, token: string): Opened | null;
}

const payload = z.object({
  a: z.string(),
  u: z.string(),
  g: z.string(),
  s: z.string(),
  f: z.string(),
  x: z.number(),
  d: z.unknown(),
});

/**
 * @param secret - known to all processors and to nobody else, such as the key of the AYON user
 */
export function createSeal(secret: string, now: () => number): Seal {
  const key = Buffer.from(
    hkdfSync("sha256", secret, "", "ayon-ftrack-events: state of forms", 32),
  );

  function sign(text: string): Buffer {
    return createHmac("sha256", key).update(text).digest();
  }

  return {
    close(bond, step, state) {
      const content: z.input<typeof payload> = {
        a: bond.action,
        u: bond.userId,
        g: fingerprint(bond.selected),
        s: step,
        f: randomUUID(),
        x: now() + LIFETIME_MS,
        d: state,
      };
      const text = Buffer.from(JSON.stringify(content)).toString("base64url");
      return `${text}.${sign(text).toString("base64url")}`;
    },
    open(bond, token) {
      const [text = "", signature = ""] = token.split(".", 2);
      const given = Buffer.from(signature, "base64url");
      const right = sign(text);
      if (given.length !== right.length || !timingSafeEqual(given, right))
        return null;
      const { a, u, g, s, f, x, d } = payload.parse(
        JSON.parse(Buffer.from(text, "base64url").toString()),
      );
      const isBound =
        a === bond.action &&
        u === bond.userId &&
        g === fingerprint(bond.selected);
      if (!isBound || x < now()) return null;
      return { step: s, state: d, form: f, expiresAt: x };
    },
  };
}

function fingerprint(ids: readonly string[]): string {
  return createHash("sha256")
    .update(ids.toSorted().join("\n"))
    .digest("base64url");
}
