import type {
  Action,
  ActionBase,
  Answer,
  FormAnswer,
} from "../../core/action.ts";
import type { Apply } from "../../core/handler.ts";
import { deriveFtrackId } from "../../core/ids.ts";
import type { Claims, Jobs, Json } from "../../queue/types.ts";
import type { Writer } from "../apply/index.ts";
import type { Place } from "./access.ts";
import { sealedItems } from "./form-reply.ts";
import type { Bond, Opened, Seal } from "./seal.ts";

/** What goes back to the one who clicked. */
export type Reply = Readonly<Record<string, unknown>>;

export interface Setting {
  readonly action: Action;
  readonly base: ActionBase;
  readonly bond: Bond;
  readonly place: Place;
  /** The form that led here; null for a click. */
  readonly opened: Opened | null;
}

export type Performer = (
  answer: Answer,
  setting: Setting,
) => Promise<Reply | null>;

export interface PerformerDeps {
  readonly seal: Seal;
  readonly applyFor: (writer: Writer) => Apply;
  readonly jobs: Pick<Jobs, "submit">;
  readonly claims: Claims;
  readonly now: () => number;
}

/** Does what an action answered: shows a form, writes a little, or hands long work on. */
export function createPerformer(deps: PerformerDeps): Performer {
  const { seal, applyFor, jobs, claims, now } = deps;

  /** False when the same form was sent in before, by another click of the button. */
  async function isFirst({ opened, base }: Setting): Promise<boolean> {
    if (opened === null) return true;
    const ttlMs = Math.max(60_000, opened.expiresAt - now());
    return claims.claim(`form-${opened.form}`, base.clickId, ttlMs);
  }

  async function start(
    answer: Extract<Answer, { kind: "job" }>,
    { action, base }: Setting,
  ): Promise<Reply> {
    const data: Json = {
      action: action.identifier,
      user: { id: base.user.id, username: base.user.username },
      // Derived, so that the job shows up once however often this is repeated.
      ftrackJobId: deriveFtrackId(`action-job ${base.clickId} ${answer.key}`),
      data: answer.data,
    };
    // Of this click, so that handling it again adds nothing, even when the work has ended.
    const id = `click-${base.clickId}`;
    const job = await jobs.submit({
      kind: answer.job,
      key: answer.key,
      data,
      id,
      isAgain: false,
    });
    return {
      success: true,
      message:
        job.id === id
          ? answer.message
          : "The same work is already waiting or under way; see your jobs.",
    };
  }

  function shown(form: FormAnswer, bond: Bond): Reply {
    return {
      type: "form",
      title: form.title,
      items: sealedItems(form, bond, seal),
      ...(form.submitLabel === undefined
        ? {}
        : { submit_button_label: form.submitLabel }),
    };
  }

  return async (answer, setting) => {
    const { action, base, bond } = setting;
    switch (answer.kind) {
      case "nothing":
        return null;
      case "message":
        return { success: answer.success, message: answer.message };
      case "form":
        return shown(answer, bond);
      case "write": {
        if (!(await isFirst(setting))) return sentBefore;
        const apply = applyFor({
          by: action.identifier,
          actors: [base.user.username],
          log: base.log,
          signal: base.signal,
          assertOwner: () => {
            base.signal.throwIfAborted();
            return Promise.resolve();
          },
        });
        const told = answer.told(await apply(answer.decision));
        return told.kind === "form"
          ? shown(told, bond)
          : { success: told.success, message: told.message };
      }
      case "job":
        return (await isFirst(setting)) ? start(answer, setting) : sentBefore;
    }
  };
}

const sentBefore: Reply = {
  success: false,
  message: "This form was sent in before; nothing is done twice.",
};
