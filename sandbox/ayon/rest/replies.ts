import type { FastifyReply } from "fastify";

/** The body `null`, which some endpoints answer a create with. */
export function sendNull(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).type("application/json").send("null");
}
