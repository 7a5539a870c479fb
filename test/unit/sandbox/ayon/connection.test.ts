import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  paginate,
  type Connection,
  type Sorting,
} from "../../../../sandbox/ayon/graphql/connection.ts";

interface Item {
  readonly order: number;
}

const byOrder: Sorting<Item> = { order: (item) => item.order };
const byKey: Sorting<Item> = { key: (item) => [item.order] };

const orders = fc.uniqueArray(fc.nat(60), { maxLength: 30 });
const direction = fc.constantFrom("first", "last");
const side = fc.constantFrom("after", "before");

function page(
  numbers: readonly number[],
  args: Record<string, unknown>,
  sorting: Sorting<Item>,
): Connection<number> {
  const items = numbers.map((order) => ({ order }));
  return paginate(items, args, sorting, (item) => item.order);
}

function cursorAt(order: number): string {
  return Buffer.from(JSON.stringify([order])).toString("base64");
}

describe("Pages of rows in their order of creation", () => {
  it("AY-37 are those of sorting by a key, whatever the order they come in", () => {
    fc.assert(
      fc.property(
        orders,
        fc.integer({ min: 1, max: 12 }),
        direction,
        fc.option(fc.tuple(side, fc.nat(60))),
        (numbers, size, from, cursor) => {
          const args = {
            [from]: size,
            ...(cursor === null ? {} : { [cursor[0]]: cursorAt(cursor[1]) }),
          };
          expect(page(numbers, args, byOrder)).toEqual(
            page(numbers, args, byKey),
          );
        },
      ),
    );
  });

  it.each([
    ["first", "after", (a: number, b: number) => a - b],
    ["last", "before", (a: number, b: number) => b - a],
  ])("AY-37 by %s and %s give every row once", (size, cursor, compare) => {
    fc.assert(
      fc.property(orders, fc.integer({ min: 1, max: 12 }), (numbers, n) => {
        const seen: number[] = [];
        let at: string | null = null;
        for (;;) {
          const args: Record<string, unknown> = { [size]: n };
          if (at !== null) args[cursor] = at;
          const { edges, pageInfo } = page(numbers, args, byOrder);
          if (edges.length === 0) break;
          seen.push(...edges.map((edge) => edge.node));
          at = pageInfo.endCursor;
        }
        expect(seen).toEqual([...numbers].sort(compare));
      }),
    );
  });
});
