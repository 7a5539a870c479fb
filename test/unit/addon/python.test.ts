import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { addonZip } from "../../../scripts/addon/zip.ts";
import {
  defaultValues,
  ownPart,
  settingsModel,
} from "../../../scripts/generate/settings-tree.ts";
import { addonSettings } from "../../../src/settings/addon.ts";
import { askAddon, hasPython, python } from "../../support/python.ts";

const HAS_PYTHON = hasPython();
/** Starting Python takes its time on a busy machine. */
const SLOW = { timeout: 60_000 };

interface Converted {
  readonly once: Record<string, unknown>;
  readonly twice: unknown;
}

interface Attributes {
  readonly writes: readonly (readonly unknown[])[];
  readonly restart: boolean;
}

const roles = (...names: readonly string[]) => ({
  read_security_roles: names,
  write_security_roles: names,
});

/** Form of an older version → today's, from which version, and where. */
const OLD_FORMS: readonly {
  readonly title: string;
  readonly from?: string;
  readonly project?: string;
  readonly old: unknown;
  readonly now: unknown;
}[] = [
  {
    title: "today's form stays",
    old: { ftrack_server: "x", custom_attributes: {} },
    now: { ftrack_server: "x", custom_attributes: {} },
  },
  {
    title: "asset_types_filter of task to version: only these",
    old: {
      service_event_handlers: {
        status_task_to_version: { enabled: false, asset_types_filter: ["geo"] },
      },
    },
    now: {
      service_event_handlers: {
        status_task_to_version: {
          enabled: false,
          asset_types: ["geo"],
          asset_types_filter_type: "allow_list",
        },
      },
    },
  },
  {
    title: "asset_types_to_skip of version to task: all but these",
    old: {
      service_event_handlers: {
        status_version_to_task: { asset_types_to_skip: ["upload"] },
      },
    },
    now: {
      service_event_handlers: {
        status_version_to_task: {
          asset_types: ["upload"],
          asset_types_filter_type: "deny_list",
        },
      },
    },
  },
  {
    title: "today's asset types win over old ones beside them",
    old: {
      service_event_handlers: {
        status_version_to_task: {
          asset_types_to_skip: ["upload"],
          asset_types: ["geo"],
        },
      },
    },
    now: {
      service_event_handlers: {
        status_version_to_task: { asset_types: ["geo"] },
      },
    },
  },
  {
    title: "hosts, families and subset_names of a farm profile",
    old: {
      publish: {
        IntegrateFtrackFarmStatus: {
          farm_status_profiles: [
            { hosts: ["a"], families: ["b"], subset_names: ["c"] },
          ],
        },
      },
    },
    now: {
      publish: {
        IntegrateFtrackFarmStatus: {
          farm_status_profiles: [
            {
              host_names: ["a"],
              product_base_types: ["b"],
              product_names: ["c"],
            },
          ],
        },
      },
    },
  },
  ...(
    [
      ["CollectFtrackFamily", "profiles"],
      ["IntegrateFtrackInstance", "asset_versions_status_profiles"],
      ["ftrack_task_status_local_publish", "status_profiles"],
      ["ftrack_task_status_on_farm_publish", "status_profiles"],
    ] as const
  ).map(([plugin, key]) => ({
    title: `product_types of ${plugin}, row by row`,
    old: {
      publish: {
        [plugin]: {
          [key]: [{ product_base_types: ["new"] }, { product_types: ["old"] }],
        },
      },
    },
    now: {
      publish: {
        [plugin]: {
          [key]: [
            { product_base_types: ["new"] },
            { product_base_types: ["old"] },
          ],
        },
      },
    },
  })),
  {
    title: "product_type_mapping",
    old: {
      publish: { IntegrateFtrackInstance: { product_type_mapping: [1] } },
    },
    now: {
      publish: { IntegrateFtrackInstance: { product_base_type_mapping: [1] } },
    },
  },
  {
    title: "roles by kind of attribute, of which the rest is gone",
    old: {
      custom_attributes: {
        show: { auto_sync_enabled: roles("A"), library_project: roles("B") },
        is_hierarchical: { ayon_id: roles("C"), fps: roles("D") },
      },
    },
    now: {
      custom_attributes: {
        mandatory_attributes: {
          auto_sync_enabled: roles("A"),
          ayon_id: roles("C"),
        },
      },
    },
  },
  {
    title: "read_roles",
    old: {
      custom_attributes: {
        is_hierarchical: { ayon_path: { read_roles: ["A"] } },
      },
    },
    now: {
      custom_attributes: {
        mandatory_attributes: { ayon_path: { read_security_roles: ["A"] } },
      },
    },
  },
  {
    title: "a project has no mapping of attributes to keep",
    from: "1.3.3",
    project: "demo",
    old: { enabled: false },
    now: { enabled: false },
  },
  {
    title: "shapes that never existed pass through",
    from: "what",
    old: {
      service_event_handlers: { status_task_to_version: "no", x: null },
      publish: {
        CollectFtrackFamily: { profiles: { a: 1 } },
        IntegrateFtrackFarmStatus: { farm_status_profiles: ["row", null] },
        IntegrateFtrackInstance: [],
      },
      custom_attributes: { show: ["x"], is_hierarchical: { ayon_id: 5 } },
    },
    now: {
      service_event_handlers: { status_task_to_version: "no", x: null },
      publish: {
        CollectFtrackFamily: { profiles: { a: 1 } },
        IntegrateFtrackFarmStatus: { farm_status_profiles: ["row", null] },
        IntegrateFtrackInstance: [],
      },
      custom_attributes: {},
    },
  },
];

