import { describe, expect, it } from "vitest";
import { gateByRole, mayAct } from "../../../src/core/roles.ts";
import { anEvent, taskStatus } from "../../support/events.ts";

describe("mayAct", () => {
  it.each([
    ["HA-71 an empty list is for everyone", [], ["User"], true],
    ["an empty list is for the unknown too", [], null, true],
    ["HA-70 any case of the name", ["Supervisor"], ["supervisor"], true],
    ["HA-70 no such role", ["Supervisor"], ["User"], false],
    ["one of several", ["A", "B"], ["C", "B"], true],
    ["nobody knows the user", ["Supervisor"], null, false],
  ])("%s", (_, allowed, roles, may) => {
    expect(mayAct(allowed, roles)).toBe(may);
  });
});

describe("events of users without the role are left out (HA 14, row 12)", () => {
  const byAnna = anEvent([taskStatus("t1", "a", "b")], { id: "1" });
  const byBob = anEvent([taskStatus("t2", "a", "b")], {
    id: "2",
    user: { id: "u-bob", username: "bob@studio.test" },
  });
  const byNobody = anEvent([], { id: "3", user: null });
  const roles = {
    asked: 0,
    rolesOf(user: { id: string | null }) {
      this.asked += 1;
      return Promise.resolve(user.id === "u-anna" ? ["Supervisor"] : null);
    },
  };

  it("asks once per user and says who was refused", async () => {
    const events = [byAnna, byBob, byAnna, byNobody];
    const gated = await gateByRole(events, ["supervisor"], roles);
    expect(gated.events).toEqual([byAnna, byAnna]);
    expect(roles.asked).toBe(3);
    expect(
      gated.skips.map((s) => [s.subject.path, s.reason, s.detail]),
    ).toEqual([
      [
        "t2",
        "role-not-allowed",
        "bob@studio.test has none of the roles supervisor.",
      ],
      [
        "3",
        "role-not-allowed",
        "an unknown user has none of the roles supervisor.",
      ],
    ]);
  });

  it("asks nobody when the list is empty", async () => {
    roles.asked = 0;
    const gated = await gateByRole([byBob], [], roles);
    expect(gated).toEqual({ events: [byBob], skips: [] });
    expect(roles.asked).toBe(0);
  });
});
