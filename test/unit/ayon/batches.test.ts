import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AyonOperation, ChangeResult } from "../../../src/core/change.ts";
import { byStage, nextBatch } from "../../../src/ayon/batches.ts";
import { anOperation, hexId } from "../../support/ayon-operations.ts";

type Status = ChangeResult["status"];

/** Sends batch after batch; `fails` decides what becomes of each operation. */
function run(
  operations: readonly AyonOperation[],
  fails: (o: AyonOperation) => boolean = () => false,
) {
  const statuses = new Map<string, Status>();
  const requests: AyonOperation[][] = [];
  let queue = byStage(operations);
  while (queue.length > 0) {
    const batch = nextBatch(queue, statuses);
    for (const o of batch.blocked) statuses.set(o.id, "blocked");
    for (const o of batch.send)
      statuses.set(o.id, fails(o) ? "failed" : "applied");
    if (batch.send.length > 0) requests.push([...batch.send]);
    if (batch.rest.length === queue.length) throw new Error("no progress");
    queue = batch.rest;
  }
  return {
    requests,
    statuses,
    ids: requests.map((r) => r.map((o) => o.id).join(" ")),
  };
}

const folder = (n: number, parent?: number): AyonOperation =>
  anOperation(`f${n}`, {
    op: "create",
    entityId: hexId(n),
    data: parent === undefined ? {} : { parentId: hexId(parent) },
    ...(parent === undefined ? {} : { needs: [`f${parent}`] }),
  });
const task = (n: number, parent: number): AyonOperation =>
  anOperation(`t${n}`, {
    op: "create",
    entityType: "task",
    entityId: hexId(1_000 + n),
    data: { folderId: hexId(parent) },
    needs: [`f${parent}`],
  });
const update = (id: string, n: number, more = {}): AyonOperation =>
  anOperation(id, { entityId: hexId(n), ...more });

describe("nextBatch", () => {
  it("sends a tree of new entities in one request, parents first", () => {
    expect(run([folder(1), folder(2, 1), task(1, 2)]).ids).toEqual([
      "f1 f2 t1",
    ]);
  });

  it("puts 1000 new tasks into two requests", () => {
    const { requests } = run(
      Array.from({ length: 1000 }, (_, n) => ({ ...task(n, 1), needs: [] })),
    );
    expect(requests.map((r) => r.length)).toEqual([500, 500]);
  });

  it.each([
    ["new folders", (n: number) => folder(n), 17],
    ["folder updates", (n: number) => update(`u${n}`, n), 5],
    [
      "removed folders",
      (n: number) => anOperation(`d${n}`, { op: "delete", entityId: hexId(n) }),
      130,
    ],
  ] as const)("bounds the server's time for %s", (_, make, costMs) => {
    const { requests } = run(Array.from({ length: 600 }, (_, n) => make(n)));
    const longest = Math.max(...requests.map((r) => r.length));
    expect(longest * costMs).toBeLessThanOrEqual(5_000);
    expect(longest).toBe(Math.min(500, Math.floor(5_000 / costMs)));
  });

  it("never writes one entity twice in a request", () => {
    expect(run([update("a", 1), update("b", 2), update("c", 1)]).ids).toEqual([
      "a b",
      "c",
    ]);
  });

  it("updates what it has just created in a later request", () => {
    const created = { ...task(1, 9), needs: [] };
    expect(
      run([
        created,
        anOperation("u", { entityType: "task", entityId: created.entityId }),
      ]).ids,
    ).toEqual(["t1", "u"]);
  });

  it("waits for the outcome of what it needs, unless the server itself would refuse", () => {
    expect(run([update("a", 1), update("b", 2, { needs: ["a"] })]).ids).toEqual(
      ["a", "b"],
    );
  });

  it("keeps stages apart and sorts by them", () => {
    expect(
      run([update("late", 1, { stage: 1 }), update("early", 2)]).ids,
    ).toEqual(["early", "late"]);
  });

  it("blocks what needs a failed change, all the way down", () => {
    const chain = [
      update("a", 1),
      update("b", 2, { needs: ["a"] }),
      update("c", 3, { needs: ["b"] }),
      update("d", 4),
    ];
    const { statuses, ids } = run(chain, (o) => o.id === "a");
    expect(Object.fromEntries(statuses)).toEqual({
      a: "failed",
      b: "blocked",
      c: "blocked",
      d: "applied",
    });
    expect(ids).toEqual(["a", "d"]);
  });

  it("goes on after `unchanged`, which is as good as applied", () => {
    const queue = [update("b", 2, { needs: ["a"] })];
    const statuses = new Map<string, Status>([["a", "unchanged"]]);
    expect(nextBatch(queue, statuses).send).toEqual(queue);
  });

  it("blocks what needs something later: it could never be met", () => {
    const { statuses } = run([
      update("a", 1, { needs: ["b"] }),
      update("b", 2),
    ]);
    expect(Object.fromEntries(statuses)).toEqual({
      a: "blocked",
      b: "applied",
    });
  });

  const operation = fc.record({
    op: fc.constantFrom("create", "update", "delete"),
    entityType: fc.constantFrom("folder", "task", "product", "version"),
    entity: fc.nat(8),
    stage: fc.nat(2),
    needs: fc.array(fc.nat(30), { maxLength: 2 }),
    fails: fc.boolean(),
  });
  const decision = fc.array(operation, { maxLength: 30 }).map((parts) =>
    parts.map((p, index) => ({
      fails: p.fails,
      operation: anOperation(`o${index}`, {
        op: p.op,
        entityType: p.entityType,
        entityId: hexId(p.entity),
        stage: p.stage,
        needs: p.needs.map((n) => `o${n}`).filter((id) => id !== `o${index}`),
      }),
    })),
  );

  it("settles everything, in order, with every rule kept, for any decision", () => {
    fc.assert(
      fc.property(decision, (parts) => {
        const failing = new Set(
          parts.filter((p) => p.fails).map((p) => p.operation.id),
        );
        const operations = parts.map((p) => p.operation);
        const { requests, statuses } = run(operations, (o) =>
          failing.has(o.id),
        );
        expect(statuses.size).toBe(operations.length);
        const order = byStage(operations).map((o) => o.id);
        const sent = requests.flat().map((o) => o.id);
        expect(sent).toEqual(order.filter((id) => sent.includes(id)));
        for (const request of requests) {
          const entities = request.map((o) => `${o.entityType}${o.entityId}`);
          expect(new Set(entities).size).toBe(entities.length);
          expect(new Set(request.map((o) => o.stage)).size).toBe(1);
          for (const o of request)
            for (const need of o.needs ?? [])
              expect(["failed", "blocked"]).not.toContain(
                // A need within the same request is allowed only below a new entity; there are none here.
                statuses.get(need) ?? "applied",
              );
        }
      }),
    );
  });
});
