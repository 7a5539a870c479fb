import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REMOVED } from "../../../src/core/bookkeeping.ts";
import type { ChangeResult } from "../../../src/core/change.ts";
import { projectName, type AyonId } from "../../../src/core/ids.ts";
import {
  left,
  planAyon,
  planFtrack,
} from "../../../src/handlers/actions/delete-entities/plan.ts";
import type { Reach } from "../../../src/handlers/actions/delete-entities/reach.ts";
import {
  countsOf,
  hasGrown,
  narrowed,
  type Counts,
  type Wanted,
} from "../../../src/handlers/actions/delete-entities/wanted.ts";
import {
  reachOf,
  subtree,
  type Folder,
  type Kind,
} from "../../support/deletion.ts";

const SHOW = projectName("show");

const wanted = (
  what: Wanted["what"],
  how: Wanted["how"],
  ...names: readonly string[]
): Wanted => ({ what, how, names: [...names] });

const DELETE = wanted("folders", "delete");
const ARCHIVE = wanted("folders", "archive");

/** Everything is made, but for what these ids are of. */
function resultsOf(
  changes: readonly { readonly id: string }[],
  failing: ReadonlySet<string> = new Set(),
): ChangeResult[] {
  const error = { code: "E_NO", message: "no", transient: false };
  return changes.map(({ id }) =>
    failing.has(id)
      ? { changeId: id, status: "failed", error }
      : { changeId: id, status: "applied" },
  );
}

/** Both plans, in short; in AYON the given changes are refused. */
function planned(reach: Reach, asked: Wanted, ...failing: string[]) {
  const narrow = narrowed(reach, asked);
  const plan = planAyon(SHOW, narrow, asked);
  const results = resultsOf(plan.changes, new Set(failing));
  const stay = left(narrow, plan, results);
  return {
    ayon: plan.changes.map(({ op, entityId }) => `${op} ${entityId}`),
    kept: [...plan.kept],
    ftrack: planFtrack(narrow, asked, stay).map(({ key }) => String(key[0])),
  };
}

interface Case {
  readonly words: string;
  readonly tree: readonly Folder[];
  readonly asked: Wanted;
  readonly failing?: readonly string[];
  readonly ayon: readonly string[];
  readonly ftrack: readonly string[];
  readonly kept?: readonly string[];
}

const nested: readonly Folder[] = [
  { name: "sq" },
  { name: "sh", in: "sq", tasks: { anim: "own" }, products: ["comp", "plate"] },
  { name: "cam", in: "sh", kind: "local", products: ["comp"] },
];

const cases: readonly Case[] = [
  {
    words: "folders: products first, then the top, which takes all along",
    tree: nested,
    asked: DELETE,
    ayon: [
      "delete p-sh-comp",
      "delete p-sh-plate",
      "delete p-cam-comp",
      "delete a-sq",
    ],
    ftrack: ["f-anim", "f-sh", "f-sq"],
  },
  {
    words: "archived folders and tasks one by one; published products stay",
    tree: nested,
    asked: ARCHIVE,
    ayon: ["update a-sq", "update a-sh", "update a-cam", "update a-anim"],
    ftrack: ["f-anim", "f-sh", "f-sq"],
  },
  {
    words: "products by their names, folders not at all",
    tree: nested,
    asked: wanted("products-below", "delete", "comp"),
    ayon: ["delete p-sh-comp", "delete p-cam-comp"],
    ftrack: ["asset-sh-comp", "asset-cam-comp"],
  },
  {
    words:
      "a product that AYON keeps stays in Ftrack, one of its name elsewhere goes",
    tree: [
      { name: "a", products: ["comp"] },
      { name: "b", products: ["comp"] },
    ],
    asked: wanted("products", "archive", "comp"),
    failing: ["ayon p-a-comp"],
    ayon: ["update p-a-comp", "update p-b-comp"],
    ftrack: ["asset-b-comp"],
  },
  {
    words:
      "what belongs elsewhere stays, and what it lies in; the rest goes by itself",
    tree: [
      { name: "sq" },
      { name: "sh1", in: "sq", kind: "stranger", products: ["comp"] },
      { name: "sh2", in: "sq", products: ["comp"] },
    ],
    asked: DELETE,
    ayon: ["delete p-sh2-comp", "delete a-sh2"],
    ftrack: ["f-sh2"],
    kept: ["a-sh1", "a-sq"],
  },
  {
    words: "a task of elsewhere shelters its folder and the task beside it",
    tree: [
      { name: "sq" },
      { name: "sh", in: "sq", tasks: { away: "stranger", here: "own" } },
    ],
    asked: ARCHIVE,
    ayon: [],
    ftrack: [],
    kept: ["a-sh", "a-sq"],
  },
  {
    words: "what lies in something of elsewhere stays on both sides",
    tree: [
      { name: "sq" },
      { name: "away", in: "sq", kind: "stranger" },
      { name: "sh", in: "away", ftrackParent: "sq", tasks: { anim: "own" } },
    ],
    asked: DELETE,
    ayon: [],
    ftrack: [],
    kept: ["a-away", "a-sq"],
  },
  {
    words: "a refused folder stays in Ftrack with all that lies in it",
    tree: [
      { name: "a", tasks: { t: "own" } },
      { name: "b", in: "a" },
      { name: "c" },
    ],
    asked: DELETE,
    failing: ["ayon a-a"],
    ayon: ["delete a-a", "delete a-c"],
    ftrack: ["f-c"],
  },
];

