import { checkRedisSetup } from "../../queue/health.ts";
import { listServices } from "../../queue/presence.ts";
import type { Studio } from "../studio.ts";
import { attempt, type Check, ok } from "./check.ts";

const AREA = "Redis";

/** Whether Redis answers and is set up to keep events, and whether the services are there. */
export async function checkRedis(studio: Studio): Promise<readonly Check[]> {
  const server = await attempt(AREA, "server", async () => {
    const { client } = await studio.redis();
    await client.ping();
    return ok(
      `answers at ${client.options.host ?? "?"}:${client.options.port ?? "?"}`,
    );
  });
  if (server.state === "wrong") return [server];
  const connection = await studio.redis();
  const kinds = ["leecher", "processor"] as const;
  return [
    server,
    await attempt(AREA, "set-up", async () => {
      const problems = await checkRedisSetup(connection);
      return problems.length === 0
        ? ok("keeps what it is given")
        : { state: "wrong", detail: problems.join(" ") };
    }),
    ...(await Promise.all(
      kinds.map((kind) =>
        attempt("services", kind, async () => {
          const running = (await listServices(connection)).filter(
            (service) => service.kind === kind,
          );
          const [first] = running;
          if (first === undefined)
            return {
              state: "wrong" as const,
              detail: `no ${kind} has given a sign in the last 35 s`,
              fix: `Start one: npm run ${kind}, or docs/deploy-ash.md, docs/deploy-compose.md.`,
            };
          return ok(
            running.map((s) => `${s.name} on ${s.host}: ${s.state}`).join("; "),
          );
        }),
      ),
    )),
  ];
}
