import { describe, expect, it } from "vitest";
import type { AyonOperation } from "../../../src/core/change.ts";
import { FencedError } from "../../../src/core/errors.ts";
import type { AyonId } from "../../../src/core/ids.ts";
import { applyOperations } from "../../../src/ayon/operations.ts";
import {
  anOperation,
  brief,
  folder,
  newId,
  task,
} from "../../support/ayon-operations.ts";
import { useAyonRig } from "../../support/ayon-rig.ts";
import { hang } from "../../support/scripted-http.ts";

const rig = useAyonRig();

describe("a batch", () => {
  it("makes a tree with ids of ours in one request", async () => {
    const [a, b] = [newId(), newId()];
    const results = await rig.apply([
      folder("a", a, rig.root),
      folder("b", b, a, { needs: ["a"] }),
      task("t", b, { needs: ["b"] }),
    ]);
    expect(brief(results)).toEqual(["a applied", "b applied", "t applied"]);
    expect(rig.requests()).toHaveLength(1);
  });

  it("ES-58: one bad entity among many harms only itself", async () => {
    const operations = Array.from({ length: 20 }, (_, n) =>
      task(`t${n}`, rig.root, n === 7 ? { data: { name: "bad name!" } } : {}),
    );
    const results = await rig.apply(operations);
    const failed = results.filter((r) => r.status !== "applied");
    expect(failed).toEqual([
      expect.objectContaining({
        changeId: "t7",
        status: "failed",
        error: expect.objectContaining({
          code: "E_AYON_INVALID",
          transient: false,
        }),
      }),
    ]);
    expect(failed[0]!.error!.message).toMatch(/name string does not match/);
    expect(await rig.names()).toHaveLength(19);
  });

  it.each([
    ["a taken name", { data: { name: "twin" } }, "E_AYON_DUPLICATE"],
    ["an unknown status", { data: { status: "Nope" } }, "E_AYON_REFERENCE"],
    ["an unknown type", { data: { taskType: "Nope" } }, "E_AYON_REFERENCE"],
    [
      "a value of the wrong type",
      { data: { attrib: { fps: "fast" } } },
      "E_AYON_INVALID",
    ],
  ])("refuses %s with its code", async (_, more, code) => {
    await rig.apply([task("twin", rig.root)]);
    const results = await rig.apply([
      task("t", rig.root, more),
      task("ok", rig.root),
    ]);
    expect(brief(results)).toEqual([`t failed ${code}`, "ok applied"]);
  });

  it("blocks what hangs below a folder that could not be made", async () => {
    const a = newId();
    const results = await rig.apply([
      folder("a", a, rig.root, { data: { name: "no good!" } }),
      folder("b", newId(), a, { needs: ["a"] }),
      task("t", a, { needs: ["a"] }),
      task("other", rig.root),
    ]);
    expect(brief(results)).toEqual([
      "a failed E_AYON_INVALID",
      "b blocked E_BLOCKED",
      "t blocked E_BLOCKED",
      "other applied",
    ]);
  });

  it("does not even send what needs a change that failed, when the server would let it through", async () => {
    const kept = newId();
    await rig.apply([folder("kept", kept, rig.root)]);
    rig.door.seen.length = 0;
    const results = await rig.apply([
      task("new", rig.root, { data: { name: "-" } }),
      anOperation("old", {
        op: "delete",
        entityId: kept,
        needs: ["new"],
      }),
    ]);
    expect(brief(results)).toEqual([
      "new failed E_AYON_INVALID",
      "old blocked E_BLOCKED",
    ]);
    expect(await rig.names()).toHaveLength(1);
  });

  it("updates what it has just made, in a second request", async () => {
    const a = newId();
    const made = task("t", a, { needs: ["a"] });
    const results = await rig.apply([
      folder("a", a, rig.root),
      made,
      anOperation("u", {
        entityType: "task",
        entityId: made.entityId,
        data: { attrib: { fps: 50 } },
        needs: ["t"],
      }),
    ]);
    expect(brief(results)).toEqual(["a applied", "t applied", "u applied"]);
    expect(rig.requests()).toHaveLength(2);
  });

  it("sends two updates of one entity in two requests: the server refuses them in one", async () => {
    const results = await rig.apply([
      anOperation("u1", { entityId: rig.root, data: { label: "one" } }),
      anOperation("u2", { entityId: rig.root, data: { label: "two" } }),
    ]);
    expect(brief(results)).toEqual(["u1 applied", "u2 applied"]);
    expect(rig.requests()).toHaveLength(2);
    const { folders } = await rig.ayon.reads.select(rig.ayon.project, {
      folders: [{ ids: [rig.root] }],
    });
    expect(folders[0]!.label).toBe("two");
  });

  it("ES-33: swaps two names in two stages", async () => {
    const [a, b] = [newId(), newId()];
    await rig.apply([
      folder("a", a, rig.root, { data: { name: "A" } }),
      folder("b", b, rig.root, { data: { name: "B" } }),
    ]);
    const rename = (
      id: string,
      entityId: AyonId,
      name: string,
      stage: number,
      needs: string[],
    ): AyonOperation =>
      anOperation(id, { entityId, data: { name }, stage, needs });
    const results = await rig.apply([
      rename("park", a, "A__swap", 0, []),
      rename("b", b, "A", 1, ["park"]),
      rename("a", a, "B", 2, ["park", "b"]),
    ]);
    expect(brief(results)).toEqual(["park applied", "b applied", "a applied"]);
    const { folders } = await rig.ayon.reads.select(rig.ayon.project, {
      folders: [{ ids: [a, b] }],
    });
    expect(new Map(folders.map((f) => [f.id, f.name]))).toEqual(
      new Map([
        [a, "B"],
        [b, "A"],
      ]),
    );
  });

  it("removes what is there, and takes what is gone for done", async () => {
    const made = task("t", rig.root);
    await rig.apply([made]);
    const removal = (id: string): AyonOperation =>
      anOperation(id, {
        op: "delete",
        entityType: "task",
        entityId: made.entityId,
      });
    expect(brief(await rig.apply([removal("d1")]))).toEqual(["d1 applied"]);
    expect(brief(await rig.apply([removal("d2")]))).toEqual(["d2 unchanged"]);
  });

  it("asks before every request, and stops at once when it may not", async () => {
    const sent: number[] = [];
    const operations = Array.from({ length: 600 }, (_, n) =>
      task(`t${n}`, rig.root),
    );
    const asked = rig.apply(operations, {
      beforeSend: (some: readonly AyonOperation[]) => {
        if (sent.length === 1)
          throw new FencedError("lost", { code: "E_FENCED" });
        sent.push(some.length);
      },
    });
    await expect(asked).rejects.toMatchObject({ code: "E_FENCED" });
    expect(sent).toEqual([500]);
    expect(rig.requests()).toHaveLength(1);
  });

  it("ends with the signal's reason", async () => {
    rig.door.answer(hang);
    const stop = new AbortController();
    const asked = rig.apply([task("t", rig.root)], { signal: stop.signal });
    setTimeout(() => {
      stop.abort(new Error("shutdown"));
    }, 30);
    await expect(asked).rejects.toThrow("shutdown");
  });
});

