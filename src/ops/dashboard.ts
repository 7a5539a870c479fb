import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { FastifyAdapter } from "@bull-board/fastify";
import type { FastifyInstance } from "fastify";

const PATH = "/dashboard";

type AnyQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/**
 * Pages about BullMQ's queues at `/dashboard`, for reading only: what acts on jobs goes through our own
 * routes, which know the rules. For `extend` of the ops server, so behind its token.
 */
export function dashboard(
  queues: readonly AnyQueue[],
): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    const serverAdapter = new FastifyAdapter();
    serverAdapter.setBasePath(PATH);
    createBullBoard({
      queues: queues.map(
        (queue) => new BullMQAdapter(queue, { readOnlyMode: true }),
      ),
      serverAdapter,
    });
    await app.register(serverAdapter.registerPlugin(), { prefix: PATH });
  };
}
