/** A small stand-in for the leecher: the real event hub, straight into the inbox. */
import type { FtrackSandbox } from "../../sandbox/ftrack/index.ts";
import type { Envelope } from "../../src/core/envelope.ts";
import type { Logger } from "../../src/core/log.ts";
import { startHub, type Hub } from "../../src/ftrack/hub/supervisor.ts";
import type { Inbox } from "../../src/queue/types.ts";

type Row = Readonly<Record<string, unknown>>;

/** Envelopes of a hub event, one per project. */
function envelopesOf(event: Row, receivedAt: number): Envelope[] {
  const data = (event["data"] ?? {}) as { entities?: Row[] };
  if (event["topic"] !== "ftrack.update") return [];
  const groups = new Map<string | null, Row[]>();
  for (const entity of data.entities ?? []) {
    const parents = (entity["parents"] ?? []) as Row[];
    const show = parents.find((parent) => parent["entityType"] === "show");
    const id = (show?.["entityId"] ?? null) as string | null;
    groups.set(id, [...(groups.get(id) ?? []), entity]);
  }
  return [...groups].map(([projectId, entities]) => ({
    v: 1,
    id: String(event["id"]),
    topic: String(event["topic"]),
    projectId,
    via: "hub",
    receivedAt,
    event: { ...event, data: { ...data, entities } },
  }));
}

export interface Intake {
  readonly hub: Hub;
  close(): Promise<void>;
}

export function startIntake(
  ftrack: FtrackSandbox,
  inbox: Inbox & { close(): Promise<void> },
  log: Logger,
): Intake {
  let line = Promise.resolve();
  const hub = startHub({
    credentials: {
      serverUrl: ftrack.url,
      apiUser: ftrack.apiUser,
      apiKey: ftrack.apiKey,
    },
    log,
    topics: ["ftrack.update"],
    canaryMs: 2_000,
    onEvents: (events) => {
      line = line.then(async () => {
        const envelopes = events.flatMap(({ event, receivedAt }) =>
          envelopesOf(event as Row, receivedAt),
        );
        if (envelopes.length > 0) await inbox.enqueue(envelopes);
      });
      return line;
    },
  });
  return {
    hub,
    async close() {
      await hub.stop();
      await inbox.close();
    },
  };
}
