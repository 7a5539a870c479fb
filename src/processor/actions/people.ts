import type { FtrackEvent } from "../../core/event.ts";
import type { Reference } from "../../core/reference.ts";
import { isSameName } from "../../core/status.ts";

export interface Person {
  readonly id: NonNullable<FtrackEvent["actor"]["id"]>;
  readonly username: string;
  readonly roles: readonly string[];
}

/** How often an unknown name makes this service look for new users. */
const LOOK_AGAIN_MS = 10_000;

/**
 * Who clicked, with the names of the security roles. Nobody, when Ftrack knows no such user, has switched the
 * user off, or when the id and the name in the event are not of one user.
 */
export function createPeople(
  reference: Pick<Reference, "users" | "rolesOf" | "refresh">,
  now: () => number,
): (actor: FtrackEvent["actor"]) => Promise<Person | null> {
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function find(
    actor: FtrackEvent["actor"],
  ): Promise<Omit<Person, "roles"> | null> {
    const { ftrackUsers } = await reference.users();
    const user =
      actor.id === null
        ? [...ftrackUsers.values()].find(
            ({ username }) =>
              actor.username !== null && isSameName(username, actor.username),
          )
        : ftrackUsers.get(actor.id);
    const isOne =
      actor.username === null ||
      (user !== undefined && isSameName(user.username, actor.username));
    return user?.isActive === true && isOne ? user : null;
  }

  return async (actor) => {
    if (actor.id === null && actor.username === null) return null;
    let user = await find(actor);
    if (user === null && now() - lookedAt > LOOK_AGAIN_MS) {
      lookedAt = now();
      reference.refresh("users");
      user = await find(actor);
    }
    if (user === null) return null;
    const roles = await reference.rolesOf({ id: user.id, username: null });
    return { id: user.id, username: user.username, roles: roles ?? [] };
  };
}
