import { expect, test } from "vitest";
import { UnavailableError } from "../../../src/core/errors.ts";
import type { Publication } from "../../../src/ftrack/hub/supervisor.ts";
import { createReply } from "../../../src/processor/actions/reply.ts";
import { anEvent } from "../../support/events.ts";

const FORM = { type: "form", items: [] };

/** A hub that takes an event only after so many tries; what it was given. */
function hubAfter(refusals: number, error: Error) {
  const taken: Publication[] = [];
  let tries = 0;
  return {
    taken,
    tries: () => tries,
    publish(publication: Publication): Promise<void> {
      tries += 1;
      if (tries <= refusals) return Promise.reject(error);
      taken.push(publication);
      return Promise.resolve();
    },
  };
}

const away = new UnavailableError("The event hub is not connected", {
  code: "E_FTRACK_HUB",
});
const click = anEvent([], { id: "click", topic: "ftrack.action.launch" });
const never = new AbortController().signal;

test("an answer waits for the hub, and is sent once", async () => {
  const hub = hubAfter(3, away);
  const reply = createReply(hub, { pauseMs: 1 });
  await reply(click, FORM, never);
  expect(hub.taken).toEqual([
    expect.objectContaining({
      topic: "ftrack.meta.reply",
      data: FORM,
      target: "id=hub",
      inReplyTo: "click",
    }),
  ]);
});

test("an answer that nobody waits for any more is given up with the hub's reason", async () => {
  const hub = hubAfter(Infinity, away);
  const reply = createReply(hub, { keptMs: 20, pauseMs: 5 });
  await expect(reply(click, FORM, never)).rejects.toBe(away);
  expect(hub.tries()).toBeGreaterThan(1);
});

test("an answer that can never be sent is tried once", async () => {
  const wrong = new TypeError("cannot be cloned");
  const hub = hubAfter(Infinity, wrong);
  await expect(createReply(hub)(click, FORM, never)).rejects.toBe(wrong);
  expect(hub.tries()).toBe(1);
});

test("a service that stops does not wait for the hub", async () => {
  const stop = new AbortController();
  const hub = hubAfter(Infinity, away);
  const sent = createReply(hub)(click, FORM, stop.signal);
  stop.abort();
  await expect(sent).rejects.toThrow(/abort/);
  expect(hub.taken).toEqual([]);
});
