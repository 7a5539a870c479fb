import type {
  Action,
  ActionBase,
  ActionRecords,
  Answer,
  Explain,
} from "../../core/action.ts";
import type { Envelope } from "../../core/envelope.ts";
import { retryOf, ServiceError, toError } from "../../core/errors.ts";
import { parseEvent, type FtrackEvent } from "../../core/event.ts";
import type { Logger } from "../../core/log.ts";
import type { Meter } from "../../core/meter.ts";
import type {
  AyonReads,
  AyonStudioReads,
  FtrackReads,
} from "../../core/ports.ts";
import type { Reference } from "../../core/reference.ts";
import type { ActionHandler } from "../../queue/types.ts";
import type { Settings } from "../../settings/load.ts";
import { accessTo, placeOf, settingOf, type Place } from "./access.ts";
import { createPeople, type Person } from "./people.ts";
import type { Performer, Reply } from "./perform.ts";
import type { SendReply } from "./reply.ts";
import {
  DISCOVER,
  LAUNCH,
  requestOf,
  type ActionRequest,
  type Reference as Item,
} from "./request.ts";
import { STATE_FIELD, type Opened, type Seal } from "./seal.ts";
import { readSelection } from "./selection.ts";
import { menuItem } from "./menu.ts";

/** A menu that was opened longer ago has closed again without our entries. */
const STALE_DISCOVER_MS = 30_000;
/** Limit of one click. Longer work is a job. */
const CLICK_MS = 60_000;
/** Tries before the user is told that something does not answer. */
const TRIES = 3;

export interface ActionReads {
  readonly ftrack: FtrackReads;
  readonly ayon: AyonReads;
  readonly studio: AyonStudioReads;
}

export interface LaneDeps {
  readonly actions: readonly Action[];
  readonly reference: Reference;
  readonly settings: Settings;
  readonly reads: (log: Logger, signal: AbortSignal) => ActionReads;
  readonly records: ActionRecords;
  readonly explain: Explain;
  readonly seal: Seal;
  readonly performer: Performer;
  readonly icon: () => Promise<string | null>;
  readonly reply: SendReply;
  /** Gets what is not for an action of this service. */
  readonly others?: ActionHandler;
  readonly log: Logger;
  readonly meter: Meter;
  readonly now?: () => number;
}

