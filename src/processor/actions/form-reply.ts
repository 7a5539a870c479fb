import type { FormAnswer } from "../../core/action.ts";
import type { FtrackMessage, Picked } from "../../core/change.ts";
import { hidden, type FormItem } from "../../core/form.ts";
import type { FtrackId } from "../../core/ids.ts";
import { STATE_FIELD, type Bond, type Seal } from "./seal.ts";

/** The items of a form, with what its next step must know. */
export function sealedItems(
  { items, next }: FormAnswer,
  bond: Bond,
  seal: Seal,
): readonly FormItem[] {
  const { step, state } = next ?? { step: "", state: null };
  return [...items, hidden(STATE_FIELD, seal.close(bond, step, state))];
}

/** Who a form that opens by itself is for, and what it is as if they had clicked. */
export interface Addressee {
  readonly userId: FtrackId;
  readonly action: string;
  readonly selection: readonly Picked[];
}

export type OpenForm = (to: Addressee, form: FormAnswer) => Promise<void>;

/** Opens forms in the browser of a user, once long work has come to what they show. */
export function createFormOpener(deps: {
  readonly seal: Seal;
  readonly tell: (message: FtrackMessage) => Promise<void>;
}): OpenForm {
  const { seal, tell } = deps;
  return ({ userId, action, selection }, form) => {
    const selected = selection.map(({ entityId }) => entityId);
    const bond = { action, userId, selected };
    return tell({
      kind: "ftrack.message",
      id: `form-${action}`,
      subject: { ftrackId: userId, path: form.title, type: "User" },
      userId,
      content: {
        type: "widget",
        title: form.title,
        items: sealedItems(form, bond, seal),
        ...(form.submitLabel === undefined
          ? {}
          : { submitLabel: form.submitLabel }),
        action: { identifier: action, selection },
      },
    });
  };
}
