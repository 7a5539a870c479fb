import { randomUUID } from "node:crypto";

/** `data` of a status change of a task, about two kilobytes, as Ftrack sends it. */
export function statusChange(projectId: string): Record<string, unknown> {
  const [task, shot, sequence] = [randomUUID(), randomUUID(), randomUUID()];
  const parents = [
    ["task", "Task", task, shot],
    ["task", "Shot", shot, sequence],
    ["task", "Sequence", sequence, projectId],
    ["show", "Project", projectId, null],
  ].map(([entityType, type, entityId, parentId]) => ({
    ...{ entityId, entityType, entity_type: type, parentId },
  }));
  const entity = (keys: string[]): object => ({
    entity_type: "Task",
    entityType: "task",
    objectTypeId: "11c137c0-ee7e-4f9c-91c5-8c77cec22b2c",
    entityId: task,
    parentId: shot,
    action: "update",
    keys,
    changes: Object.fromEntries(
      keys.map((key) => [key, { old: randomUUID(), new: randomUUID() }]),
    ),
    parents,
  });
  return {
    entities: [entity(["statusid"]), entity(["description", "name"])],
    parents: parents.map((p) => p.entityId),
    user: { userid: randomUUID(), name: "Jane Doe" },
    clientToken: randomUUID(),
  };
}
