import type { Issue } from "../../../core/decision.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type { SyncFacts } from "../facts.ts";
import { ASSIGNEES, concerns } from "../interest.ts";
import { broken } from "../rules.ts";
import type { Draft } from "./match.ts";

/** Users assigned to tasks in focus whom nobody in AYON stands for, each once (FS-26). Groups are not users. */
export function unmappedUsers(
  facts: SyncFacts,
  drafts: readonly Draft[],
): Issue[] {
  const { ayonOf, ftrackUsers } = facts.world.users;
  const found = new Map<FtrackId, Issue>();
  for (const { kind, interest, context } of drafts) {
    if (kind !== "task" || !concerns(interest, ASSIGNEES)) continue;
    for (const id of facts.assigned.get(context.id) ?? []) {
      const user = ftrackUsers.get(id);
      if (user === undefined || ayonOf.has(id) || found.has(id)) continue;
      const subject = { ftrackId: id, path: user.username, type: "User" };
      found.set(
        id,
        broken(
          "user-not-mapped",
          subject,
          `${user.username} is assigned to tasks and unknown in AYON.`,
        ),
      );
    }
  }
  return [...found.values()];
}
