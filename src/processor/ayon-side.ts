import { z } from "zod";
import type { AyonHttp } from "../ayon/http.ts";
import type { AyonMessage } from "../ayon/socket.ts";
import { AYON_TOPICS, OWN_SENDER_TYPE } from "../core/ayon-event.ts";
import { toError } from "../core/errors.ts";
import type { Handler } from "../core/handler.ts";
import type { Logger } from "../core/log.ts";
import type { FtrackReads } from "../core/ports.ts";
import { is, select } from "../core/query.ts";
import { idField } from "../core/rows.ts";
import type { KeyValue, Relay } from "../queue/types.ts";
import type { Settings } from "../settings/load.ts";
import { modeOf } from "./handler-settings.ts";
import { cachedByKey } from "./reference/cache.ts";
import { startTransmitter, type TransmitterLane } from "./transmitter.ts";

/** How long it is remembered which Ftrack project has a name. */
const PROJECT_MS = 60_000;

export interface AyonSideDeps {
  readonly http: AyonHttp;
  readonly handlers: readonly Handler[];
  readonly settings: Pick<Settings, "project">;
  readonly reads: () => Pick<FtrackReads, "query">;
  readonly relay: Relay;
  readonly store: KeyValue;
  readonly log: Logger;
}

/** What comes from AYON to be handled: messages that ring, and the lane that reads its log. */
export interface AyonSide {
  readonly onMessage: (message: AyonMessage) => void;
  /** After a connect: what was told meanwhile is in the log. */
  readonly onConnect: () => void;
  readonly start: () => TransmitterLane;
}

export function createAyonSide(deps: AyonSideDeps): AyonSide {
  const { handlers, settings, log } = deps;
  const answering = handlers.filter((handler) =>
    AYON_TOPICS.some((topic) => handler.topics.includes(topic)),
  );
  const topics: ReadonlySet<string> = new Set(AYON_TOPICS);
  let lane: TransmitterLane | null = null;

  async function isOn(project: string): Promise<boolean> {
    const scoped = await settings.project(project);
    return answering.some((handler) => modeOf(handler, scoped).kind === "on");
  }

  const projects = cachedByKey(PROJECT_MS, Date.now, async (name: string) => {
    const [rows] = await deps.reads().query(
      select({
        type: "Project",
        fields: ["id"],
        row: z.object({ id: idField }).transform((row) => row.id),
        where: is("full_name", name),
        limit: 1,
      }),
    );
    return rows[0] ?? null;
  });

  async function ringFor(project: string): Promise<void> {
    try {
      if (await isOn(project)) lane?.ring();
    } catch (thrown) {
      // The log is looked at in any case, a little later.
      log.debug({ err: toError(thrown) }, "A message of AYON was not heeded");
    }
  }

  return {
    onMessage({ topic, project, senderType }) {
      const isOurs = senderType === OWN_SENDER_TYPE;
      if (topics.has(topic) && project !== null && !isOurs)
        void ringFor(project);
    },
    onConnect() {
      lane?.ring();
    },
    start() {
      lane = startTransmitter({
        ...deps,
        isOn,
        ftrackProject: (name) => projects.get(name),
      });
      return lane;
    },
  };
}