describe.runIf(HAS_PYTHON)("the addon's Python", SLOW, () => {
  test("compiles, and holds nothing but literals where the installer runs it", async () => {
    const check =
      "import ast, pathlib, sys\n" +
      "for p in sorted(pathlib.Path('addon').rglob('*.py')): compile(p.read_text('utf-8'), str(p), 'exec')\n" +
      "body = ast.parse(pathlib.Path('addon/package.py').read_text('utf-8')).body\n" +
      "print({n.targets[0].id: ast.literal_eval(n.value) for n in body}['name'])";
    expect(await python(["-c", check])).toBe("ftrack\n");
  });

  test("has the defaults of the definition", async () => {
    expect(await askAddon("defaults")).toEqual(addonSettings.parse({}));
  });

  test("beside the existing addon has the defaults of what that one lacks", async () => {
    const folder = await mkdtemp(join(tmpdir(), "addon-"));
    try {
      const identity = { name: "ours", version: "2.0.0", imagePrefix: "" };
      const files = unzipSync(await addonZip(identity));
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
      expect(await askAddon("defaults", null, folder)).toEqual(
        defaultValues(ownPart(settingsModel(addonSettings))),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("refuses two rows of one name", async () => {
    const rule = (names: readonly string[]) => ({
      service_event_handlers: {
        next_task_update: {
          mapping: names.map((name) => ({ name, value: "Ready" })),
        },
      },
    });
    expect(
      await askAddon("is_valid", [rule(["A", "B"]), rule(["A", "A"])]),
    ).toEqual(["", "Duplicate name"]);
  });

  test("keeps the end points, and other addons' handlers although one of them fails", async () => {
    expect(await askAddon("endpoints")).toEqual({
      endpoints: [
        ["GET", "/customProcessorHandlers"],
        ["GET", "/ftrackProjects"],
      ],
      production: {
        custom_handlers: [
          {
            addon_name: "a",
            addon_version: "1.0",
            endpoint: "private/handlers.zip",
          },
        ],
      },
      unknown: { custom_handlers: [] },
      warnings: 1,
      linkTypes: ["< Skip >", "template", "breakdown"],
    });
  });

  test("keeps older versions, and only those, from making attributes of their own", async () => {
    expect(await askAddon("neighbours")).toEqual({
      "0.1.0": false,
      "1.6.4": false,
      broken: false,
      "2.1.0": true,
    });
  });
});

describe.runIf(HAS_PYTHON)("settings saved by older versions", SLOW, () => {
  test("come over in today's form, and a second conversion changes nothing", async () => {
    const results = (await askAddon(
      "convert",
      OLD_FORMS.map(({ from = "1.6.4", project, old }) => ({
        from,
        project,
        overrides: old,
      })),
    )) as readonly Converted[];
    for (const [index, { title, now }] of OLD_FORMS.entries()) {
      expect(results[index]?.once, title).toEqual(now);
      expect(results[index]?.twice, title).toEqual(now);
    }
  });

  test("until 1.4 attributes were found by their own names, and still are", async () => {
    const versions = ["0.2.5", "1.3.3", "1.4.0", "1.4.0+dev", "2.0.0"];
    const results = (await askAddon(
      "convert",
      versions.map((from) => ({ from, overrides: {} })),
    )) as readonly Converted[];
    const kept = results.map(({ once }) =>
      Object.hasOwn(once, "custom_attributes")
        ? addonSettings.parse(once).custom_attributes.attributes_mapping
        : null,
    );
    expect(kept.map((mapping) => mapping?.enabled)).toEqual([
      false,
      false,
      undefined,
      undefined,
      undefined,
    ]);
    expect(kept[0]?.mapping.map((row) => row.attr_type)).toEqual(
      Array.from({ length: 10 }, () => "hierarchical"),
    );
  });

  test("a mapping that is there already is kept", async () => {
    const overrides = {
      custom_attributes: { attributes_mapping: { enabled: true } },
    };
    const [result] = (await askAddon("convert", [
      { from: "1.0.0", overrides },
    ])) as readonly Converted[];
    expect(result?.once).toEqual(overrides);
  });
});

describe.runIf(HAS_PYTHON)("the two attributes", SLOW, () => {
  const string = (title: string) => ({ type: "string", title, inherit: false });
  const id = {
    name: "ftrackId",
    position: 30,
    scope: ["project", "folder", "task", "version", "list"],
    data: string("ftrack id"),
  };
  const path = {
    name: "ftrackPath",
    position: 31,
    scope: ["project", "folder", "task"],
    data: string("ftrack path"),
  };
  const priority = { name: "priority", position: 4, scope: ["task"], data: {} };

  const CASES = [
    [
      "are made after the others",
      [priority, { ...priority, name: "noPosition", position: null }],
      [
        ["INSERT", "ftrackId", 5, id.scope, id.data],
        ["INSERT", "ftrackPath", 6, path.scope, path.data],
      ],
    ],
    ["are left alone when they are right", [priority, id, path], []],
    [
      "may be wider than needed",
      [{ ...id, scope: ["product", ...id.scope] }, path],
      [],
    ],
    [
      "are widened and never narrowed",
      [{ ...id, scope: ["product", "project"] }, path],
      [
        [
          "UPDATE",
          "ftrackId",
          ["product", "project", "folder", "task", "version", "list"],
          id.data,
        ],
      ],
    ],
    [
      "must not be inherited",
      [id, { ...path, data: { ...path.data, title: "Own", inherit: true } }],
      [["UPDATE", "ftrackPath", path.scope, string("Own")]],
    ],
  ] as const;

  test("are made and mended, with a restart only when something changed", async () => {
    const results = (await askAddon(
      "attributes",
      CASES.map(([, rows]) => rows),
    )) as readonly Attributes[];
    for (const [index, [title, , writes]] of CASES.entries())
      expect(results[index], title).toEqual({
        writes,
        restart: writes.length > 0,
      });
  });
});
