import { loadEntity } from "../entities/scope.ts";
import { forbidden } from "../errors.ts";
import {
  actorFrom,
  idParam,
  noContent,
  originOf,
  projectScope,
  readBody,
  type App,
} from "../http.ts";
import { asStrings, sameJson } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import type { TaskRow } from "../store/rows.ts";

export function assignRoute(app: App, sandbox: Sandbox): void {
  app.post("/api/projects/:project/tasks/:id/assign", (request, reply) => {
    const scope = projectScope(sandbox, request);
    const actor = actorFrom(request);
    const sent = readBody(request, {
      name: "AssignUsersRequestModel",
      fields: [
        {
          name: "mode",
          kind: "string",
          required: true,
          permitted: ["add", "remove", "set"],
        },
        { name: "users", kind: "list_of_strings", required: true },
      ],
    });
    const users = asStrings(sent["users"]);
    if (!actor.isManager && !sameJson(users, [actor.name])) {
      throw forbidden("Normal users can only assign themselves");
    }
    const task = loadEntity(
      scope,
      "task",
      idParam(request, "id", "task_id"),
    ) as TaskRow;
    const assignees = changed(task.assignees, sent["mode"], users);
    if (sameJson([...assignees].sort(), [...task.assignees].sort()))
      return noContent(reply);
    scope.tables.tasks.put({
      ...task,
      assignees,
      updatedBy: null,
      updatedAt: scope.clock.iso(),
    });
    sandbox.events.dispatch({
      topic: "entity.task.assignees_changed",
      project: scope.project.name,
      user: actor.name,
      description: `Changed task ${task.name} assignees`,
      summary: { entityId: task.id, parentId: task.folderId },
      payload: { oldValue: task.assignees, newValue: assignees },
      ...originOf(request),
    });
    return noContent(reply);
  });
}

function changed(
  old: readonly string[],
  mode: unknown,
  users: readonly string[],
): string[] {
  if (mode === "set") return [...new Set(users)];
  if (mode === "add") return [...new Set([...old, ...users])];
  return old.filter((name) => !users.includes(name));
}