describe("a request that is refused whole", () => {
  it("is halved until the culprit stands alone", async () => {
    const operations = Array.from({ length: 16 }, (_, n) =>
      task(`t${n}`, rig.root, n === 11 ? { asUser: "ghost" } : {}),
    );
    const results = await rig.apply(operations);
    expect(
      results.filter((r) => r.status !== "applied").map((r) => r.changeId),
    ).toEqual(["t11"]);
    expect(results[11]!.error).toMatchObject({
      code: "E_AYON_NOT_FOUND",
      transient: false,
    });
    expect(results[11]!.error!.message).toContain("User ghost not found");
    expect(await rig.names()).toHaveLength(15);
    expect(rig.requests().length).toBeLessThan(12);
  });

  it("is not halved when the project is gone", async () => {
    const operations = [task("a", rig.root), task("b", rig.root)];
    const results = await applyOperations(
      rig.http,
      "gone" as typeof rig.ayon.project,
      operations,
    );
    expect(brief(results)).toEqual([
      "a failed E_AYON_NOT_FOUND",
      "b failed E_AYON_NOT_FOUND",
    ]);
    expect(rig.requests()).toHaveLength(1);
  });
});

describe("limits of time", () => {
  it("sends 1000 new tasks in few requests", async () => {
    const many = Array.from({ length: 1_000 }, (_, n) =>
      task(`t${n}`, rig.root),
    );
    const results = await rig.apply(many);
    expect(results.every((r) => r.status === "applied")).toBe(true);
    expect(rig.requests().length).toBeLessThanOrEqual(2);
    expect(await rig.names()).toHaveLength(1_000);
  });
});
