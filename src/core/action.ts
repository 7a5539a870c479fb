import { z } from "zod";
import type { ChangeResult } from "./change.ts";
import type { Decision } from "./decision.ts";
import type { FormItem, FormValues } from "./form.ts";
import type { Apply } from "./handler.ts";
import type { FtrackId } from "./ids.ts";
import type { Logger } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import type { AyonReads, AyonStudioReads, FtrackReads } from "./ports.ts";
import type { FtrackProject, Reference } from "./reference.ts";
import type { ExplainResult } from "./sync-jobs.ts";

/** Label under which the menu groups what administrators use. */
export const ADMIN_LABEL = "AYON Admin";

/** Plain data, as it lies in a form, a job or a checkpoint. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** What was selected in Ftrack's interface, as far as this service can read it. */
export interface Selected {
  readonly id: FtrackId;
  /** A `context` is any TypedContext, tasks included. */
  readonly kind: "project" | "context" | "version" | "review" | "other";
  /** Schema id of the API: Project, Shot, Task, AssetVersion, ReviewSession, …; "" when it is not known. */
  readonly type: string;
  readonly name: string;
  /** Names from the project down, joined by "/". */
  readonly path: string;
  readonly projectId: FtrackId | null;
}

export interface Selection {
  /** In the order of the selection. */
  readonly items: readonly Selected[];
  /** Selected, but gone or not open to this service. */
  readonly unreadable: number;
}

/** Who clicked. */
export interface ActionUser {
  readonly id: FtrackId;
  readonly username: string;
}

/** What the action's answer to a click or a sent form is. */
export type Answer =
  | { readonly kind: "nothing" }
  | Message
  | FormAnswer
  /** A few writes to Ftrack that are made at once; what they come to is told at the end, or leads on. */
  | {
      readonly kind: "write";
      readonly decision: Decision;
      readonly told: (results: readonly ChangeResult[]) => Message | FormAnswer;
    }
  | JobAnswer;

export interface Message {
  readonly kind: "message";
  readonly success: boolean;
  readonly message: string;
}

export interface FormAnswer {
  readonly kind: "form";
  readonly title: string;
  readonly items: readonly FormItem[];
  readonly submitLabel?: string;
  /** The step that gets what is sent, and what it must know; null: sending it in only closes it. */
  readonly next: { readonly step: string; readonly state: Plain } | null;
}

export interface JobAnswer {
  readonly kind: "job";
  readonly job: string;
  /** While a job of the same key waits, none is added. */
  readonly key: string;
  readonly data: Readonly<Record<string, Plain>>;
  readonly message: string;
}

export function message(success: boolean, text: string): Message {
  return { kind: "message", success, message: text };
}

/** Reads of what an operator asks about. */
export interface ActionRecords {
  /**
   * The form of a plan that was made for a user a short time ago.
   *
   * @param scopeId - of the project, or of what the plan is limited to
   */
  lastPlan(userId: FtrackId, scopeId: FtrackId): Promise<FormAnswer | null>;
  /** Newest first. */
  outcomesOf(entityId: FtrackId, limit: number): Promise<readonly Outcome[]>;
  quarantined(
    projectId: FtrackId,
    entityIds: readonly FtrackId[],
  ): Promise<
    ReadonlyMap<string, { readonly rule: string; readonly detail: string }>
  >;
}

/** Why entities of a project are not in AYON as they are in Ftrack; asks both servers anew. */
export type Explain = (
  projectId: FtrackId,
  entityIds: readonly FtrackId[],
  signal: AbortSignal,
) => Promise<ExplainResult>;

