import type { Stack } from "../stack/stack.ts";
import type { Service } from "../stack/service.ts";
import { table } from "../stack/table.ts";
import type { Result } from "./run.ts";

export function showTable(results: readonly Result[]): string {
  return table(
    [
      { head: "change made in Ftrack" },
      { head: "seen in AYON" },
      { head: "milliseconds", align: "right" },
    ],
    results.map(({ made, seen, ms }) => [
      made,
      seen,
      ms === null ? "not seen" : String(Math.round(ms)),
    ]),
  );
}

/** Where everything is, for `--keep`. */
export function showAddresses(
  { ftrack, ayon, redis }: Stack,
  services: readonly Service[],
  envFile: string,
): string {
  const rows: [string, string][] = [
    ["Ftrack", `${ftrack.url}  user ${ftrack.apiUser}  key ${ftrack.apiKey}`],
    ["AYON", `${ayon.url}  key ${ayon.apiKey}`],
    ["Redis", `${redis.url}  prefix ${redis.prefix}`],
    ...services.map(({ name, url }): [string, string] => [
      name,
      `${url}/ready  ${url}/metrics`,
    ]),
    ["variables", envFile],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, at]) => `  ${name.padEnd(width)}  ${at}`).join("\n");
}
