import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../stack/stack.ts";
import { openStudio } from "../stack/studio.ts";
import { openStage } from "./rules/stage.ts";
import { rulesStory, type Effect } from "./rules/story.ts";

/** One line of the story: what somebody does, or what a rule makes of it. */
export type StoryLine =
  | { readonly kind: "does"; readonly text: string }
  | {
      readonly kind: "rule";
      readonly rule: string;
      readonly text: string;
      /** From what somebody did until it came true; null when it never did. */
      readonly ms: number | null;
    };

/** A rule may follow another, and that one an event; a slow machine needs time for it. */
const WAIT_MS = 20_000;
const LOOK_EVERY_MS = 20;

type Where = Pick<Stack, "ftrack" | "ayon">;

/**
 * Sets a studio up and lets its people work: a version is published, reviewed and approved, and every rule has
 * its turn. Ends after the first step that does not come true, since the others build on it.
 *
 * @param startServices - called once the studio is set up
 */
export async function* tellRules(
  where: Where,
  startServices: () => Promise<unknown>,
): AsyncGenerator<StoryLine> {
  const studio = await openStudio(where);
  const show = await studio.addShow("demo_show");
  const stage = await openStage(where, studio, show);
  try {
    await startServices();
    for (const { does, play, effects } of rulesStory(stage)) {
      yield { kind: "does", text: does };
      const startedAt = performance.now();
      await play();
      for (const effect of effects) {
        const ms = await comesTrue(effect, startedAt);
        yield { kind: "rule", rule: effect.rule, text: effect.says, ms };
        if (ms === null) return;
      }
    }
  } finally {
    stage.close();
  }
}

async function comesTrue(
  effect: Effect,
  startedAt: number,
): Promise<number | null> {
  for (;;) {
    const isTrue = await effect.isTrue();
    const ms = performance.now() - startedAt;
    if (isTrue) return ms;
    if (ms > WAIT_MS) return null;
    await sleep(LOOK_EVERY_MS);
  }
}

/** A line as people read it. */
export function storyText(line: StoryLine): string {
  if (line.kind === "does") return `\n${line.text}`;
  const { rule, text, ms } = line;
  return ms === null
    ? `  ✗ ${rule}: never came true that ${text}`
    : `  ✓ ${rule}: ${text} (${Math.round(ms)} ms)`;
}

/** Whether all of the story came true. */
export function isHappyEnd(lines: readonly StoryLine[]): boolean {
  return (
    lines.length > 0 &&
    lines.every((line) => line.kind === "does" || line.ms !== null)
  );
}
