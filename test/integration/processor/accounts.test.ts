/** Who is who by the Ftrack id that AYON remembers, against a real list of users that leaves it out. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { mapUsers } from "../../../src/core/users.ts";
import { createAccounts } from "../../../src/processor/reference/accounts.ts";
import { ask, startAyon, type Ayon } from "../../support/ayon.ts";
import { aPerson } from "../../support/people.ts";

let ayon: Ayon;
let now = 0;
const asked = new Set<string>();
let accounts: ReturnType<typeof createAccounts>;

beforeAll(async () => {
  ayon = await startAyon();
  for (let n = 0; n < 20; n++)
    await ask(ayon.http, "PUT", `/api/users/artist${String(n)}`, {
      attrib: { email: `artist${String(n)}@studio.test` },
      data: {},
    });
});
afterAll(async () => {
  await ayon[Symbol.asyncDispose]();
});
beforeEach(() => {
  asked.clear();
  now = 0;
  accounts = createAccounts(
    {
      users: () => ayon.reads.users(),
      user: (name) => {
        asked.add(name);
        return ayon.reads.user(name);
      },
    },
    () => now,
  );
});

async function patch(name: string, body: object): Promise<void> {
  await ask(ayon.http, "PATCH", `/api/users/${name}`, body);
}

it("maps by the remembered id, whatever name and address have become", async () => {
  const renamed = aPerson("was.called.so", { email: "elsewhere@home.test" });
  await patch("artist3", { data: { ftrack: { id: renamed.id } } });
  expect(mapUsers([renamed], await ayon.reads.users()).ayonOf.size).toBe(0);
  const { ayonOf } = mapUsers([renamed], await accounts());
  expect(ayonOf.get(renamed.id)?.name).toBe("artist3");
});

it("asks for each user once, and again only for those that have changed", async () => {
  const first = await accounts();
  const people = first.filter((user) => !user.isService);
  expect([...asked].toSorted()).toEqual(people.map((u) => u.name).toSorted());
  expect(people.length).toBeGreaterThan(20);
  asked.clear();
  await accounts();
  expect([...asked]).toEqual([]);
  await patch("artist5", { data: { ftrack: { id: "new" } } });
  const now5 = (await accounts()).find((user) => user.name === "artist5");
  expect([...asked]).toEqual(["artist5"]);
  expect(now5?.data["ftrack"]).toEqual({ id: "new" });
  asked.clear();
  now += 13 * 3600_000;
  await accounts();
  expect(asked.size).toBe(people.length);
});

it("goes on where it was when a user does not answer", async () => {
  let isDown = true;
  const real = createAccounts(
    {
      users: () => ayon.reads.users(),
      user: (name) => {
        asked.add(name);
        if (isDown && name === "artist19")
          return Promise.reject(new Error("away"));
        return ayon.reads.user(name);
      },
    },
    () => now,
  );
  await expect(real()).rejects.toThrow("away");
  const before = asked.size;
  expect(before).toBeGreaterThan(8);
  isDown = false;
  asked.clear();
  await real();
  expect(asked).toContain("artist19");
  expect(asked.size).toBeLessThan(before);
});
