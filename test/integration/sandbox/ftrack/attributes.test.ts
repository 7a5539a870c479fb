import { randomUUID } from "node:crypto";
import { projectSchema } from "@ftrack/api";
import { beforeAll, describe, expect, it } from "vitest";
import { useShow } from "../../../support/ftrack-show.ts";
import {
  create,
  idOf,
  openSession,
  post,
  remove,
  row,
  rows,
  update,
  type Loose,
} from "../../../support/official-client.ts";

const show = useShow("empty+ayon");

describe("custom attributes", () => {
  const attributeTypes = [
    "text",
    "number",
    "boolean",
    "date",
    "enumerator",
  ] as const;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    const shotType = (
      await row(show.sandbox, 'select id from ObjectType where name is "Shot"')
    )["id"];
    for (const type of attributeTypes) {
      const typeId = (
        await row(
          show.sandbox,
          `select id from CustomAttributeType where name is "${type}"`,
        )
      )["id"];
      ids[type] = await show.make("CustomAttributeConfiguration", {
        key: `of_${type}`,
        type_id: typeId,
        entity_type: "task",
        object_type_id: shotType,
      });
    }
    const number = (
      await row(
        show.sandbox,
        'select id from CustomAttributeType where name is "number"',
      )
    )["id"];
    ids["frameStart"] = await show.make("CustomAttributeConfiguration", {
      key: "frameStart",
      type_id: number,
      entity_type: "show",
      is_hierarchical: true,
      default: 1001,
    });
  });

  async function dense(entity: string, key: string): Promise<Loose> {
    const found = await row(
      show.sandbox,
      `select custom_attributes.key, custom_attributes.value from Context where id is "${entity}"`,
    ).catch(() =>
      row(
        show.sandbox,
        `select custom_attributes.key, custom_attributes.value from Shot where id is "${entity}"`,
      ),
    );
    return found["custom_attributes"].find((v: Loose) => v.key === key)?.value;
  }

  it.each([
    ["text", "héllo", "héllo", "", 5],
    ["number", 1.5, 1.5, null, "abc"],
    ["boolean", true, true, false, "yes"],
    [
      "date",
      { __type__: "datetime", value: "2026-01-02T03:04:05Z" },
      { __type__: "datetime", value: "2026-01-02T03:04:05" },
      null,
      "soon",
    ],
    ["enumerator", ["a", "b"], ["a", "b"], [], [1]],
  ])(
    "FP-24 %s: default, written, cleared, refused",
    async (type, value, kept, usual, wrong) => {
      const key = [ids[type] ?? "", show.shot];
      const set = (v: unknown): Promise<Loose> =>
        show.attempt(update("ContextCustomAttributeValue", key, { value: v }));
      expect(await dense(show.shot, `of_${type}`)).toEqual(usual);
      expect(Array.isArray(await set(value))).toBe(true);
      expect(await dense(show.shot, `of_${type}`)).toEqual(kept);
      expect(await set(wrong)).toMatchObject({
        exception: "ValidationError",
        content: expect.stringContaining(
          `Custom attribute value for "of_${type}" must be of type`,
        ),
      });
      await set(null);
      expect(await dense(show.shot, `of_${type}`)).toBeNull();
      await post(show.sandbox, [remove("CustomAttributeValue", key)]);
      expect(await dense(show.shot, `of_${type}`)).toEqual(usual);
    },
  );

  it("FP-24 the client sees a wrong type as its validation error", async () => {
    await expect(
      show.session.update(
        "ContextCustomAttributeValue",
        [ids["number"] ?? "", show.shot],
        { value: "abc" },
      ),
    ).rejects.toMatchObject({ name: "ServerValidationError" });
  });

  it("FP-25 a value can be set in the batch that creates the entity", async () => {
    const id = randomUUID();
    const { body } = await post(show.sandbox, [
      create("Shot", { id, name: "with value", parent_id: show.project }),
      update("ContextCustomAttributeValue", [ids["number"] ?? "", id], {
        value: 7,
      }),
    ]);
    expect(body).toHaveLength(2);
    expect(await dense(id, "of_number")).toBe(7);
  });

  it("FP-26 hierarchical values are not resolved; the sparse table has only what was set", async () => {
    const configuration = ids["frameStart"] ?? "";
    const value = (entity: string, v: number): Loose =>
      create("CustomAttributeValue", {
        configuration_id: configuration,
        entity_id: entity,
        value: v,
      });
    await post(show.sandbox, [value(show.project, 900)]);
    expect(await dense(show.project, "frameStart")).toBe(900);
    expect(await dense(show.shot, "frameStart")).toBe(1001);
    const stored = await rows(
      show.sandbox,
      `select value, entity_id from CustomAttributeValue where entity_id in ("${show.project}", "${show.shot}") and configuration_id in ("${configuration}")`,
    );
    expect(stored.map((r) => [r["entity_id"], r["value"]])).toEqual([
      [show.project, 900],
    ]);
  });

  it("the sparse table takes create only without a row and update only with one, unless it is tolerant", async () => {
    const key = [ids["frameStart"] ?? "", show.shot];
    const data = { configuration_id: key[0], entity_id: show.shot, value: 1 };
    const operations = {
      create: create("CustomAttributeValue", data),
      update: update("CustomAttributeValue", key, { value: 2 }),
    };
    expect((await show.attempt(operations.update)).exception).toBe("KeyError");
    expect(await show.attempt(operations.create)).toHaveLength(1);
    expect((await show.attempt(operations.create)).exception).toBe(
      "DuplicateEntryError",
    );
    expect(await show.attempt(operations.update)).toHaveLength(1);
    await post(show.sandbox, [remove("CustomAttributeValue", key)]);
    await show.sandbox.control.behaviour({ tolerantAttributeValues: true });
    expect(
      await show.attempt(operations.update, operations.create),
    ).toHaveLength(2);
    await show.sandbox.control.behaviour({ tolerantAttributeValues: false });
  });

  it("are written and read by the roles they name", async () => {
    const failed = (
      await row(
        show.sandbox,
        'select id from CustomAttributeConfiguration where key is "ayon_sync_failed"',
      )
    )["id"];
    const anna = await openSession(show.sandbox, {
      username: "anna@studio.test",
    });
    await expect(
      anna.update("ContextCustomAttributeValue", [failed, show.shot], {
        value: true,
      }),
    ).rejects.toMatchObject({ name: "ServerPermissionDeniedError" });
    await show.session.update(
      "ContextCustomAttributeValue",
      [failed, show.shot],
      {
        value: true,
      },
    );
    const query = `select value from CustomAttributeValue where configuration_id is "${failed as string}"`;
    expect((await show.session.query(query)).data).toHaveLength(1);
    expect((await anna.query(query)).data).toHaveLength(0);
  });

  it("change their roles, type and default like any entity", async () => {
    const id = ids["number"] ?? "";
    const role = await idOf(show.sandbox, 'SecurityRole where name is "User"');
    const found = async (): Promise<Loose> =>
      row(
        show.sandbox,
        `select write_security_roles.name, type.name, default from CustomAttributeConfiguration where id is "${id}"`,
      );
    await show.attempt(
      update("CustomAttributeConfiguration", id, {
        write_security_roles: [{ __entity_type__: "SecurityRole", id: role }],
        default: 5,
      }),
    );
    expect(await found()).toMatchObject({
      write_security_roles: [{ name: "User" }],
      default: 5,
    });
    const text = await idOf(
      show.sandbox,
      'CustomAttributeType where name is "text"',
    );
    await show.attempt(
      update("CustomAttributeConfiguration", id, {
        write_security_roles: [],
        type_id: text,
      }),
    );
    expect(await found()).toMatchObject({
      write_security_roles: [],
      type: { name: "text" },
      default: "",
    });
  });
});

describe("FP-28 statuses of a project schema", () => {
  it.each([
    [
      "Task",
      null,
      [
        "Not started",
        "Ready to start",
        "In progress",
        "Pending Review",
        "Revise",
        "Approved",
        "On Hold",
        "Omitted",
      ],
    ],
    ["Task", "Rotoscoping", ["Not started", "In progress", "Completed"]],
    [
      "Shot",
      null,
      ["Not started", "In progress", "Approved", "Completed", "Omitted"],
    ],
    [
      "AssetVersion",
      null,
      [
        "In progress",
        "Pending Review",
        "Revise",
        "Approved",
        "Client approved",
        "Omitted",
      ],
    ],
    ["Sequence", null, []],
  ])("%s of type %s", async (type, typeName, names) => {
    const typeId =
      typeName === null
        ? null
        : (
            await row(
              show.sandbox,
              `select id from Type where name is "${typeName}"`,
            )
          )["id"];
    const statuses = await projectSchema.getStatuses(
      show.session,
      show.schema,
      type,
      typeId,
    );
    expect(statuses.map((s: Loose) => s.name)).toEqual(names);
  });
});
