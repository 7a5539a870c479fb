import { describe, expect, it } from "vitest";
import { authorOf } from "../../../src/core/actor.ts";
import { ftrackId } from "../../../src/core/ids.ts";

describe("whose change it was", () => {
  const service = {
    id: ftrackId("s"),
    username: "Service@x",
  };
  it.each([
    ["s", "anybody", service, "service"],
    ["u", "service@x", service, "somebody"],
    [null, "service@X", service, "service"],
    [null, "anna@x", service, "somebody"],
    [null, null, service, "unknown"],
    ["u", "anna@x", null, "unknown"],
  ])("%s, %s", (id, username, user, author) => {
    const actor = { id: id === null ? null : ftrackId(id), username };
    expect(authorOf(actor, user)).toBe(author);
  });
});
