import { describe, expect, it } from "vitest";
import fc from "fast-check";
import type { AyonUserRow } from "../../../src/core/ports.ts";
import type { FtrackUser } from "../../../src/core/reference.ts";
import { mapUsers } from "../../../src/core/users.ts";
import { aPerson, anAccount } from "../../support/people.ts";

function person(
  username: string,
  email: string | null,
  isActive = true,
): FtrackUser {
  return aPerson(username, { email, isActive });
}

function account(
  name: string,
  email: string | null,
  more: Partial<AyonUserRow> = {},
): AyonUserRow {
  return anAccount(name, { email, ...more });
}

describe("user mapping", () => {
  it.each<[string, FtrackUser[], AyonUserRow[], Record<string, string>]>([
    [
      "ES-51 equal e-mail in any case",
      [person("x", "Anna@Studio.test")],
      [account("anna", "anna@studio.TEST")],
      { x: "anna" },
    ],
    [
      "ES-51, FS-51 name before the at sign, in any case",
      [person("John@studio.com", null)],
      [account("john", null)],
      { "John@studio.com": "john" },
    ],
    [
      "e-mail wins over a name, whoever comes first",
      [person("anna", null), person("zoe", "anna@a.b")],
      [account("anna", "anna@a.b")],
      { zoe: "anna" },
    ],
    [
      "the id that AYON remembers wins over e-mail",
      [person("anna", "anna@a.b"), person("old", null)],
      [account("anna", "anna@a.b", { data: { ftrack: { id: "id-old" } } })],
      { old: "anna" },
    ],
    [
      "FS-51 two Ftrack users never share one AYON user",
      [person("a", "same@a.b"), person("b", "same@a.b")],
      [account("same", "same@a.b")],
      { a: "same" },
    ],
    [
      "an e-mail that is taken does not fall back to the name",
      [person("a", "same@a.b"), person("b", "same@a.b")],
      [account("same", "same@a.b"), account("b", null)],
      { a: "same" },
    ],
    [
      "an e-mail unknown to AYON does fall back",
      [person("b", "b@a.b")],
      [account("b", "other@a.b")],
      { b: "b" },
    ],
    [
      "FS-51 service users belong to nobody",
      [person("bot", "bot@a.b")],
      [account("bot", "bot@a.b", { isService: true })],
      {},
    ],
    [
      "the active one of two accounts with one address",
      [person("a", "a@a.b", false), person("b", "a@a.b")],
      [account("x", "a@a.b", { active: false }), account("y", "a@a.b")],
      { b: "y", a: "x" },
    ],
    ["an empty address is none", [person("a", "")], [account("b", "")], {}],
    [
      "odd data of AYON is no id",
      [person("a", null)],
      [account("b", null, { data: { ftrack: { id: 3 } } })],
      {},
    ],
  ])("%s", (_, ftrack, ayon, expected) => {
    const map = mapUsers(ftrack, ayon);
    const found = ftrack.flatMap((user) => {
      const match = map.ayonOf.get(user.id);
      return match === undefined ? [] : [[user.username, match.name]];
    });
    expect(Object.fromEntries(found)).toEqual(expected);
    expect([...map.ftrackUsers.keys()]).toEqual(ftrack.map((u) => u.id));
  });

  it("is one to one both ways, and does not depend on the order", () => {
    const letter = fc.constantFrom("a", "b", "c", "D");
    const mail = fc.option(letter, { nil: null });
    const lists = fc.tuple(
      fc.uniqueArray(fc.tuple(letter, mail), { selector: ([name]) => name }),
      fc.uniqueArray(fc.tuple(letter, mail), { selector: ([name]) => name }),
    );
    fc.assert(
      fc.property(lists, ([ftrack, ayon]) => {
        const left = ftrack.map(([name, email]) => person(name, email));
        const right = ayon.map(([name, email]) => account(name, email));
        const map = mapUsers(left, right);
        expect(map.ayonOf.size).toBe(map.ftrackOf.size);
        for (const [id, user] of map.ayonOf)
          expect(map.ftrackOf.get(user.name)?.id).toBe(id);
        const reversed = mapUsers(left.toReversed(), right.toReversed());
        expect(new Map([...reversed.ayonOf].sort())).toEqual(
          new Map([...map.ayonOf].sort()),
        );
      }),
    );
  });
});
