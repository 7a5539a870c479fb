/** 0 ≤ share ≤ 1; the smallest value that this share of all does not exceed. NaN when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** With thousands marked; decimals only below ten. */
export function count(value: number, unit = ""): string {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  const text = value.toLocaleString("en", { maximumFractionDigits: digits });
  return unit === "" ? text : `${text} ${unit}`;
}

export function p50p95(ms: readonly number[]): string {
  const [half, most] = [quantile(ms, 0.5), quantile(ms, 0.95)];
  return `p50 ${count(half)}, p95 ${count(most)} ms`;
}
