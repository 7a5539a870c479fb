import { expect, test } from "vitest";
import { createIcon } from "../../../src/processor/actions/icon.ts";
import { memoryLog } from "../../support/memory-log.ts";

interface Look {
  readonly resolve: (address: string) => void;
  readonly reject: (reason: Error) => void;
}

function rig() {
  const looks: Look[] = [];
  const clock = { at: 0 };
  const log = memoryLog();
  const icon = createIcon(
    () =>
      new Promise((resolve, reject) => {
        looks.push({ resolve, reject });
      }),
    log,
    () => clock.at,
  );
  return { looks, clock, icon };
}

test("the icon is waited for once, and later menus have the last known one while it is looked up", async () => {
  const { looks, clock, icon } = rig();
  const [first, second] = [icon(), icon()];
  expect(looks).toHaveLength(1);
  looks[0]?.resolve("a.svg");
  expect(await Promise.all([first, second])).toEqual(["a.svg", "a.svg"]);

  clock.at = 600_000;
  // Nobody answers the second look, and no menu minds.
  expect(await icon()).toBe("a.svg");
  expect(await icon()).toBe("a.svg");
  expect(looks).toHaveLength(2);
  looks[1]?.resolve("b.svg");
  await Promise.resolve();
  await Promise.resolve();
  expect(await icon()).toBe("b.svg");
});

test("menus go without the icon while it cannot be learned, and it is looked up again soon", async () => {
  const { looks, clock, icon } = rig();
  const first = icon();
  looks[0]?.reject(new Error("AYON is away"));
  expect(await first).toBeNull();
  expect(await icon()).toBeNull();
  expect(looks).toHaveLength(1);

  clock.at = 30_000;
  const again = icon();
  expect(looks).toHaveLength(2);
  looks[1]?.resolve("a.svg");
  expect(await again).toBe("a.svg");

  clock.at = 30_000 + 600_000;
  expect(await icon()).toBe("a.svg");
  looks[2]?.reject(new Error("AYON is away"));
  await Promise.resolve();
  expect(await icon()).toBe("a.svg");
});
