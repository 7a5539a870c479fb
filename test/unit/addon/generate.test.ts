import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { generated, stale } from "../../../scripts/generate.ts";
import { argument, docstring } from "../../../scripts/generate/python.ts";
import { pythonModel } from "../../../scripts/generate/settings-model.ts";
import {
  defaultValues,
  ownPart,
  type SettingsField,
  type SettingsModel,
  settingsModel,
} from "../../../scripts/generate/settings-tree.ts";
import { addonSettings } from "../../../src/settings/addon.ts";
import {
  block,
  fieldNotes,
  flag,
  model,
  rows,
  text,
  texts,
} from "../../../src/settings/addon/define.ts";

describe("generated files", { timeout: 60_000 }, () => {
  let folder = "";
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("of the repository are up to date", async () => {
    expect(await stale(".")).toEqual([]);
  });

  test("are the same each time, and a changed or missing one is found", async () => {
    const files = await generated();
    expect(await generated()).toEqual(files);
    folder = await mkdtemp(join(tmpdir(), "generated-"));
    for (const [path, content] of files) {
      if (path === "docs/settings.md") continue;
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(
        join(folder, path),
        path === "addon/package.py" ? `${content} ` : content,
      );
    }
    expect(await stale(folder)).toEqual([
      "addon/package.py",
      "docs/settings.md",
    ]);
  });
});

function leaves(
  { fields }: SettingsModel,
  path = "",
): readonly (readonly [string, SettingsField])[] {
  return fields.flatMap((field) =>
    field.type.kind === "block"
      ? leaves(field.type.model, `${path}${field.key}.`)
      : [[`${path}${field.key}`, field] as const],
  );
}

describe("the definition as data", () => {
  const whole = settingsModel(addonSettings);

  test("has the defaults that the services use", () => {
    expect(defaultValues(whole)).toEqual(addonSettings.parse({}));
  });

  test("falls apart into what is ours and what the existing addon has", () => {
    const own = leaves(ownPart(whole)).map(([path]) => path);
    const marked = leaves(whole)
      .filter(([, field]) => field.isOwn)
      .map(([path]) => path);
    expect(own).toEqual(marked);
    expect(own).toContain("service_settings.redis_url");
    expect(own).toContain("service_event_handlers.first_version_status.status");
    expect(own).not.toContain("ftrack_server");
  });

  test("cannot hold what AYON's settings do not know", () => {
    const of = (shape: z.ZodRawShape) => () =>
      pythonModel(settingsModel(model({ name: "Odd" }, shape)));
    const title = { title: "T" };
    const row = model({ name: "Row" }, { id: text("", title) });
    const other = model({ name: "Row" }, { id: flag(true, title) });
    expect(of({ a: z.string() })).toThrow("Odd.a has no notes");
    expect(of({ a: z.date().register(fieldNotes, title) })).toThrow(
      "no such type",
    );
    expect(of({ a: block(z.object({}), title) })).toThrow("no notes");
    expect(of({ list: texts([], title) })).toThrow("may be called list");
    expect(of({ a: rows(row, [], { ...title, uniqueBy: "id" }) })).toThrow(
      "unique by their name",
    );
    expect(of({ a: rows(row, [], title), b: rows(other, [], title) })).toThrow(
      "Two shapes are called Row",
    );
  });

  test("becomes Python", () => {
    const row = model(
      { name: "Row", layout: "expanded" },
      { name: text("", { title: "Name" }) },
    );
    const source = pythonModel(
      settingsModel(
        model(
          { name: "Demo", description: "A demo.", isGroup: true },
          {
            enabled: flag(true, { title: "Enabled", scope: ["studio"] }),
            rows: rows(row, [], { title: "Rows", uniqueBy: "name" }),
          },
        ),
      ),
    );
    expect(source.slice(source.indexOf("class Row")))
      .toBe(`class RowModel(BaseSettingsModel):
    _layout = "expanded"
    name: str = SettingsField(
        "",
        title="Name",
    )


class DemoModel(BaseSettingsModel):
    """A demo."""

    _isGroup = True
    enabled: bool = SettingsField(
        True,
        title="Enabled",
        scope=["studio"],
    )
    rows: list[RowModel] = SettingsField(
        default_factory=list,
        title="Rows",
    )

    @validator("rows")
    def unique_rows(cls, value):
        ensure_unique_names(value)
        return value
`);
  });
});

describe("texts in Python", () => {
  const prose = fc.string({ unit: "grapheme", maxLength: 400 });

  test("say the same when they are broken into lines", () => {
    fc.assert(
      fc.property(prose, (value) => {
        const lines = argument("title", JSON.stringify(value), "    ");
        const parts =
          lines.length === 1
            ? [lines[0]!.slice("    title=".length, -1)]
            : lines.slice(1, -1);
        expect(parts.map((part) => JSON.parse(part) as string).join("")).toBe(
          value,
        );
      }),
    );
  });

  test("keep to the width of a line where words allow it", () => {
    const value = "word ".repeat(60);
    const lines = [
      ...argument("description", JSON.stringify(value), "        "),
      ...docstring(value.trim(), "    "),
    ];
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(
      88,
    );
  });
});
