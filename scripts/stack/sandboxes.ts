import { join } from "node:path";
import { z } from "zod";
import {
  connectAyonControl,
  type RemoteControl,
} from "../../sandbox/ayon/index.ts";
import {
  connectFtrackControl,
  type FtrackControl,
} from "../../sandbox/ftrack/index.ts";
import { launch, type Child } from "./child.ts";

const ROOT = join(import.meta.dirname, "../..");
const START_MS = 60_000;

export interface Ftrack {
  readonly process: Child;
  readonly url: string;
  readonly apiUser: string;
  readonly apiKey: string;
  readonly control: FtrackControl;
}

export interface Ayon {
  readonly process: Child;
  readonly url: string;
  readonly apiKey: string;
  readonly control: RemoteControl;
}

const said = z.object({
  ftrack: z
    .object({
      url: z.string(),
      apiUser: z.string(),
      apiKey: z.string(),
      controlToken: z.string(),
    })
    .optional(),
  ayon: z
    .object({ url: z.string(), apiKey: z.string(), controlToken: z.string() })
    .optional(),
});

function launchSandbox(which: "ftrack" | "ayon", seed: string): Child {
  return launch({
    name: which === "ftrack" ? "Ftrack (sandbox)" : "AYON (sandbox)",
    cwd: ROOT,
    args: [
      "--import",
      "tsx",
      "sandbox/main.ts",
      "--only",
      which,
      "--seed",
      seed,
    ],
    env: {},
  });
}

function addresses(child: Child): Promise<z.infer<typeof said>> {
  return child.line(
    (line) => (line.startsWith("{") ? said.parse(JSON.parse(line)) : null),
    START_MS,
  );
}

/** Started at once; the promise is for when it answers. */
export function startFtrack(seed: string): [Child, Promise<Ftrack>] {
  const process = launchSandbox("ftrack", seed);
  return [
    process,
    addresses(process).then(({ ftrack }) => {
      if (ftrack === undefined) throw new Error("It names no Ftrack");
      const { controlToken, ...rest } = ftrack;
      const control = connectFtrackControl(ftrack.url, controlToken);
      return { process, ...rest, control };
    }),
  ];
}

export function startAyon(seed: string): [Child, Promise<Ayon>] {
  const process = launchSandbox("ayon", seed);
  return [
    process,
    addresses(process).then(({ ayon }) => {
      if (ayon === undefined) throw new Error("It names no AYON");
      const { controlToken, ...rest } = ayon;
      const control = connectAyonControl(ayon.url, controlToken);
      return { process, ...rest, control };
    }),
  ];
}