interface Reads {
  readonly ftrack: FtrackReads;
  readonly ayon: AyonReads;
  readonly studio: AyonStudioReads;
  readonly reference: Reference;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Read access for one click. */
export interface ActionBase extends Reads {
  readonly records: ActionRecords;
  readonly explain: Explain;
  readonly selection: Selection;
  readonly user: ActionUser;
  /** Project of the first selected entity. */
  readonly project: FtrackProject | null;
  /**
   * Another part of the settings, of that project or of the studio.
   *
   * @throws ConfigError `E_SETTINGS`
   */
  setting(key: string): unknown;
  readonly now: Date;
  /** Differs from click to click; the same when a click is handled again. */
  readonly clickId: string;
}

export interface ActionContext<Settings> extends ActionBase {
  readonly settings: Settings;
}

/** One step of a form: gets what was typed in, and the state that an earlier step gave along. */
export interface Step<Settings> {
  run(
    ctx: ActionContext<Settings>,
    values: FormValues,
    state: unknown,
  ): Promise<Answer>;
}

/** @throws z.ZodError from `run` for a state of another form, as after an update of the service. */
export function step<Settings, State>(
  state: z.ZodType<State>,
  run: (
    ctx: ActionContext<Settings>,
    values: FormValues,
    state: State,
  ) => Promise<Answer> | Answer,
): Step<Settings> {
  return {
    run: async (ctx, values, raw) => run(ctx, values, state.parse(raw)),
  };
}

/** An entry of the actions menu. */
export interface ActionSpec<Settings> {
  /** Known to Ftrack and to statistics; never renamed. */
  readonly identifier: string;
  /** The menu groups entries of one label. */
  readonly label: string;
  readonly variant?: string;
  readonly description: string;
  /** On what it is offered, in words. */
  readonly shown: string;
  /** Path in the addon settings of a block with `enabled` and `role_list`. */
  readonly settingsKey: string;
  readonly settings: z.ZodType<Settings>;
  /** @defaultValue `enabled` of the settings */
  readonly isEnabled?: (settings: NoInfer<Settings>) => boolean;
  /** Pure: decides by what is selected alone. */
  offers(selection: Selection, settings: NoInfer<Settings>): boolean;
  /** Offered to everybody, and only where nothing that is selected can be read. */
  readonly isForUnreadable?: true;
  /** The click. */
  start(ctx: ActionContext<NoInfer<Settings>>): Promise<Answer> | Answer;
  /** By name; never renamed while forms are open. */
  readonly steps?: Readonly<Record<string, Step<NoInfer<Settings>>>>;
  readonly jobs?: readonly ActionJob[];
  readonly schedule?: ScheduleSpec<NoInfer<Settings>>;
}

/** A time of day, in the zone of the studio, on some days of the week; 0 is Sunday. */
export interface Daily {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly days: readonly number[];
}

/** Long work that the service starts by itself. */
export interface ScheduleSpec<Settings> {
  /** Kind of one of the action's jobs. */
  readonly job: string;
  /** By the settings of the studio. */
  when(settings: Settings): Daily;
  /** What the job gets. @param at - when it was due */
  data(at: Date): Readonly<Record<string, Plain>>;
}

/** An action with its types closed over. */
export interface Action {
  readonly identifier: string;
  readonly label: string;
  readonly variant: string | undefined;
  readonly description: string;
  readonly shown: string;
  readonly settingsKey: string;
  readonly isForUnreadable: boolean;
  readonly jobs: readonly ActionJob[];
  /** @see ScheduleSpec; `when` takes this action's part of the settings */
  readonly schedule: ScheduleSpec<unknown> | null;
  /** Who may use it. @param raw - this action's part of the settings */
  access(raw: unknown): {
    readonly isEnabled: boolean;
    readonly roles: readonly string[];
  };
  offers(selection: Selection, raw: unknown): boolean;
  start(base: ActionBase, raw: unknown): Promise<Answer>;
  /** Null when there is no such step. */
  step(
    name: string,
    base: ActionBase,
    raw: unknown,
    values: FormValues,
    state: unknown,
  ): Promise<Answer> | null;
}

const access = z.looseObject({
  enabled: z.boolean().default(true),
  role_list: z.array(z.string()).default([]),
});

const NEVER: Daily = { hour: 0, minute: 0, second: 0, days: [] };

export function defineAction<Settings>(spec: ActionSpec<Settings>): Action {
  const read = (raw: unknown): Settings => spec.settings.parse(raw ?? {});
  return {
    identifier: spec.identifier,
    label: spec.label,
    variant: spec.variant,
    description: spec.description,
    shown: spec.shown,
    settingsKey: spec.settingsKey,
    isForUnreadable: spec.isForUnreadable === true,
    jobs: spec.jobs ?? [],
    schedule:
      spec.schedule === undefined
        ? null
        : {
            ...spec.schedule,
            when: (raw) => spec.schedule?.when(read(raw)) ?? NEVER,
          },
    access(raw) {
      const settings = read(raw);
      const { enabled, role_list: roles } = access.parse(settings);
      return { isEnabled: spec.isEnabled?.(settings) ?? enabled, roles };
    },
    offers: (selection, raw) => spec.offers(selection, read(raw)),
    start: async (base, raw) => spec.start({ ...base, settings: read(raw) }),
    step(name, base, raw, values, state) {
      const { steps = {} } = spec;
      const found = Object.hasOwn(steps, name) ? steps[name] : undefined;
      return (
        found?.run({ ...base, settings: read(raw) }, values, state) ?? null
      );
    },
  };
}

// --- Long work ----------------------------------------------------------------------------------------

/** What long work has at hand. */
export interface Work extends Reads {
  /** Of the job; the same after a restart. */
  readonly id: string;
  /** Null: the service itself started it. */
  readonly user: ActionUser | null;
  readonly now: () => Date;
  /** Writes outside of any project's turn: to Ftrack, or for the studio. */
  readonly apply: Apply;
  /** Writes while no event of the project is handled. */
  inTurn<T>(
    projectId: FtrackId,
    work: (apply: Apply) => Promise<T>,
  ): Promise<T>;
  /**
   * Tells how far it is.
   *
   * @throws the signal's reason, when somebody has stopped the job or the service ends.
   */
  progress(done: number, total: number, what: string): void;
  /** Adds a file to the job before it ends; a start after another adds it again. */
  attach(file: { readonly name: string; readonly text: string }): Promise<void>;
  /** What an earlier start has saved; null at the first. */
  readonly saved: unknown;
  save(checkpoint: Plain): Promise<void>;
  /** Part of the settings of a project; of the studio for null and for what AYON does not know. */
  setting(project: string | null, key: string): Promise<unknown>;
}

export interface WorkEnd {
  readonly success: boolean;
  /** One line for the job and the user. */
  readonly message: string;
  readonly file?: { readonly name: string; readonly text: string };
}

export interface ActionJob {
  /** Name in the queue; never renamed while jobs wait. */
  readonly kind: string;
  /** Words before the progress. */
  readonly title: string;
  /**
   * Must bear being started again from the beginning.
   *
   * @param data - as given with the job; parse before use
   */
  run(data: unknown, work: Work): Promise<WorkEnd>;
}

export function defineJob<Data>(spec: {
  readonly kind: string;
  readonly title: string;
  readonly data: z.ZodType<Data>;
  readonly run: (data: Data, work: Work) => Promise<WorkEnd>;
}): ActionJob {
  return {
    kind: spec.kind,
    title: spec.title,
    run: async (raw, work) => spec.run(spec.data.parse(raw), work),
  };
}
