import { describe, expect, it } from "vitest";
import {
  anOperation,
  brief,
  folder,
  newId,
  task,
} from "../../support/ayon-operations.ts";
import { useAyonRig } from "../../support/ayon-rig.ts";
import {
  forwardThenReset,
  forwardTo,
  hang,
  json,
  page,
  reset,
} from "../../support/scripted-http.ts";

const rig = useAyonRig();

describe("a server in trouble", () => {
  const pass = (): ReturnType<typeof forwardTo> =>
    forwardTo(rig.ayon.sandbox.url);

  it("ES-57: that broke off after it had done it all: repeated, nothing doubled", async () => {
    rig.door.answer(forwardThenReset(rig.ayon.sandbox.url), pass());
    const a = newId();
    const results = await rig.apply([
      folder("a", a, rig.root),
      task("t", a, { needs: ["a"] }),
      anOperation("u", { entityId: rig.root, data: { label: "x" } }),
    ]);
    expect(brief(results)).toEqual(["a unchanged", "t unchanged", "u applied"]);
    expect(await rig.names()).toHaveLength(1);
  });

  it.each([
    ["a proxy's page", page(502)],
    ["a connection that breaks", reset],
  ])("that shows itself as %s is asked again", async (_, trouble) => {
    rig.door.answer(trouble, trouble, pass());
    const results = await rig.apply([task("t", rig.root)]);
    expect(brief(results)).toEqual(["t applied"]);
    expect(rig.requests()).toHaveLength(3);
  });

  it("that stays in trouble leaves everything for later, and says what is unknown", async () => {
    rig.door.answer(pass(), page(503));
    const operations = Array.from({ length: 501 }, (_, n) =>
      task(`t${n}`, rig.root),
    );
    const results = await rig.apply([
      ...operations,
      task("later", rig.root, { stage: 1 }),
    ]);
    expect(results.filter((r) => r.status === "applied")).toHaveLength(500);
    expect(results.slice(500).map((r) => r.error)).toEqual(
      Array(2).fill(
        expect.objectContaining({
          code: "E_AYON_UNAVAILABLE",
          transient: true,
        }),
      ),
    );
  });

  it("that does not answer in time is not asked twice: it may be at it still", async () => {
    rig.door.answer(hang);
    const hasty = rig.ayon.client({
      serverUrl: rig.door.url,
      operationsTimeoutMs: 100,
    });
    const results = await rig.apply([task("t", rig.root)], { through: hasty });
    expect(results[0]).toMatchObject({
      status: "failed",
      error: { code: "E_AYON_TIMEOUT", transient: true },
    });
    expect(rig.requests()).toHaveLength(1);
  });

  it("that refuses the key leaves everything for later", async () => {
    const other = rig.ayon.client({ apiKey: "f".repeat(32) });
    const results = await rig.apply([task("t", rig.root)], { through: other });
    expect(results[0]!.error).toMatchObject({
      code: "E_AYON_AUTH",
      transient: true,
    });
  });

  it("that answers something else leaves it unknown", async () => {
    rig.door.answer(json(200, { operations: "?" }));
    const results = await rig.apply([task("t", rig.root)]);
    expect(results[0]!.error).toMatchObject({
      code: "E_AYON_CONTRACT",
      transient: true,
    });
  });

  it("that met a deadlock gets that operation once more, and what hangs below it", async () => {
    const [a, b] = [newId(), newId()];
    const deadlock = {
      success: false,
      status: 503,
      errorCode: "database-deadlock-detected",
      detail: "Database deadlock detected",
    };
    const missing = {
      success: false,
      status: 409,
      errorCode: "foreign-key-violation",
      detail: "parent_id is not present",
    };
    rig.door.answer(
      json(200, {
        success: false,
        operations: [
          { id: "0", ...deadlock },
          { id: "1", ...missing },
          { id: "2", ...missing },
        ],
      }),
      pass(),
    );
    const results = await rig.apply([
      folder("a", a, rig.root),
      folder("b", b, a, { needs: ["a"] }),
      // Without a need, its own failure is its own.
      task("t", newId()),
    ]);
    expect(brief(results)).toEqual([
      "a applied",
      "b applied",
      "t failed E_AYON_REFERENCE",
    ]);
    expect(rig.requests()).toHaveLength(2);
  });

  it("that meets deadlocks for ever is left alone in the end", async () => {
    rig.door.answer(
      json(200, {
        success: false,
        operations: [
          {
            id: "0",
            success: false,
            status: 503,
            errorCode: "database-deadlock-detected",
            detail: "Database deadlock detected",
          },
        ],
      }),
    );
    const results = await rig.apply([task("t", rig.root)], {
      againDelaysMs: [5, 10],
    });
    expect(results[0]!.error).toMatchObject({
      code: "E_AYON_DEADLOCK",
      transient: true,
    });
    expect(rig.requests()).toHaveLength(3);
  });
});
