import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelOf, slug } from "../../../src/core/slug.ts";
import { transliterate } from "../../../src/core/transliterate.ts";

/** AYON's own rules. */
const AYON_NAME = /^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/;
const AYON_LABEL = /^[^';]*$/;

describe("slug", () => {
  it.each([
    ["sh 010", "sh_010"],
    ["sh.010", "sh_010"],
    ["sh-010", "sh_010"],
    ["_sh__010_", "sh_010"],
    ["a__b", "a_b"],
    ["_x_", "x"],
    ["A&B", "AB"],
    ["A (copy)", "A_copy"],
    ["SH010", "SH010"],
    ["()", ""],
    ["***", ""],
    ["", ""],
    ["日本", "Ri_Ben"],
    ["Žižkov č. 5/2024", "Zizkov_c_5_2024"],
    ["Straße", "Strasse"],
    ["東京シチ", "Dong_Jing_shichi"],
    ["½ day", "1_2_day"],
    ["emoji 🎬 shot", "emoji_shot"],
    ["Bob's; shot", "Bobs_shot"],
    ["a\tb", "ab"],
  ])("%j → %j", (name, expected) => {
    expect(slug(name)).toBe(expected);
  });

  it("is a legal AYON name whenever it is not empty", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (name) => {
        const result = slug(name);
        return result === "" || AYON_NAME.test(result);
      }),
    );
  });

  it("of a slug is the same slug", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 40 }),
        (name) => slug(slug(name)) === slug(name),
      ),
    );
  });
});

describe("transliterate", () => {
  it.each([
    ["Ŋ", "NG"],
    ["ℝ", "R"],
    ["①", "1"],
    ["𝓐", "A"],
    ["{}", "{}"],
    ["\u{10ffff}", ""],
  ])("%j → %j", (text, expected) => {
    expect(transliterate(text)).toBe(expected);
  });
});

describe("labelOf (ES-12, ES-23)", () => {
  it.each([
    ["sh010", "sh010", null],
    ["sh-010", "sh_010", "sh-010"],
    ["Bob's; shot", "Bobs_shot", "Bob’s, shot"],
    ["  sh010  ", "sh010", null],
    ["   ", "", null],
  ])("%j as %j → %j", (name, ayonName, expected) => {
    expect(labelOf(name, ayonName)).toBe(expected);
  });

  it("is a legal AYON label whatever the name", () => {
    fc.assert(
      fc.property(fc.string(), (name) =>
        AYON_LABEL.test(labelOf(name, "x") ?? ""),
      ),
    );
  });
});
