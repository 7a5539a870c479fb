import { vi } from "vitest";

/** Sets the clock that programs see, as a person or a time server does; it goes on from there. */
export function setClock(byMs: number): { [Symbol.dispose](): void } {
  const real = Date.now.bind(Date);
  const spy = vi.spyOn(Date, "now").mockImplementation(() => real() + byMs);
  return {
    [Symbol.dispose]() {
      spy.mockRestore();
    },
  };
}
