/**
 * The thread that holds the official client's event hub. It is expendable: whatever goes wrong with the
 * client's process-wide sockets, timers and handlers ends with it.
 */
import "./console.ts";
import { Event, EventHub } from "@ftrack/api";
import { randomUUID } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { monotonicMs } from "./clock.ts";
import {
  currentWebSocket,
  kick,
  retire,
  shield,
  socketClient,
} from "./internals.ts";
import { createOutbox } from "./outbox.ts";
import {
  CANARY_TOPIC,
  type FromWorker,
  type Publication,
  type ToWorker,
  type WorkerSettings,
} from "./protocol.ts";

const port = parentPort;
if (port === null) throw new Error("The hub runs in a worker thread only");
// Set by the supervisor, which is the only one to start this file.
const settings = workerData as WorkerSettings;

function post(message: FromWorker): void {
  port?.postMessage(message);
}

// Subscriptions made while offline leave promises behind that nobody holds; they end in a time-out.
process.on("unhandledRejection", (reason) => {
  const text = reason instanceof Error ? reason.message : String(reason);
  post({ type: "console", level: "warn", text: `rejected: ${text}` });
});

const { serverUrl, apiUser, apiKey } = settings.credentials;
const hub = new EventHub(serverUrl, apiUser, apiKey, {
  applicationId: "ayon-ftrack-events",
});
/** Tells our canaries from those of other processes. */
const self = randomUUID();
let isPaused = false;
/** Characters of the frame that is being read: the client hands out at once what is in it. */
let frameLength = 0;
const outbox = createOutbox({
  send: (events, canary) => {
    post({ type: "events", events, canary });
  },
  pause: (paused) => {
    isPaused = paused;
    applyPause();
    post({ type: "paused", isPaused });
  },
});

hub.connect();
const client = socketClient(hub);
let websocket = currentWebSocket(client);
let isSubscribed = false;
let wasOpen = false;
let aliveAt = 0;
const tickMs = Math.min(1000, settings.canaryMs);

shield(client, {
  frame: (characters) => {
    frameLength = characters;
  },
  unreadable: (frame, problem) => {
    const receivedAt = Date.now();
    outbox.push({ receivedAt, event: frame, malformed: problem }, frame.length);
  },
});

client.on("connect", () => {
  const previous = websocket;
  websocket = currentWebSocket(client);
  if (previous !== websocket) retire(previous);
  wasOpen = true;
  applyPause();
  post({ type: "open", at: monotonicMs() });
  // On later connections the client subscribes again by itself.
  if (!isSubscribed) subscribe();
  isSubscribed = true;
  sendCanary();
});

/** Callbacks return nothing: whatever they returned would be sent as a reply to everybody's event. */
function subscribe(): void {
  const topics = new Set([...settings.topics, CANARY_TOPIC]);
  // A subscription to everything holds the canary too; two that match would deliver it twice.
  if (topics.has("*")) topics.delete(CANARY_TOPIC);
  for (const topic of topics) {
    hub.subscribe(`topic=${topic}`, (event: unknown) => {
      receive(event);
    });
  }
}

function receive(event: unknown): void {
  const at = monotonicMs();
  const canary = ownCanary(event);
  // Passes the events that wait; not for each of them, once in a while tells life from silence.
  if (canary !== null || at - aliveAt >= tickMs) {
    aliveAt = at;
    post({ type: "alive", at, canary: canary !== null });
  }
  if (canary !== null) outbox.mark({ sentAt: canary, echoedAt: at });
  else outbox.push({ receivedAt: Date.now(), event }, frameLength);
}

/** The time at which this very connection sent it, or null for anything else, other processes' canaries included. */
function ownCanary(event: unknown): number | null {
  if (typeof event !== "object" || event === null) return null;
  if (Reflect.get(event, "topic") !== CANARY_TOPIC) return null;
  const data: unknown = Reflect.get(event, "data");
  if (typeof data !== "object" || data === null) return null;
  const sentAt: unknown = Reflect.get(data, "sentAt");
  return Reflect.get(data, "hub") === self && typeof sentAt === "number"
    ? sentAt
    : null;
}

function sendCanary(): void {
  if (!hub.isConnected()) return;
  const data = { hub: self, sentAt: monotonicMs() };
  publish({ topic: CANARY_TOPIC, data }).catch(() => {
    // Its echo will be missed; the supervisor acts on that.
  });
}

/** Sends at once or not at all: nothing is queued inside the client, no 30 s timer is left behind. */
async function publish(publication: Publication): Promise<void> {
  if (!hub.isConnected()) throw new Error("The event hub is not connected");
  const { topic, data, target, inReplyTo } = publication;
  // The client's own type wants `Data`; it only ever turns it into JSON.
  const event = new Event(topic, data as Record<string, unknown>, {
    target: target ?? "",
    inReplyToEvent: inReplyTo ?? null,
  });
  await hub.publish(event, { timeout: 0 });
}

function applyPause(): void {
  if (isPaused) websocket?.pause();
  else websocket?.resume();
}

setInterval(sendCanary, settings.canaryMs);
setInterval(
  () => {
    const isOpen = hub.isConnected();
    if (wasOpen && !isOpen) post({ type: "closed", at: monotonicMs() });
    wasOpen = isOpen;
  },
  Math.min(1000, settings.canaryMs),
);

post({ type: "ready" });
port.on("message", (message: ToWorker) => {
  switch (message.type) {
    case "ack":
      outbox.ack();
      break;
    case "kick":
      kick(client);
      break;
    case "publish":
      publish(message).then(
        () => {
          post({ type: "published", id: message.id, error: null });
        },
        (error: unknown) => {
          const text = error instanceof Error ? error.message : String(error);
          post({ type: "published", id: message.id, error: text });
        },
      );
      break;
    case "stop":
      hub.disconnect();
      process.exit(0);
  }
});
