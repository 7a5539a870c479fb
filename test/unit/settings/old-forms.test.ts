import { describe, expect, it } from "vitest";
import { acceptOldForms } from "../../../src/settings/old-forms.ts";

const handlers = (content: object) => ({ service_event_handlers: content });

describe("acceptOldForms", () => {
  it.each([
    [
      "the asset types that a rule was limited to",
      handlers({ status_task_to_version: { asset_types_filter: ["geo"] } }),
      handlers({
        status_task_to_version: {
          asset_types: ["geo"],
          asset_types_filter_type: "allow_list",
        },
      }),
    ],
    [
      "the asset types that a rule left out",
      handlers({ status_version_to_task: { asset_types_to_skip: ["img"] } }),
      handlers({
        status_version_to_task: {
          asset_types: ["img"],
          asset_types_filter_type: "deny_list",
        },
      }),
    ],
    [
      "today's list, when both are filled",
      handlers({
        status_version_to_task: {
          asset_types_to_skip: ["img"],
          asset_types: ["geo"],
          asset_types_filter_type: "allow_list",
        },
      }),
      handlers({
        status_version_to_task: {
          asset_types: ["geo"],
          asset_types_filter_type: "allow_list",
        },
      }),
    ],
    [
      "the old list, when today's is only its default",
      handlers({
        status_task_to_version: {
          asset_types_filter: ["geo"],
          asset_types: [],
          asset_types_filter_type: "deny_list",
        },
      }),
      handlers({
        status_task_to_version: {
          asset_types: ["geo"],
          asset_types_filter_type: "allow_list",
        },
      }),
    ],
    [
      "names of OpenPype in profiles",
      {
        publish: {
          IntegrateFtrackFarmStatus: {
            farm_status_profiles: [
              { hosts: ["nuke"], families: ["render"], subset_names: ["x"] },
            ],
          },
        },
      },
      {
        publish: {
          IntegrateFtrackFarmStatus: {
            farm_status_profiles: [
              {
                host_names: ["nuke"],
                product_base_types: ["render"],
                product_names: ["x"],
              },
            ],
          },
        },
      },
    ],
    [
      "product types, but not the families of an exception",
      {
        publish: {
          CollectFtrackFamily: {
            profiles: [
              {
                product_types: ["plate"],
                advanced_filtering: [{ families: ["review"] }],
              },
            ],
          },
        },
      },
      {
        publish: {
          CollectFtrackFamily: {
            profiles: [
              {
                product_base_types: ["plate"],
                advanced_filtering: [{ families: ["review"] }],
              },
            ],
          },
        },
      },
    ],
    [
      "the table of asset types",
      {
        publish: {
          IntegrateFtrackInstance: { product_type_mapping: [{ name: "look" }] },
        },
      },
      {
        publish: {
          IntegrateFtrackInstance: {
            product_base_type_mapping: [{ name: "look" }],
          },
        },
      },
    ],
    ["null for a switch that was not set", { enabled: null }, {}],
  ])("understands %s", (_, old, today) => {
    expect(acceptOldForms(old)).toEqual(today);
    expect(acceptOldForms(acceptOldForms(old))).toEqual(today);
  });

  it("finds roles of attributes by their kind, and leaves the mapping of that time", () => {
    const found = acceptOldForms({
      custom_attributes: {
        show: { auto_sync_enabled: { write_security_roles: ["A"] } },
        is_hierarchical: {
          ayon_id: { read_security_roles: ["B"] },
          fps: { read_security_roles: ["C"] },
        },
      },
    });
    expect(found["custom_attributes"]).toMatchObject({
      mandatory_attributes: {
        auto_sync_enabled: { write_security_roles: ["A"] },
        ayon_id: { read_security_roles: ["B"] },
      },
      attributes_mapping: { enabled: false },
    });
  });

  it.each([[null], ["text"], [[]], [undefined], [5]])(
    "takes %o for nothing set",
    (odd) => {
      expect(acceptOldForms(odd)).toEqual({});
    },
  );

  it("is unmoved by keys with a meaning to JavaScript", () => {
    const odd: unknown = JSON.parse(
      '{"__proto__": {"enabled": false}, "service_event_handlers": {"__proto__": {"x": 1}}}',
    );
    const found = acceptOldForms(odd);
    expect(found["enabled"]).toBeUndefined();
    expect(Object.prototype).not.toHaveProperty("enabled");
  });

  it("leaves what it was given as it is", () => {
    const given = handlers({
      status_task_to_version: { asset_types_filter: ["geo"] },
    });
    const before = JSON.stringify(given);
    acceptOldForms(given);
    expect(JSON.stringify(given)).toBe(before);
  });
});