describe("what a deletion writes", () => {
  test.each(cases)("$words", (one) => {
    const { ayon, ftrack, kept } = planned(
      ...([reachOf(one.tree), one.asked, ...(one.failing ?? [])] as const),
    );
    expect(ayon).toEqual(one.ayon);
    expect(ftrack).toEqual(one.ftrack);
    expect(kept).toEqual(one.kept ?? []);
  });

  test("archived is no longer tied to what goes in Ftrack, and what never was is only archived", () => {
    const { changes } = planAyon(SHOW, reachOf(nested), ARCHIVE);
    expect(changes.map(({ data }) => data)).toEqual([
      { active: false, attrib: { ftrackId: REMOVED } },
      { active: false, attrib: { ftrackId: REMOVED } },
      { active: false },
      { active: false, attrib: { ftrackId: REMOVED } },
    ]);
  });
});

describe("what is counted", () => {
  const reach = reachOf(nested);
  const folders: Counts = {
    ...{ contexts: 3, folders: 3, tasks: 1 },
    ...{ assets: 3, products: 3, versions: 3 },
  };
  const none = { contexts: 0, folders: 0, tasks: 0 };

  test.each<[string, Wanted, Counts]>([
    ["folders with all that is in them", DELETE, folders],
    [
      "products of the names alone",
      wanted("products", "delete", "comp"),
      { ...none, assets: 2, products: 2, versions: 2 },
    ],
    [
      "nothing for a name that is not there",
      wanted("products-below", "archive", "roto"),
      { ...none, assets: 0, products: 0, versions: 0 },
    ],
  ])("%s", (_words, asked, expected) => {
    expect(countsOf(narrowed(reach, asked), asked)).toEqual(expected);
  });

  test.each(Object.keys(folders) as (keyof Counts)[])(
    "one more of %s than was confirmed is more; one less, with more of nothing, is not",
    (key) => {
      const more = { ...folders, [key]: folders[key] + 1 };
      expect(hasGrown(more, folders)).toBe(true);
      expect(hasGrown(folders, more)).toBe(false);
      expect(hasGrown(folders, folders)).toBe(false);
    },
  );
});

const kind = fc.constantFrom<Kind>("own", "own", "own", "local", "stranger");
const row = fc.record({
  kind,
  in: fc.nat(),
  isMoved: fc.boolean(),
  ftrackParent: fc.nat(),
  tasks: fc.array(kind, { maxLength: 2 }),
  products: fc.nat({ max: 2 }),
});

/** Any forest whose first folder is selected; entities of Ftrack lie in others than in AYON. */
const forest = fc
  .array(row, { minLength: 1, maxLength: 9 })
  .map((rows): readonly Folder[] => {
    const own: string[] = [];
    return rows.map((one, at) => {
      const name = `x${String(at)}`;
      const isOwn = at === 0 || one.kind === "own";
      const above = `x${String(one.in % Math.max(at, 1))}`;
      const isMoved = one.isMoved || !own.includes(above);
      const parent = own[one.ftrackParent % Math.max(own.length, 1)];
      if (isOwn) own.push(name);
      return {
        ...{ name, kind: isOwn ? "own" : one.kind },
        ...(at === 0 ? {} : { in: above }),
        ...(at === 0 || !isMoved ? {} : { ftrackParent: parent ?? "x0" }),
        tasks: Object.fromEntries(
          one.tasks.map((of, i) => [`${name}t${String(i)}`, of]),
        ),
        products: Array.from({ length: one.products }, (_, i) => `p${i}`),
      } satisfies Folder;
    });
  });

