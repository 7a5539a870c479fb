import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { FastifyAdapter } from "@bull-board/fastify";
import type { FastifyInstance } from "fastify";

const PATH = "/dashboard";

type AnyQueue = ConstructorParameters<typeof BullMQAdapter>[0];

export interface Dashboard {
  /** For `extend` of the ops server, so behind its token. */
  readonly extend: (app: FastifyInstance) => Promise<void>;
  /** The queues to show; there are none until it is called. */
  show(queues: readonly AnyQueue[]): void;
}

/**
 * Pages about BullMQ's queues at `/dashboard`, for reading only: what acts on jobs goes through our own
 * commands, which know the rules.
 */
export function makeDashboard(): Dashboard {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(PATH);
  const board = createBullBoard({ queues: [], serverAdapter });
  return {
    async extend(app) {
      await app.register(serverAdapter.registerPlugin(), { prefix: PATH });
    },
    show(queues) {
      board.setQueues(
        queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
      );
    },
  };
}
