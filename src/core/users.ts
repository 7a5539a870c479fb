import type { FtrackId } from "./ids.ts";
import { byCode } from "./order.ts";
import type { AyonUserRow } from "./ports.ts";
import type { FtrackUser, UserMap } from "./reference.ts";

/**
 * Finds out who is who. An AYON user belongs to at most one Ftrack user; service users to none.
 *
 * An id that AYON remembers wins over an equal e-mail, and that over an equal name, over all users before the
 * next is tried. An e-mail whose AYON user is already taken does not fall back to the name: two accounts
 * with one address are one person. Among equals the active account wins, then the name that sorts first.
 */
export function mapUsers(
  ftrackUsers: readonly FtrackUser[],
  ayonUsers: readonly AyonUserRow[],
): UserMap {
  const left = ftrackUsers.toSorted(
    (a, b) =>
      Number(b.isActive) - Number(a.isActive) ||
      byCode(a.username, b.username) ||
      byCode(a.id, b.id),
  );
  const right = ayonUsers
    .filter((user) => !user.isService)
    .toSorted(
      (a, b) => Number(b.active) - Number(a.active) || byCode(a.name, b.name),
    );
  const ayonOf = new Map<FtrackId, AyonUserRow>();
  const ftrackOf = new Map<string, FtrackUser>();
  const withMail = new Set<FtrackId>();

  const join = (
    ftrackKey: (user: FtrackUser) => string | null,
    ayonKey: (user: AyonUserRow) => string | null,
    onHit?: (user: FtrackUser) => void,
  ): void => {
    const byKey = new Map<string, AyonUserRow[]>();
    for (const user of right) {
      const key = ayonKey(user);
      if (key !== null) byKey.set(key, [...(byKey.get(key) ?? []), user]);
    }
    for (const user of left) {
      const key = ftrackKey(user);
      if (key === null || ayonOf.has(user.id)) continue;
      const found = byKey.get(key);
      if (found === undefined) continue;
      onHit?.(user);
      const free = found.find((candidate) => !ftrackOf.has(candidate.name));
      if (free === undefined) continue;
      ayonOf.set(user.id, free);
      ftrackOf.set(free.name, user);
    }
  };

  join((user) => user.id, rememberedFtrackId);
  join(
    (user) => lowered(user.email),
    (user) => lowered(user.email),
    (user) => withMail.add(user.id),
  );
  join(
    (user) => (withMail.has(user.id) ? null : localPart(user.username)),
    (user) => lowered(user.name),
  );
  return {
    ayonOf,
    ftrackOf,
    ftrackUsers: new Map(ftrackUsers.map((user) => [user.id, user])),
    ayonUsers,
  };
}

/** The AYON name a user of Ftrack would get: the part of the username that is no mail domain, in lower case. */
export function localPart(username: string): string | null {
  return lowered(username.split("@", 1)[0] ?? null);
}

/** The Ftrack id that AYON stores with a user under `data.ftrack.id`. */
export function rememberedFtrackId(user: AyonUserRow): string | null {
  const stored = user.data["ftrack"];
  if (typeof stored !== "object" || stored === null) return null;
  const id: unknown = Object.entries(stored).find(([key]) => key === "id")?.[1];
  return typeof id === "string" && id !== "" ? id : null;
}

function lowered(text: string | null): string | null {
  const trimmed = text?.trim().toLowerCase() ?? "";
  return trimmed === "" ? null : trimmed;
}