/** The fast lane of the processor: menus, clicks and forms, never behind a synchronisation. */
export function createActionLane(deps: LaneDeps): ActionHandler {
  const { actions, reference, settings, performer, meter } = deps;
  const now = deps.now ?? Date.now;
  const personOf = createPeople(reference, now);
  const byIdentifier = new Map(actions.map((a) => [a.identifier, a]));

  async function answer(
    envelope: Envelope,
    event: FtrackEvent,
    data: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    if (event.sourceId === null) return;
    await deps.reply(event, data, signal);
    const seconds = Math.max(0, now() - envelope.receivedAt) / 1000;
    meter.observe("action_answer_seconds", { topic: event.topic }, seconds);
  }

  async function lookAround(
    selected: readonly Item[],
    log: Logger,
    signal: AbortSignal,
  ) {
    const reads = deps.reads(log, signal);
    const [selection] = await Promise.all([
      readSelection(reads.ftrack, reference, selected),
      // What tells whether a project is synchronised: it need not wait until the project is known.
      reference.configurations(),
    ]);
    const place = await placeOf(selection, reference, settings);
    return { reads, selection, place };
  }

  async function discover(
    envelope: Envelope,
    event: FtrackEvent,
    signal: AbortSignal,
  ): Promise<void> {
    if (now() - envelope.receivedAt > STALE_DISCOVER_MS) return;
    const { selected } = requestOf(event);
    if (selected.length === 0) return;
    const log = deps.log.child({ topic: event.topic });
    const [person, { selection, place }, icon] = await Promise.all([
      personOf(event.actor),
      lookAround(selected, log, signal),
      deps.icon(),
    ]);
    if (person === null) return;
    const items = actions.flatMap((action) => {
      try {
        const access = accessTo(action, person, selection, place);
        return access.kind === "open" ? [menuItem(action, icon)] : [];
      } catch (thrown) {
        // One that fails must not take the others from the menu.
        log.error(
          { err: toError(thrown), action: action.identifier },
          "an action could not say whether it is for a selection",
        );
        return [];
      }
    });
    if (items.length > 0) await answer(envelope, event, { items }, signal);
  }

  async function launch(
    action: Action,
    request: ActionRequest,
    event: FtrackEvent,
    log: Logger,
    signal: AbortSignal,
  ): Promise<Reply | null> {
    const [person, { reads, selection, place }] = await Promise.all([
      personOf(event.actor),
      lookAround(request.selected, log, signal),
    ]);
    if (person === null)
      return refusal("Ftrack knows no active user who has clicked this.");
    const access = accessTo(action, person, selection, place);
    if (access.kind === "closed") return refusal(access.reason);
    const base: ActionBase = {
      ...reads,
      reference,
      records: deps.records,
      explain: deps.explain,
      log,
      signal,
      selection,
      user: { id: person.id, username: person.username },
      project: place.project,
      setting: (key) => settingOf(place.settings, key),
      now: new Date(now()),
      clickId: event.id,
    };
    return carryOn(action, request, base, access.raw, person, place);
  }

  async function carryOn(
    action: Action,
    request: ActionRequest,
    base: ActionBase,
    raw: unknown,
    person: Person,
    place: Place,
  ): Promise<Reply | null> {
    const bond = {
      action: action.identifier,
      userId: person.id,
      selected: request.selected.map((item) => item.id),
    };
    const finish = (reached: Answer, opened: Opened | null) =>
      performer(reached, { action, base, bond, place, opened });
    const { values } = request;
    if (values === null) return finish(await action.start(base, raw), null);
    const token = values[STATE_FIELD];
    const opened =
      typeof token === "string" ? deps.seal.open(bond, token) : null;
    if (opened === null)
      return refusal(
        "This form is not from this service, or was open for too long. Start the action again.",
      );
    if (opened.step === "") return null;
    const next = action.step(opened.step, base, raw, values, opened.state);
    if (next === null)
      return refusal(
        "This form belongs to an earlier version of this service. Start the action again.",
      );
    return finish(await next, opened);
  }

  /** A reply in any case: what goes wrong is said to whoever waits. */
  async function launchOrTell(
    action: Action,
    envelope: Envelope,
    event: FtrackEvent,
    signal: AbortSignal,
    attempt: number,
  ): Promise<void> {
    const log = deps.log.child({ action: action.identifier });
    const request = requestOf(event);
    const deadline = AbortSignal.timeout(CLICK_MS);
    const limited = AbortSignal.any([signal, deadline]);
    let reply: Reply | null;
    try {
      reply = await launch(action, request, event, log, limited);
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toError(thrown);
      const mayRetry = !deadline.aborted && retryOf(error) !== "never";
      if (mayRetry && attempt < TRIES) throw thrown;
      log.error({ err: error, eventId: event.id }, "an action has failed");
      reply = refusal(`${nameOf(action)} failed: ${wordsFor(error)}`);
    }
    if (reply !== null) await answer(envelope, event, reply, signal);
  }

  return async (envelope, context) => {
    const { signal, attempt } = context;
    if (envelope.topic === DISCOVER) {
      try {
        await discover(envelope, parseEvent(envelope), signal);
      } catch (thrown) {
        signal.throwIfAborted();
        if (retryOf(thrown) !== "never" && attempt < TRIES) throw thrown;
        // Nobody waits for a menu any more, and none can be given again.
        deps.log.warn({ err: toError(thrown) }, "a menu was left unanswered");
      }
      return;
    }
    if (envelope.topic === LAUNCH) {
      const event = parseEvent(envelope);
      const action = byIdentifier.get(requestOf(event).identifier);
      if (action !== undefined)
        return launchOrTell(action, envelope, event, signal, attempt);
    }
    await deps.others?.(envelope, context);
  };
}

export function nameOf(action: Pick<Action, "label" | "variant">): string {
  return `${action.label} ${action.variant ?? ""}`.trim();
}

function refusal(text: string): Reply {
  return { success: false, message: text };
}

/** Our own errors are written for people; anything else is a fault of ours. */
function wordsFor(error: Error): string {
  if (error instanceof ServiceError) return error.message;
  return `an unexpected error (${error.message}). The service's log says more.`;
}
