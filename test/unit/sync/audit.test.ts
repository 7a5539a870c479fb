import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ayonId, ftrackId } from "../../../src/core/ids.ts";
import { digest, sorted } from "../../../src/handlers/sync/audit/digest.ts";
import {
  decode,
  differences,
  encode,
  remember,
  type Memory,
} from "../../../src/handlers/sync/audit/memory.ts";

const a = ayonId("a".repeat(32));
const b = ayonId("b".repeat(32));
const shot = ftrackId("shot");
const twin = ftrackId("twin");

const well: Memory = {
  world: "w",
  rest: "r",
  since: 5,
  ftrack: new Map([
    [shot, "s1"],
    [twin, "t1"],
  ]),
  ayon: new Map([
    [a, { stamp: "1", ftrackId: shot }],
    [b, { stamp: "1", ftrackId: null }],
  ]),
};
const ftrack = well.ftrack;
const ayon = new Map([
  [a, "1"],
  [b, "1"],
]);

describe("what an audit looks at", () => {
  const table: readonly [
    string,
    Parameters<typeof differences>[0],
    readonly string[],
    readonly string[],
  ][] = [
    ["nothing changed", { ftrack, ayon }, [], []],
    [
      "a row of Ftrack changed",
      { ftrack: new Map([...ftrack, [shot, "s2"]]), ayon },
      [shot],
      [],
    ],
    ["gone from Ftrack", { ftrack: new Map([[shot, "s1"]]), ayon }, [twin], []],
    [
      "new in Ftrack",
      { ftrack: new Map([...ftrack, [ftrackId("new"), "n"]]), ayon },
      ["new"],
      [],
    ],
    [
      "written to in AYON: the former link at once, the present one is asked",
      { ftrack, ayon: new Map([...ayon, [a, "2"]]) },
      [shot],
      [a],
    ],
    [
      "AYON's own entity written to",
      { ftrack, ayon: new Map([...ayon, [b, "2"]]) },
      [],
      [b],
    ],
    ["gone from AYON", { ftrack, ayon: new Map([[b, "1"]]) }, [shot], []],
  ];
  it.each(table)("%s", (_, found, focus, written) => {
    const result = differences(found, well);
    expect([...result.focus].sort()).toEqual(focus);
    expect(result.written).toEqual(written);
  });

  it("what is remembered after a run without a word differs in nothing", () => {
    const links = new Map([
      [a, shot],
      [b, null],
    ]);
    const found = { ftrack, ayon, worldDigest: "w" };
    const memory = remember(found, "r", 5, new Set(), (id) => links.get(id));
    expect(memory).toEqual(well);
    expect(differences(found, memory)).toEqual({
      focus: new Set(),
      written: [],
    });
  });

  it.each([
    ["by its Ftrack id", shot],
    ["by its AYON id", a],
  ])("what a run had to do with, named %s, is looked at again", (_, id) => {
    const found = { ftrack, ayon, worldDigest: "w" };
    const memory = remember(found, "r", 5, new Set([id]), (node) =>
      node === a ? shot : null,
    );
    const { focus, written } = differences(found, memory);
    expect(focus.has(shot) || written.includes(a)).toBe(true);
  });
});

describe("the memory of an audit", () => {
  const id = fc.stringMatching(/^[a-z0-9_-]{1,36}$/);
  it("is kept as it is, with odd ids and prototype keys too", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(id, fc.constant("__proto__"))),
        fc.uniqueArray(fc.uuid()),
        (ftrackIds, ayonIds) => {
          const memory: Memory = {
            ...well,
            ftrack: new Map(ftrackIds.map((one) => [ftrackId(one), "d"])),
            ayon: new Map(
              ayonIds.map((one, n) => [
                ayonId(one.replaceAll("-", "")),
                { stamp: "2026", ftrackId: n % 2 === 0 ? null : shot },
              ]),
            ),
          };
          const text = JSON.stringify(encode(memory));
          expect(decode(JSON.parse(text))).toEqual(memory);
        },
      ),
    );
  });

  it.each([null, 0, "text", {}, { version: 2 }])("%j is none", (value) => {
    expect(decode(value)).toBeNull();
  });

  it("of a project beyond all measure is not kept", () => {
    const many = Array.from({ length: 200_001 }, (_, n) => String(n));
    const memory = {
      ...well,
      ftrack: new Map(many.map((one) => [ftrackId(one), "d"])),
    };
    expect(encode(memory)).toBeNull();
  });
});

describe("a digest", () => {
  it("tells values apart, and maps by their entries", () => {
    const values: unknown[] = [
      ...[null, 0, "0", [], [null], new Map([["a", 1]]), new Set()],
      ...[new Map([["a", 2]]), [["a", 3]], { a: 1 }],
    ];
    const distinct = new Set(values.map((value) => digest(value)));
    // An empty set and an empty list are both nothing.
    expect(distinct.size).toBe(values.length - 1);
  });

  it("does not depend on the order in which a map was filled", () => {
    const one = new Map([
      ["a", 1],
      ["b", 2],
    ]);
    const other = new Map([...one].reverse());
    expect(digest(sorted(one))).toBe(digest(sorted(other)));
  });
});
