import type { Command } from "commander";
import {
  addCommand,
  type Answer,
  type Call,
  type Common,
  type Run,
} from "../call.ts";
import type { Check } from "../checks/check.ts";
import { checkAyon } from "../checks/ayon.ts";
import { checkFtrack } from "../checks/ftrack.ts";
import { checkRedis } from "../checks/redis.ts";
import { checkSettings } from "../checks/settings.ts";
import { count, plain, tone, type Screen } from "../text.ts";

export function addDoctor(program: Command, run: Run): void {
  addCommand(
    program,
    "doctor",
    "Check variables, Redis, AYON, Ftrack, settings and roles, and name what mends each",
    "Changes nothing. The exit code is 1 when something is wrong; what is only worth a look leaves it 0.",
  ).action((options: Common) => run(options, doctor));
  const settings = program
    .command("settings")
    .summary("Check the settings of the addon")
    .description("About the settings of the addon.");
  addCommand(
    settings,
    "check",
    "Find wrong values, rows that can never count and unknown roles, in the studio and all projects",
  ).action((options: Common) => run(options, settingsCheck));
}

async function doctor({ studio, now }: Call): Promise<Answer> {
  const checks: Check[] = [
    {
      area: "variables",
      name: "environment",
      state: "ok",
      detail: `AYON ${studio.env.ayon.serverUrl}, addon ${studio.env.addon.name}, variant ${studio.env.addon.variant}`,
      fix: "",
    },
  ];
  for (const check of [checkAyon, checkRedis, checkFtrack, checkSettings])
    checks.push(...(await check(studio, now)));
  return answerOf(checks);
}

async function settingsCheck({ studio }: Call): Promise<Answer> {
  return answerOf(await checkSettings(studio));
}

function answerOf(checks: readonly Check[]): Answer {
  const wrong = checks.filter((check) => check.state === "wrong").length;
  const doubtful = checks.filter((check) => check.state === "doubtful").length;
  return {
    json: { wrong, doubtful, checks },
    text: (screen) =>
      [
        ...checks.map((check) => lineOf(screen, check)),
        "",
        wrong === 0 && doubtful === 0
          ? tone(screen, "green", "All is well.")
          : `${count(wrong, "thing is", "things are")} wrong, ${doubtful} worth a look.`,
      ].join("\n"),
    exit: wrong > 0 ? "findings" : "ok",
  };
}

const MARKS = {
  ok: ["green", "ok   "],
  doubtful: ["yellow", "look "],
  wrong: ["red", "WRONG"],
  skipped: ["dim", "–    "],
} as const;

function lineOf(screen: Screen, check: Check): string {
  const [color, mark] = MARKS[check.state];
  const line = `${tone(screen, color, mark)} ${check.area}: ${check.name}: ${plain(check.detail)}`;
  return check.fix === "" ? line : `${line}\n      → ${plain(check.fix)}`;
}
