import { configurationFor } from "../../../core/attribute-mapping.ts";
import { isSameValue, toAyonValue } from "../../../core/attribute-value.ts";
import type { Change } from "../../../core/change.ts";
import type { Issue } from "../../../core/decision.ts";
import type { SyncFacts } from "../facts.ts";
import { concerns } from "../interest.ts";
import { broken } from "../rules.ts";
import type { SyncSettings } from "../settings.ts";
import { projectSubject } from "./tree.ts";

export interface ProjectPlan {
  readonly changes: readonly Change[];
  readonly issues: readonly Issue[];
}

/**
 * Values of the project itself. What Ftrack does not say is left as it is (FS-29): a project has defaults of
 * its own in AYON, and to clear one would take it from everything below.
 */
export function planProject(
  facts: SyncFacts,
  settings: SyncSettings,
): ProjectPlan {
  const { projectFocus, project, ayonProject, world } = facts;
  if (projectFocus === null) return { changes: [], issues: [] };
  const { interest, values } = projectFocus;
  const subject = projectSubject(facts);
  const changes: Change[] = [];
  const issues: Issue[] = [];
  const attrib: Record<string, unknown> = {};
  const { own } = ayonProject;

  const wishes: { name: string; key: string; raw: unknown }[] = [
    { name: "startDate", key: "startdate", raw: values.startDate },
    { name: "endDate", key: "enddate", raw: values.endDate },
  ];
  const stored = facts.values.get(project.id);
  for (const binding of world.bindings) {
    const { name } = binding.attribute;
    if (wishes.some((wish) => wish.name === name)) continue;
    const definition = configurationFor(binding, "show", null);
    if (definition === null) continue;
    const raw = stored?.get(definition.id) ?? null;
    wishes.push({ name, key: definition.key, raw });
  }
  for (const { name, key, raw } of wishes) {
    const attribute = world.attributes.get(name);
    if (attribute?.scope.includes("project") !== true) continue;
    if (raw === null || !concerns(interest, key)) continue;
    const converted = toAyonValue(raw, attribute, facts.timezone);
    if (!converted.ok)
      issues.push(
        broken(
          "value-invalid",
          subject,
          `${key} = ${JSON.stringify(raw)} ${converted.reason}.`,
        ),
      );
    else if (!isSameValue(attribute.type, own[name] ?? null, converted.value))
      attrib[name] = converted.value;
  }
  const isLinkable =
    world.attributes.get("ftrackId")?.scope.includes("project") === true;
  if (interest.all && isLinkable && own["ftrackId"] !== project.id)
    attrib["ftrackId"] = project.id;
  if (Object.keys(attrib).length > 0)
    changes.push({
      kind: "ayon.project.update",
      id: "project-values",
      subject,
      project: ayonProject.name,
      patch: { attrib },
    });
  if (concerns(interest, "name") && project.name !== ayonProject.code)
    issues.push(
      broken(
        "project-code-changed",
        subject,
        `Its code is ${project.name} in Ftrack and ${ayonProject.code} in AYON.`,
      ),
    );
  if (
    settings.thumbnails &&
    values.thumbnailId !== null &&
    !interest.all &&
    concerns(interest, "thumbid")
  )
    changes.push({
      kind: "ayon.thumbnail",
      id: "thumbnail-project",
      subject,
      project: ayonProject.name,
      entityType: "project",
      entityId: null,
      componentId: values.thumbnailId,
    });
  return { changes, issues };
}
