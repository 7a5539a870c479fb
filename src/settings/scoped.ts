import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { ConfigError } from "../core/errors.ts";
import { deadRows } from "../core/launch-rows.ts";
import { addonSettings, type Slice, type SliceKey, slices } from "./addon.ts";
import { fieldNotes } from "./addon/define.ts";
import { acceptOldForms } from "./old-forms.ts";

/** What is set for one handler in one project. */
export type HandlerSettings<Value> =
  | { readonly kind: "on"; readonly value: Value; readonly raw: unknown }
  | { readonly kind: "off"; readonly because: "addon" | "handler" }
  /** A wrong value: this handler is off in this project, and the error says what to correct. */
  | { readonly kind: "wrong"; readonly error: ConfigError };

/** The settings of the studio or of one project, read part by part. */
export interface ScopedSettings {
  /** Null for the studio. */
  readonly project: string | null;
  /** False when the addon is switched off there. */
  readonly isEnabled: boolean;
  /** As it was typed; "" when it is not set. */
  readonly ftrackServer: string;
  /** Equal for equal settings. */
  readonly fingerprint: string;
  /**
   * One part, whether it is switched on or not.
   *
   * @throws ConfigError `E_SETTINGS`
   */
  read<Key extends SliceKey>(key: Key): Slice<Key>;
  /** One part with its switch, and the addon's. */
  handler<Key extends SliceKey>(key: Key): HandlerSettings<Slice<Key>>;
  /** Everything that is wrong, part by part. */
  readonly problems: readonly ConfigError[];
  /** What is read and kept to, but cannot have been meant. */
  readonly doubts: readonly ConfigError[];
}

type Tree = Readonly<Record<string, unknown>>;

function at(tree: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = tree;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** Title of a part on the settings page. */
function titleOf(key: string): string {
  let schema: z.ZodType = addonSettings;
  for (const step of key.split(".")) {
    const inner = schema instanceof z.ZodPrefault ? schema.unwrap() : schema;
    const field: unknown =
      inner instanceof z.ZodObject ? inner.shape[step] : undefined;
    if (!(field instanceof z.ZodType)) return key;
    schema = field;
  }
  return fieldNotes.get(schema)?.title ?? key;
}

const MAX_VALUE = 80;

/** The wrong value as people see it; what may be a credential is not repeated. */
function shown(tree: Tree, path: readonly PropertyKey[]): string {
  if (path[0] === "service_settings") return "the value there";
  const value = at(tree, path);
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value);
  return json.length > MAX_VALUE ? `${json.slice(0, MAX_VALUE)}…` : json;
}

function problemOf(
  tree: Tree,
  addonName: string,
  project: string | null,
  key: string,
  error: z.ZodError,
): ConfigError {
  const [issue] = error.issues;
  const path = [...key.split("."), ...(issue?.path ?? [])];
  const where = path.map(String).join("/");
  const who =
    project === null ? "the studio settings" : `the settings of ${project}`;
  return new ConfigError(
    `${where} in ${who} is ${shown(tree, path)}: ${issue?.message ?? "wrong"}. ` +
      `Correct it on the settings page of the addon ${addonName}; until then "${titleOf(key)}" is off there`,
    {
      code: "E_SETTINGS",
      subject: { project, path: `ayon+settings://${addonName}/${where}` },
    },
  );
}

const LAUNCH = "post_launch_hook";

/** Rows about launched actions that never count for the rows above them; those that are shipped are no surprise. */
function launchDoubts(
  addonName: string,
  project: string | null,
  { enabled, mapping }: Slice<typeof LAUNCH>,
): ConfigError[] {
  const shipped = slices[LAUNCH].parse({}).mapping;
  if (!enabled || isDeepStrictEqual(mapping, shipped)) return [];
  const who =
    project === null ? "the studio settings" : `the settings of ${project}`;
  return deadRows(mapping).map(({ index, reason }) => {
    const where = `${LAUNCH}/mapping/${index}`;
    return new ConfigError(
      `${where} in ${who} never counts: ${reason} Move it up or remove it on the settings page of the addon ${addonName}`,
      {
        code: "E_SETTINGS_IDLE",
        subject: { project, path: `ayon+settings://${addonName}/${where}` },
      },
    );
  });
}

/**
 * Settings as the server sent them, made readable. Unknown keys are passed over, missing ones have their
 * defaults, older forms are understood.
 */
export function scopedSettings(
  addonName: string,
  project: string | null,
  received: unknown,
): ScopedSettings {
  const tree = acceptOldForms(received);
  const enabled = at(tree, ["enabled"]);
  // A missing switch is on; one that is neither on nor off keeps its hands off.
  const isEnabled = enabled === undefined || enabled === true;
  const server = at(tree, ["ftrack_server"]);
  const parsed = new Map<SliceKey, z.ZodSafeParseResult<unknown>>();

  function parse(key: SliceKey): z.ZodSafeParseResult<unknown> {
    const known = parsed.get(key);
    if (known !== undefined) return known;
    const result = slices[key].safeParse(at(tree, key.split(".")) ?? {});
    parsed.set(key, result);
    return result;
  }

  function read<Key extends SliceKey>(key: Key): Slice<Key> {
    const result = parse(key);
    if (!result.success)
      throw problemOf(tree, addonName, project, key, result.error);
    return result.data as Slice<Key>;
  }

  const problems = (Object.keys(slices) as SliceKey[]).flatMap((key) => {
    const result = parse(key);
    return result.success
      ? []
      : [problemOf(tree, addonName, project, key, result.error)];
  });

  const launches = parse(LAUNCH);
  const doubts = launches.success
    ? launchDoubts(addonName, project, launches.data as Slice<typeof LAUNCH>)
    : [];

  return {
    project,
    isEnabled,
    ftrackServer: typeof server === "string" ? server : "",
    fingerprint: createHash("sha256")
      .update(JSON.stringify(tree))
      .digest("hex"),
    read,
    problems,
    doubts,
    handler(key) {
      if (!isEnabled) return { kind: "off", because: "addon" };
      const result = parse(key);
      if (!result.success) {
        const error = problemOf(tree, addonName, project, key, result.error);
        return { kind: "wrong", error };
      }
      if (at(result.data, ["enabled"]) === false)
        return { kind: "off", because: "handler" };
      return {
        kind: "on",
        value: result.data as Slice<typeof key>,
        raw: at(tree, key.split(".")) ?? {},
      };
    },
  };
}
