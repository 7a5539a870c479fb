import type { MessageContent } from "../core/change.ts";
import type { FtrackId } from "../core/ids.ts";
import { ContractError } from "../core/errors.ts";
import type { FtrackEvent } from "../core/event.ts";
import { quote } from "../core/query.ts";
import type { Publication } from "./hub/protocol.ts";

/**
 * The event that shows a message or a form in the web client of one user.
 *
 * Source: topic, target and data of the official Python client's documentation on actions. Unverified: that
 * a form with `actionIdentifier` and `selection` comes back as a launch of that action on that selection, as
 * public integrations rely on; without them, sending it in only closes it.
 */
export function messageTo(message: {
  readonly userId: FtrackId;
  readonly content: MessageContent;
}): Publication {
  const { content } = message;
  const data =
    content.type === "message"
      ? {
          type: "message",
          success: content.success,
          message: content.message,
        }
      : {
          type: "widget",
          title: content.title,
          items: content.items,
          ...(content.submitLabel === undefined
            ? {}
            : { submit_button_label: content.submitLabel }),
          ...(content.action === undefined
            ? {}
            : {
                actionIdentifier: content.action.identifier,
                selection: content.action.selection,
              }),
        };
  return {
    topic: "ftrack.action.trigger-user-interface",
    data,
    target: `applicationId=ftrack.client.web and user.id=${quote(message.userId)}`,
  };
}

/**
 * The answer to an event, for the one who sent it. The asker takes any number of answers and waits a few
 * seconds for them.
 *
 * @throws ContractError `E_FTRACK_NO_SENDER` when the event does not say who sent it.
 */
export function replyTo(
  event: Pick<FtrackEvent, "id" | "sourceId">,
  data: unknown,
): Publication {
  const { sourceId } = event;
  if (sourceId === null)
    throw new ContractError("The event does not say who sent it", {
      code: "E_FTRACK_NO_SENDER",
      system: "ftrack",
      subject: { eventId: event.id },
    });
  // Both official clients write the id bare; anything else than an id is quoted.
  const address = /^[\w-]+$/.test(sourceId) ? sourceId : quote(sourceId);
  return {
    topic: "ftrack.meta.reply",
    data,
    target: `id=${address}`,
    inReplyTo: event.id,
  };
}
