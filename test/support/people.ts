import { ftrackId } from "../../src/core/ids.ts";
import type { AyonUserRow } from "../../src/core/ports.ts";
import type { FtrackUser } from "../../src/core/reference.ts";

/** An Ftrack user; the id is made of the name. */
export function aPerson(
  username: string,
  more: Partial<FtrackUser> = {},
): FtrackUser {
  return {
    id: ftrackId(`id-${username}`),
    username,
    email: null,
    firstName: "",
    lastName: "",
    isActive: true,
    ...more,
  };
}

/** An AYON artist without access to anything. */
export function anAccount(
  name: string,
  more: Partial<AyonUserRow> = {},
): AyonUserRow {
  return {
    name,
    email: null,
    active: true,
    fullName: null,
    isService: false,
    isAdmin: false,
    isManager: false,
    isGuest: false,
    accessGroups: {},
    defaultAccessGroups: [],
    data: {},
    ...more,
  };
}
