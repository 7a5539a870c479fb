import { describe, expect, it } from "vitest";
import { ftrackId } from "../../../src/core/ids.ts";
import {
  ASSIGNED,
  ownWritesOf,
  type OwnWrite,
} from "../../../src/core/own-writes.ts";
import type { HandlerContext } from "../../../src/core/handler.ts";
import { withoutEchoes } from "../../../src/handlers/sync/gather/echoes.ts";
import { anEvent, ANNA, type WireItem } from "../../support/events.ts";
import { aPerson } from "../../support/people.ts";

const SERVICE = { id: "id-service", username: "service" };
const NOW = 1_000_000;

function wrote(key: string, value: unknown, by = "transmitter"): OwnWrite {
  return { entityId: ftrackId("it"), key, value, by, at: NOW - 1_000 };
}

function status(
  value: string,
  more: Partial<WireItem> & { readonly also?: string } = {},
): WireItem {
  const { also, ...item } = more;
  return {
    action: "update",
    entityType: "task",
    entityId: "it",
    keys: ["statusid", ...(also === undefined ? [] : [also])],
    changes: { statusid: { old: "s0", new: value } },
    ...item,
  };
}

const appointment = (action: string): WireItem => ({
  action,
  entityType: "appointment",
  entityId: "it",
});

/** Keys of what is left of each entity, and whether the ledger was asked. */
async function left(
  item: WireItem,
  own: readonly OwnWrite[],
  user: typeof ANNA = SERVICE,
) {
  let isAsked = false;
  const ctx = {
    reference: {
      serviceUser: () => Promise.resolve(aPerson("service")),
    },
    recall: () => {
      isAsked = true;
      return Promise.resolve(ownWritesOf(own, NOW));
    },
  } as unknown as HandlerContext;
  const [event] = await withoutEchoes([anEvent([item], { user })], ctx);
  return { left: event?.entities.map((entity) => entity.keys), isAsked };
}

describe("the echo of what came from AYON", () => {
  it.each<[string, WireItem, OwnWrite[], readonly string[][]]>([
    ["a status", status("s1"), [wrote("status_id", "s1")], []],
    [
      "a status, beside something else",
      status("s1", { also: "name" }),
      [wrote("status_id", "s1")],
      [["name"]],
    ],
    [
      "another status than ours",
      status("s2"),
      [wrote("status_id", "s1")],
      [["statusid"]],
    ],
    [
      "a status that another rule set",
      status("s1"),
      [wrote("status_id", "s1", "status-next-task")],
      [["statusid"]],
    ],
    ["somebody assigned", appointment("add"), [wrote(ASSIGNED, true)], []],
    ["somebody taken off", appointment("remove"), [wrote(ASSIGNED, false)], []],
    [
      "somebody taken off whom we had assigned",
      appointment("remove"),
      [wrote(ASSIGNED, true)],
      [[]],
    ],
    ["a status nobody remembers", status("s1"), [], [["statusid"]]],
  ])("%s", async (_title, item, own, keys) => {
    expect(await left(item, own)).toEqual({ left: keys, isAsked: true });
  });

  it("is none when a person did it, and nothing is asked then", async () => {
    const own = [wrote("status_id", "s1")];
    expect(await left(status("s1"), own, ANNA)).toEqual({
      left: [["statusid"]],
      isAsked: false,
    });
  });

  it("is not looked for in other fields", async () => {
    const item = status("s1", { keys: ["name"] });
    expect(await left(item, [wrote("status_id", "s1")])).toEqual({
      left: [["name"]],
      isAsked: false,
    });
  });
});
