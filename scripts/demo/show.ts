import Table from "cli-table3";
import type { Stack } from "../stack/stack.ts";
import type { Service } from "../stack/service.ts";
import type { Result } from "./run.ts";

export function showTable(results: readonly Result[]): string {
  const table = new Table({
    head: ["change made in Ftrack", "seen in AYON", "milliseconds"],
    colAligns: ["left", "left", "right"],
    style: { head: process.stdout.isTTY ? ["bold"] : [], border: [] },
    // No line between rows; the one below the head is put in afterwards.
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  for (const { made, seen, ms } of results)
    table.push([made, seen, ms === null ? "not seen" : Math.round(ms)]);
  const [top = "", head = "", ...rest] = table.toString().split("\n");
  const below = top.replace("┌", "├").replaceAll("┬", "┼").replace("┐", "┤");
  return [top, head, below, ...rest].join("\n");
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
