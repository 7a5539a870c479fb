import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** An instruction, its continued lines joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The stages of a Dockerfile, each from its `FROM` on. Knows what ours use. */
export async function readDockerfile(
  root: string,
  name: string,
): Promise<readonly (readonly Instruction[])[]> {
  const text = await readFile(join(root, name), "utf8");
  const stages: Instruction[][] = [];
  for (const line of text.replaceAll(/\\\n/g, " ").split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, word = "", rest = ""] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (word === "FROM") stages.push([]);
    stages.at(-1)?.push({ name: word, text: rest });
  }
  return stages;
}

/** The program of `CMD`, `ENTRYPOINT` or `HEALTHCHECK … CMD`. */
export function program(
  stage: readonly Instruction[],
  name: string,
): readonly string[] {
  const found = stage.find((instruction) => instruction.name === name);
  const list = /\[.*\]$/.exec(found?.text ?? "")?.[0];
  if (list === undefined) throw new Error(`no ${name} as a list`);
  return JSON.parse(list) as string[];
}
