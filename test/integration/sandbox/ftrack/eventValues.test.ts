import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useHeardShow } from "../../../support/ftrack-show.ts";
import {
  create,
  post,
  remove,
  update,
  type Loose,
} from "../../../support/official-client.ts";

const show = useHeardShow();

describe("custom attributes in ftrack.update", () => {
  const types: Record<string, string> = {};
  async function attribute(
    type: string,
    hierarchical: boolean,
    config = {},
  ): Promise<{ key: string; id: string }> {
    types[type] ??= await show.id(
      `CustomAttributeType where name is "${type}"`,
    );
    const key = `k${randomUUID().slice(0, 8)}`;
    const { body } = await post(show.sandbox, [
      create("CustomAttributeConfiguration", {
        key,
        type_id: types[type],
        config: JSON.stringify(config),
        ...(hierarchical
          ? { entity_type: "show", is_hierarchical: true }
          : {
              entity_type: "task",
              object_type_id: await show.id('ObjectType where name is "Shot"'),
            }),
      }),
    ]);
    return { key, id: body[0].data.id };
  }

  it.each([
    ["number", {}, 1010, "1010"],
    ["number", { isdecimal: true }, 1001, "1001.0"],
    ["number", { isdecimal: true }, 1.25, "1.25"],
    ["boolean", {}, true, "1"],
    ["boolean", {}, false, "0"],
    ["text", {}, "some text", "some text"],
    ["enumerator", {}, ["a", "b"], "a, b"],
    [
      "date",
      {},
      { __type__: "datetime", value: "2026-01-02T22:00:00Z" },
      "2026-01-02T22:00:00",
    ],
  ])("%s %j: %j is told as %j", async (type, config, value, text) => {
    const { key, id: configuration } = await attribute(type, false, config);
    const { data } = await show.told([
      update("ContextCustomAttributeValue", [configuration, show.shot], {
        value,
      }),
    ]);
    expect(data.entities).toHaveLength(1);
    expect(data.entities[0]).toMatchObject({
      entityId: show.shot,
      entity_type: "Shot",
      action: "update",
      keys: [key],
      changes: { [key]: { old: "", new: text } },
    });
  });

  it("a hierarchical value has null where none is set", async () => {
    const { key, id: configuration } = await attribute("number", true);
    const place = { configuration_id: configuration, entity_id: show.project };
    const set = await show.told([
      create("CustomAttributeValue", { ...place, value: 5 }),
    ]);
    expect(set.data.entities[0]).toMatchObject({
      entityType: "show",
      changes: { [key]: { old: null, new: "5" } },
    });
    const cleared = await show.told([
      remove("CustomAttributeValue", [configuration, show.project]),
    ]);
    expect(cleared.data.entities[0].changes[key]).toEqual({
      old: "5",
      new: null,
    });
  });

  it("joins the item of an owner that changed too; follows one that was just added", async () => {
    const { key, id: configuration } = await attribute("number", true);
    const both = await show.told([
      update("Shot", show.shot, { description: randomUUID() }),
      create("CustomAttributeValue", {
        configuration_id: configuration,
        entity_id: show.shot,
        value: 5,
      }),
    ]);
    expect(both.data.entities.map((e: Loose) => e.keys)).toEqual([
      ["description", key],
    ]);
    const added = randomUUID();
    const { data } = await show.told([
      create("Shot", { id: added, name: added, parent_id: show.project }),
      create("CustomAttributeValue", {
        configuration_id: configuration,
        entity_id: added,
        value: 6,
      }),
    ]);
    expect(data.entities.map((e: Loose) => [e.action, e.entityId])).toEqual([
      ["add", added],
      ["update", added],
    ]);
  });

  it("an attribute that is deleted takes its values along untold", async () => {
    const { id: configuration } = await attribute("number", true);
    const value = {
      configuration_id: configuration,
      entity_id: show.project,
      value: 5,
    };
    await show.told([create("CustomAttributeValue", value)]);
    const { data } = await show.told([
      remove("CustomAttributeConfiguration", configuration),
      update("Shot", show.shot, { description: randomUUID() }),
    ]);
    expect(data.entities.map((e: Loose) => e.keys)).toEqual([["description"]]);
  });
});