/** What must stay whatever happens: strangers, what they lie in, and what lies in them. */
function sacred(reach: Reach): ReadonlySet<AyonId> {
  const found = new Set<AyonId>();
  for (const stranger of reach.strangers) {
    for (const id of subtree(reach, stranger.id)) found.add(id);
    for (const { id } of reach.folders)
      if (subtree(reach, id).has(stranger.id)) found.add(id);
  }
  return found;
}

/** Folders and tasks that are deleted or archived once the changes are made as far as they can be. */
function gone(
  reach: Reach,
  asked: Wanted,
  refused: readonly boolean[],
): { results: ChangeResult[]; gone: ReadonlySet<AyonId> } {
  const { changes } = planAyon(SHOW, reach, asked);
  const failing = new Set<string>(
    changes.filter((_, i) => refused[i] === true).map(({ id }) => id),
  );
  const taken = new Set<AyonId>();
  for (const { id, op, entityType, entityId } of changes) {
    if (entityType === "product") continue;
    const all = op === "delete" ? subtree(reach, entityId) : [entityId];
    // AYON refuses to delete a folder while a product is left in it.
    const holdsProduct = reach.products.some(
      (p) =>
        op === "delete" &&
        subtree(reach, entityId).has(p.folderId) &&
        failing.has(`ayon ${p.id}`),
    );
    if (holdsProduct) failing.add(id);
    if (!failing.has(id)) for (const one of all) taken.add(one);
  }
  return { results: resultsOf(changes, failing), gone: taken };
}

describe("whatever the trees look like, and whatever is refused", () => {
  const inputs = [
    forest,
    fc.constantFrom(DELETE, ARCHIVE),
    fc.array(fc.boolean(), { maxLength: 12 }),
  ] as const;

  test("nothing of elsewhere is touched, and every product goes before its folder", () => {
    fc.assert(
      fc.property(...inputs, (tree, asked, refused) => {
        const reach = reachOf(tree);
        const { changes } = planAyon(SHOW, reach, asked);
        const after = gone(reach, asked, refused);
        for (const id of sacred(reach)) expect(after.gone).not.toContain(id);
        if (asked.how === "archive") return;
        const stages = new Map(changes.map((c) => [c.entityId, c.stage]));
        for (const { id, op, entityType, entityId, stage } of changes) {
          expect(op, id).toBe("delete");
          if (entityType !== "folder") continue;
          const inside = subtree(reach, entityId);
          for (const product of reach.products)
            if (inside.has(product.folderId))
              expect(stages.get(product.id)).toBeLessThan(stage);
        }
      }),
    );
  });

  test("nothing goes in Ftrack that is still there in AYON, nor before what lies in it", () => {
    fc.assert(
      fc.property(...inputs, (tree, asked, refused) => {
        const reach = reachOf(tree);
        const plan = planAyon(SHOW, reach, asked);
        const after = gone(reach, asked, refused);
        const stay = left(reach, plan, after.results);
        const deletions = planFtrack(reach, asked, stay);
        const order = deletions.map(({ key }) => String(key[0]));
        for (const one of [...reach.folders, ...reach.tasks])
          if (order.includes(String(one.own["ftrackId"])))
            expect(after.gone).toContain(one.id);
        for (const { id, parentId } of reach.contexts) {
          const at = order.indexOf(parentId ?? "");
          if (at < 0) continue;
          expect(order.indexOf(id)).toBeGreaterThanOrEqual(0);
          expect(order.indexOf(id)).toBeLessThan(at);
          expect(deletions[at]?.needs).toContain(`ftrack ${id}`);
        }
      }),
    );
  });

  test("where nothing is refused and nothing is of elsewhere, all goes on both sides", () => {
    fc.assert(
      fc.property(forest, inputs[1], (tree, asked) => {
        const reach = reachOf(tree);
        fc.pre(reach.strangers.length === 0);
        const plan = planAyon(SHOW, reach, asked);
        const after = gone(reach, asked, []);
        expect(after.gone.size).toBe(reach.folders.length + reach.tasks.length);
        const stay = left(reach, plan, after.results);
        expect(planFtrack(reach, asked, stay)).toHaveLength(
          reach.contexts.length,
        );
      }),
    );
  });
});
