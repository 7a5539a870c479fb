import { describe, expect, it } from "vitest";
import { DEMO_SHOW } from "../../../../sandbox/ftrack/index.ts";
import { useDemo } from "../../../support/ftrack-show.ts";
import { create, post, rows } from "../../../support/official-client.ts";

const demo = useDemo();

describe("FP-12 every operator", () => {
  it.each([
    ['Shot where parent.id is "$seq"', 10],
    ['Shot where parent_id = "$seq"', 10],
    ['Shot where parent has (id is "$seq")', 10],
    ['Shot where not parent has (id is "$seq")', 50],
    ['Shot where parent_id is "$seq" and name in ("sh0010", "sh0020")', 2],
    ['Shot where parent_id is "$seq" and name not_in ("sh0010", "sh0020")', 8],
    ['Shot where parent_id is "$seq" and name like "sh00%"', 9],
    ['Shot where parent_id is "$seq" and name not_like "sh00%"', 1],
    ['Shot where parent_id is "$seq" and name != "sh0010"', 9],
    ['Shot where parent_id is "$seq" and name is_not "sh0010"', 9],
    [
      'Shot where parent_id is "$seq" and not (name is "sh0010" or name is "sh0020")',
      8,
    ],
    ['Shot where parent_id is "$seq" and name is "SH0010"', 1],
    ['Shot where id is "$seq"', 0],
    ["Shot where assets any ()", 20],
    ["Shot where not assets any ()", 40],
    [
      'Shot where assets any (name is "comp" and versions any (version is 2))',
      10,
    ],
    ['Task where assignments.resource.username is "anna@studio.test"', 50],
    [
      'Task where assignments any (resource has (username is "anna@studio.test"))',
      50,
    ],
    ["Task where not assignments any ()", 0],
    ["Shot where thumbnail_id is none", 60],
    ["Shot where thumbnail is_not none", 0],
    ["AssetVersion where task_id != none", 42],
    ['Task where ancestors any (id is "$seq")', 50],
    ['Task where ancestors.name is "ep01" and name is "layout"', 30],
    [
      'Sequence where descendants any (name is "sh0010" and parent.id is "$seq")',
      1,
    ],
    ['Task where project_id is "$show"', 300],
    ['Task where project.id is "$show" and type.name is "Animation"', 60],
    ['Task where parent[TypedContext] has (status.name is "Not started")', 300],
    ['AssetVersion where asset.parent[Shot].parent[Sequence].id is "$seq"', 6],
    ['Task where link like "%sq010%sh0010%"', 10],
    ['Task where start_date > "2026-02-27"', 9],
    ['Task where start_date >= "2026-02-28T00:00:00"', 9],
    [
      'Task where start_date before "2026-02-02" and start_date after "2026-01-31T23:59:59"',
      11,
    ],
    ["Task where bid greater_than 28800 and bid less_than 86400", 100],
    ["Task where bid <= 28800", 100],
    ["CustomAttributeConfiguration where is_hierarchical is True", 11],
    ["CustomAttributeConfiguration where is_hierarchical is false", 6],
    [
      'Shot where custom_attributes any (key is "frameEnd" and value is 1040)',
      12,
    ],
    [
      'Shot where custom_attributes any (key is "frameEnd" and value > 1080)',
      12,
    ],
    ['Shot where custom_attributes.key is "frameEnd"', 60],
    [
      'ContextCustomAttributeValue where entity_id is "$show" and key is "frameStart"',
      1,
    ],
    [
      'CustomAttributeValue where entity_id in ("$show") and configuration.key like "handle%"',
      2,
    ],
    [
      'TypedContext where project_id is "$show" and object_type.name in ("Shot", "Sequence")',
      66,
    ],
    ['TypedContextList where items any (name is "sh0020")', 1],
    ['Shot where lists any (name is "Hero shots")', 3],
    ['Context where parent_id is "$seq"', 10],
    ['Note where author.username is "anna@studio.test"', 0],
    ["User where memberships any ()", 0],
    ['Type where task_type_schemas any (name is "VFX")', 12],
    ["Status where state.short is DONE", 3],
  ])("%s", async (expression, count) => {
    const text = expression
      .replaceAll("$seq", demo.sequence)
      .replaceAll("$show", DEMO_SHOW);
    expect(
      await rows(
        demo.sandbox,
        `select id from ${text}`
          .replace(
            "select id from ContextCustomAttributeValue",
            "select key from ContextCustomAttributeValue",
          )
          .replace(
            "select id from CustomAttributeValue",
            "select value from CustomAttributeValue",
          ),
      ),
    ).toHaveLength(count);
  });
});

describe("FP-14 literals", () => {
  it.each([
    'quo"te',
    "it's",
    "back\\slash",
    "ends in backslash\\",
    "üñí ☃ 😀",
    "new\nline",
    "100%",
    "limit 5",
    "offset 3 limit 5",
    "a) or (b",
  ])("%j is found and nothing else", async (name) => {
    await post(demo.sandbox, [
      create("Folder", { name, parent_id: DEMO_SHOW }),
    ]);
    const quoted = name.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
    const found = await rows(
      demo.sandbox,
      `select name from Folder where name is "${quoted}" and project_id is "${DEMO_SHOW}"`,
    );
    expect(found.map((f) => f["name"])).toEqual([name]);
  });
});

describe("wrong queries", () => {
  it.each([
    ["select nothing from Task", "Task has no attribute nothing"],
    ["select id from Nothing", "no entity type Nothing"],
    ["select id from Task where nothing is 1", "Task has no attribute nothing"],
    [
      "select id from Task where parent.status.name is x",
      "Context has no attribute status",
    ],
    ["select id from Task where id in ()", 'unexpected ")"'],
    ["select id from Task where name is", "unexpected end of query"],
    ['select id from Task where name is "open', "unterminated text"],
    [
      "select id from Task where name is x limit 1 limit 2",
      'unexpected "limit"',
    ],
    ["select id from Task where name is a b", 'unexpected "b"'],
    ["select id from Task where children is x", "children needs any (…)"],
    [
      "select id from Task where children has (name is x)",
      "children cannot be asked with has",
    ],
    [
      "select id from Task where status any (name is x)",
      "status cannot be asked with any",
    ],
    [
      "select custom_attribute_links from Task",
      "custom_attribute_links cannot be selected",
    ],
    ["select id from ContextScope", "no entity type ContextScope"],
    [
      "select id from Task where parent[Status].name is x",
      "parent cannot be Status",
    ],
    ["select secret from ApiKey", "ApiKey has no attribute secret"],
    [
      "select id from Task where id in (select id from Task)",
      "nested queries are not enabled",
    ],
    ["", "a type expected"],
  ])("%s", async (expression, reason) => {
    const { body } = await post(demo.sandbox, [
      { action: "query", expression },
    ]);
    expect(body.exception).toBe("ParseError");
    expect(body.content).toContain("Failed to parse");
    expect(body.content).toContain(reason);
  });

  it("FP-15 undo the other operations of their batch", async () => {
    await expect(
      demo.session.call([
        {
          action: "create",
          entity_type: "Folder",
          entity_data: { name: "never", parent_id: DEMO_SHOW },
        },
        { action: "query", expression: "select nonsense from Task" },
      ]),
    ).rejects.toThrow("nonsense");
    expect(
      await rows(demo.sandbox, 'select id from Folder where name is "never"'),
    ).toEqual([]);
  });
});
