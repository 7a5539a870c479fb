import { badRequest, forbidden, ApiError, UnhandledError } from "../errors.ts";
import { enrollJob } from "../events/enroll.ts";
import {
  actorFrom,
  noContent,
  readBody,
  strictOriginOf,
  type App,
} from "../http.ts";
import { asNumber, asString, asStrings, isObject } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { ModelSpec } from "../validation/field.ts";
import { TOPIC } from "../validation/patterns.ts";
import { checkFilter } from "../validation/query-filter.ts";

const ENROLL: ModelSpec = {
  name: "EnrollRequestModel",
  fields: [
    { name: "sourceTopic", kind: "any", required: true },
    { name: "targetTopic", kind: "string", required: true, regex: TOPIC },
    { name: "sender", kind: "string" },
    { name: "senderType", kind: "string" },
    { name: "description", kind: "string" },
    { name: "sequential", kind: "boolean", nullable: false },
    { name: "filter", kind: "dict" },
    { name: "maxRetries", kind: "integer", nullable: false },
    { name: "ignoreSenderTypes", kind: "list_of_strings" },
    { name: "ignoreOlderThan", kind: "integer", nullable: false },
    { name: "slothMode", kind: "boolean", nullable: false },
  ],
};

export function enrollRoute(app: App, sandbox: Sandbox): void {
  const running = new Set<string>();

  app.post("/api/enroll", async (request, reply) => {
    const origin = strictOriginOf(request);
    const sent = readBody(request, ENROLL);
    checkFilter(sent["filter"]);
    const actor = actorFrom(request);
    if (!actor.isService) throw forbidden("Only services can enroll for jobs");
    const source = sent["sourceTopic"];
    const target = asString(sent["targetTopic"]) ?? "";
    for (const topic of Array.isArray(source) ? asStrings(source) : [source]) {
      if (typeof topic !== "string" || !TOPIC.test(topic)) {
        throw badRequest(`Invalid topic: ${String(topic)}`);
      }
    }
    if (target.includes("*"))
      throw badRequest("Target topic must not contain wildcards");
    const key = JSON.stringify(sent);
    if (running.has(key))
      throw new ApiError(503, "Enroll request is already running");
    running.add(key);
    try {
      // The real server waits for its database here, which is when an identical request is turned away.
      await new Promise((resolve) => setImmediate(resolve));
      await sandbox.sleep(sent["slothMode"] === true ? 200 : 0);
      const job = enrollJob(sandbox, {
        source: Array.isArray(source) ? asStrings(source) : (source as string),
        target,
        user: actor.name,
        sender: asString(sent["sender"]) ?? origin.sender ?? "ayon_server",
        senderType: asString(sent["senderType"]) ?? origin.senderType,
        description: asString(sent["description"]),
        sequential: sent["sequential"] === true,
        filter: isObject(sent["filter"]) ? sent["filter"] : null,
        maxRetries: asNumber(sent["maxRetries"]) ?? 3,
        ignoreSenderTypes: asStrings(sent["ignoreSenderTypes"]),
        ignoreOlderThanDays: asNumber(sent["ignoreOlderThan"]) ?? 3,
      });
      return job ?? (await noContent(reply));
    } catch (error) {
      // Whatever goes wrong in the search, the server's last word is "nothing to do".
      if (error instanceof UnhandledError) return await noContent(reply);
      throw error;
    } finally {
      running.delete(key);
    }
  });
}
