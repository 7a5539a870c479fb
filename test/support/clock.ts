import { vi } from "vitest";

/**
 * Sets the clock that programs see, as a person or a time server does; it goes on from there.
 *
 * @returns a function that sets it right again.
 */
export function setClock(byMs: number): () => void {
  const real = Date.now.bind(Date);
  const spy = vi.spyOn(Date, "now").mockImplementation(() => real() + byMs);
  return () => {
    spy.mockRestore();
  };
}
