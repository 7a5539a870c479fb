import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Journal } from "../../../../sandbox/ftrack/store/journal.ts";
import type { Row } from "../../../../sandbox/ftrack/store/row.ts";
import { netWrites, Store } from "../../../../sandbox/ftrack/store/store.ts";

const shapes = new Map([
  ["Thing", { key: ["id"], indexed: ["parent_id"] }],
  ["Pair", { key: ["a", "b"], indexed: ["a", "b"] }],
]);
function store(): Store {
  return new Store(shapes, { origin: "", linkTypes: "TypedContext" });
}
function thing(id: string, parent: string | null, $type = "Thing"): Row {
  return { $type, id, parent_id: parent };
}

interface Step {
  readonly id: string;
  readonly parent: string | null;
  readonly gone: boolean;
}
const step: fc.Arbitrary<Step> = fc.record({
  id: fc.constantFrom("a", "b", "c", "d"),
  parent: fc.constantFrom("a", "b", null),
  gone: fc.boolean(),
});
function apply(to: Store, { id, parent, gone }: Step): void {
  if (gone) to.remove("Thing", id);
  else to.put("Thing", thing(id, parent));
}
function contents(of: Store): unknown {
  return {
    rows: [...of.scan("Thing", new Set(["Thing"]))]
      .map((r) => [r["id"], r["parent_id"]])
      .sort(),
    children: ["a", "b"].map((p) =>
      [...of.find("Thing", "parent_id", p)].map((r) => r["id"]).sort(),
    ),
  };
}

describe("a transaction", () => {
  it("that fails leaves rows and indexes as they were", () => {
    fc.assert(
      fc.property(
        fc.array(step),
        fc.array(step, { minLength: 1 }),
        (first, second) => {
          const s = store();
          s.transaction(() => {
            first.forEach((x) => {
              apply(s, x);
            });
          });
          const before = contents(s);
          expect(() =>
            s.transaction(() => {
              second.forEach((x) => {
                apply(s, x);
              });
              throw new Error("no");
            }),
          ).toThrow("no");
          expect(contents(s)).toEqual(before);
        },
      ),
    );
  });

  it("has indexes that agree with the rows", () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const s = store();
        s.transaction(() => {
          steps.forEach((x) => {
            apply(s, x);
          });
        });
        const rows = [...s.scan("Thing", new Set(["Thing"]))];
        for (const parent of ["a", "b"])
          expect(new Set(s.find("Thing", "parent_id", parent))).toEqual(
            new Set(rows.filter((r) => r["parent_id"] === parent)),
          );
      }),
    );
  });

  it("is the only way to write, and there is one at a time", () => {
    const s = store();
    expect(() => {
      s.put("Thing", thing("a", null));
    }).toThrow("outside");
    expect(() => s.transaction(() => s.transaction(() => undefined))).toThrow(
      "Nested",
    );
  });

  it("tells its net effect, each row once", () => {
    const s = store();
    s.transaction(() => {
      s.put("Thing", thing("a", null));
    });
    const { writes } = s.transaction(() => {
      s.put("Thing", thing("a", "b"));
      s.put("Thing", thing("a", "c"));
      s.put("Thing", thing("new", null));
      s.remove("Thing", "new");
    });
    expect(
      netWrites(writes).map((w) => [
        w.key,
        w.before?.["parent_id"],
        w.after?.["parent_id"],
      ]),
    ).toEqual([["a", null, "c"]]);
  });
});

describe("a snapshot", () => {
  it("restores rows, indexes and what was worked out from them", () => {
    const s = store();
    s.transaction(() => {
      s.put("Thing", thing("a", "b"));
    });
    const snapshot = s.snapshot();
    const count = (): number =>
      s.memo(
        "Thing",
        "count",
        () => [...s.find("Thing", "parent_id", "b")].length,
      );
    expect(count()).toBe(1);
    s.transaction(() => {
      s.remove("Thing", "a");
    });
    expect(count()).toBe(0);
    s.restore(snapshot);
    expect(count()).toBe(1);
  });
});

describe("the journal", () => {
  const folder = mkdtempSync(join(tmpdir(), "journal-"));
  let n = 0;
  const path = (): string => join(folder, `${n++}.jsonl`);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("gives back what was written, and nothing when there is no file", () => {
    fc.assert(
      fc.property(fc.array(fc.array(step), { maxLength: 6 }), (batches) => {
        const file = path();
        const journal = new Journal(file);
        expect(journal.load()).toBeUndefined();
        const s = store();
        journal.rewrite(s.snapshot(), (base, row) => s.keyOf(base, row));
        for (const batch of batches)
          journal.append(
            s.transaction(() => {
              batch.forEach((x) => {
                apply(s, x);
              });
            }).writes,
          );
        journal.flush();
        const again = store();
        again.restore(new Journal(file).load() ?? new Map());
        expect(contents(again)).toEqual(contents(s));
      }),
      { numRuns: 30 },
    );
  });

  it("drops a last batch that was cut short, wherever the cut is", () => {
    const whole =
      '[["Thing","a",{"$type":"Thing","id":"a","parent_id":null}],["Thing","b",{"$type":"Thing","id":"b","parent_id":"a"}]]\n';
    const cut = whole.replaceAll('"a"', '"c"');
    for (let length = 0; length < cut.length - 1; length++) {
      const file = path();
      writeFileSync(file, whole);
      appendFileSync(file, cut.slice(0, length));
      const loaded = new Journal(file).load();
      expect(loaded?.get("Thing")?.map((r) => r["id"])).toEqual(["a", "b"]);
    }
  });

  it("does not swallow damage elsewhere", () => {
    const file = path();
    writeFileSync(file, '[["Thing"\n[]\n');
    expect(() => new Journal(file).load()).toThrow();
  });
});
