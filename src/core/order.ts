/** Order of two texts by their characters' codes: the same on every machine, whatever its language. */
export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
