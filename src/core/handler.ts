import type { z } from "zod";
import type { ChangeResult } from "./change.ts";
import { nothing, type Decision } from "./decision.ts";
import type { FtrackEvent } from "./event.ts";
import type { FtrackId, ProjectName } from "./ids.ts";
import type { Logger } from "./log.ts";
import type { OwnWrites } from "./own-writes.ts";
import type { AyonReads, FtrackReads } from "./ports.ts";
import type { FtrackProject, Reference } from "./reference.ts";
import { gateByRole } from "./roles.ts";
import type { RunSteps } from "./steps.ts";

export type { OwnWrites } from "./own-writes.ts";

/** Read access, and nothing that writes. One per batch. */
export interface StudioContext {
  readonly ftrack: FtrackReads;
  /** Address of the Ftrack server, for links. */
  readonly ftrackUrl: string;
  readonly ayon: AyonReads;
  readonly reference: Reference;
  /** What this service itself wrote to these Ftrack entities lately. One round trip to Redis. */
  recall(entityIds: Iterable<FtrackId>): Promise<OwnWrites>;
  /** For computing that may take more than a moment. */
  readonly inSlices: RunSteps;
  readonly log: Logger;
  /** Aborted when the process no longer owns the project, at shutdown, and at the handler's deadline. */
  readonly signal: AbortSignal;
  readonly now: Date;
}

/** For events of a project. */
export interface HandlerContext extends StudioContext {
  /** The project the batch belongs to; it exists on both sides and the addon is enabled for it. */
  readonly project: ProjectContext;
}

export interface ProjectContext {
  readonly ftrack: FtrackProject;
  readonly ayonName: ProjectName;
  /** IANA zone in which dates of this studio are calendar days. */
  readonly timezone: string;
}

/**
 * A handler: what it listens to, what it reads, what it decides. It never writes and never waits.
 *
 * A batch holds the wanted events of one project in order. A rule about a transition reads the transition
 * from the events, and the state from `gather`; so a batch, a replay and a duplicate all converge.
 */
export interface HandlerSpec<Settings, Facts, Context = HandlerContext> {
  /** Kebab-case; label of logs and metrics; never renamed. */
  readonly name: string;
  /** Words of the settings page. */
  readonly title: string;
  readonly topics: readonly [string, ...string[]];
  /** Path in the addon settings, e.g. `service_event_handlers.status_task_to_version`; null: always on. */
  readonly settingsKey: string | null;
  /**
   * Parts of the settings for a handler without a block of its own; its raw settings are then an object from
   * path to part, and `settingsKey` is null.
   */
  readonly settingsParts?: readonly string[];
  readonly settings: z.ZodType<Settings>;
  /** Entities it has errors about stay in quarantine until it has changed them without. */
  readonly keepsQuarantine?: true;
  /** Time limit of one run in milliseconds. Default: see processor/dispatch. */
  readonly deadlineMs?: number;
  /** Pure and cheap: decides per event, before anything is read. */
  wants(event: FtrackEvent): boolean;
  /** Security roles of which the acting user must have one; none given: everybody's events count. */
  roles?(settings: NoInfer<Settings>): readonly string[];
  /** Reads only. A fixed number of requests, whatever the number of events. */
  gather(
    events: readonly FtrackEvent[],
    settings: NoInfer<Settings>,
    ctx: Context,
  ): Promise<Facts>;
  /** Pure, synchronous, total. */
  decide(facts: Facts, settings: NoInfer<Settings>): Decision;
  /** Pure. What to do once the changes have been tried: ids to write back, people to tell. */
  conclude?(
    facts: Facts,
    settings: NoInfer<Settings>,
    results: readonly ChangeResult[],
  ): Decision;
}

/** Applies a decision; one result per change, in order. Given by the processor: the one write door. */
export type Apply = (decision: Decision) => Promise<readonly ChangeResult[]>;

export interface HandlerReport {
  readonly decisions: readonly Decision[];
  readonly results: readonly ChangeResult[];
}

/** A handler with its types closed over, so that the registry holds handlers of all kinds without `any`. */
export interface ClosedHandler<Context> {
  readonly name: string;
  readonly title: string;
  readonly topics: readonly string[];
  readonly settingsKey: string | null;
  readonly settingsParts: readonly string[];
  readonly keepsQuarantine: boolean;
  readonly deadlineMs: number | undefined;
  wants(event: FtrackEvent): boolean;
  /**
   * Parses this handler's settings.
   *
   * @throws z.ZodError: the handler is off for that project, with a message.
   */
  parseSettings(raw: unknown): void;
  run(
    events: readonly FtrackEvent[],
    rawSettings: unknown,
    ctx: Context,
    apply: Apply,
  ): Promise<HandlerReport>;
}

/** Answers to events of a project, with the settings of that project. */
export interface Handler extends ClosedHandler<HandlerContext> {
  readonly scope: "project";
}

/** Answers to events that belong to no project, with the settings of the studio. */
export interface StudioHandler extends ClosedHandler<StudioContext> {
  readonly scope: "studio";
}

export function defineHandler<Settings, Facts>(
  spec: HandlerSpec<Settings, Facts>,
): Handler {
  return { scope: "project", ...close(spec) };
}

export function defineStudioHandler<Settings, Facts>(
  spec: HandlerSpec<Settings, Facts, StudioContext>,
): StudioHandler {
  return { scope: "studio", ...close(spec) };
}

function close<Settings, Facts, Context extends StudioContext>(
  spec: HandlerSpec<Settings, Facts, Context>,
): ClosedHandler<Context> {
  return {
    name: spec.name,
    title: spec.title,
    topics: spec.topics,
    settingsKey: spec.settingsKey,
    settingsParts: spec.settingsParts ?? [],
    keepsQuarantine: spec.keepsQuarantine ?? false,
    deadlineMs: spec.deadlineMs,
    wants: (event) => spec.wants(event),
    parseSettings: (raw) => {
      spec.settings.parse(raw ?? {});
    },
    async run(events, rawSettings, ctx, apply) {
      const settings = spec.settings.parse(rawSettings ?? {});
      const allowed = spec.roles?.(settings) ?? [];
      const gated = await gateByRole(events, allowed, ctx.reference);
      const refused: Decision = { ...nothing, skips: gated.skips };
      if (gated.events.length === 0)
        return { decisions: [refused], results: [] };
      const facts = await spec.gather(gated.events, settings, ctx);
      const decided = spec.decide(facts, settings);
      const decision = {
        ...decided,
        skips: [...refused.skips, ...decided.skips],
      };
      const results = await apply(decision);
      if (spec.conclude === undefined)
        return { decisions: [decision], results };
      const conclusion = spec.conclude(facts, settings, results);
      const more = await apply(conclusion);
      return {
        decisions: [decision, conclusion],
        results: [...results, ...more],
      };
    },
  };
}
