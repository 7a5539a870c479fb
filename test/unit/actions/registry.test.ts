import { describe, expect, test } from "vitest";
import { OWN_ACTIONS } from "../../../src/core/own-actions.ts";
import { actions } from "../../../src/handlers/actions/registry.ts";
import { addonSettings, slices } from "../../../src/settings/addon.ts";

function unique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

describe("the registry of actions", () => {
  test("HA-73 has no two actions of one identifier or one name", () => {
    expect(unique(actions.map((a) => a.identifier))).toBe(true);
    expect(unique(actions.map((a) => `${a.label} ${a.variant ?? ""}`))).toBe(
      true,
    );
    expect(unique(actions.flatMap((a) => a.jobs.map((j) => j.kind)))).toBe(
      true,
    );
  });

  test.each(actions.map((action) => [action.identifier, action] as const))(
    "%s is known as our own, and has settings with defaults",
    (identifier, action) => {
      expect(OWN_ACTIONS).toContain(identifier);
      expect(Object.keys(slices)).toContain(action.settingsKey);
      const access = action.access(undefined);
      expect(access.isEnabled).toBeTypeOf("boolean");
      expect(Array.isArray(access.roles)).toBe(true);
      expect(action.shown).not.toBe("");
      expect(action.description).toMatch(/\.$/);
    },
  );

  test("what deletes or changes much is never offered to everybody by default", () => {
    const settings = addonSettings.parse({});
    expect(
      settings.service_event_handlers.delete_ayon_entities.role_list,
    ).not.toHaveLength(0);
    const open = actions.filter((a) => a.access(undefined).roles.length === 0);
    expect(open.every((a) => a.label !== "AYON Admin")).toBe(true);
  });
});
