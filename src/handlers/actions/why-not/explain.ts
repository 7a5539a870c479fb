import type { FtrackId } from "../../../core/ids.ts";
import type { Outcome } from "../../../core/outcome.ts";
import { slug } from "../../../core/slug.ts";

/** An entity as Ftrack has it, with its siblings. */
export interface Entity {
  readonly id: FtrackId;
  readonly name: string;
  readonly path: string;
  readonly kind: "folder" | "task" | "version" | "other";
  /** From the project's child down to the parent. */
  readonly above: readonly {
    readonly id: FtrackId;
    readonly path: string;
    readonly isTask: boolean;
  }[];
  /** Others of the same kind below the same parent. */
  readonly siblings: readonly {
    readonly id: FtrackId;
    readonly name: string;
  }[];
}

export interface Facts {
  readonly entity: Entity;
  readonly project: {
    readonly fullName: string;
    /** Null: AYON has none of that name. */
    readonly ayon: { readonly isActive: boolean; readonly name: string } | null;
    readonly autoSync: boolean | null;
  };
  /** Ftrack id → the AYON entity that has it. */
  readonly linked: ReadonlyMap<
    string,
    { readonly path: string; readonly isActive: boolean }
  >;
  readonly quarantined: ReadonlyMap<
    string,
    { readonly rule: string; readonly detail: string }
  >;
  /** Newest first. */
  readonly outcomes: readonly Outcome[];
}

export interface Explanation {
  readonly isThere: boolean;
  readonly rule: string;
  readonly because: string;
  readonly fix: string;
}

/** Why an entity is not in AYON, by the first rule that holds; the state decides, not what was once tried. */
export function explain(facts: Facts): Explanation {
  const { entity, project, linked } = facts;
  const no = (rule: string, because: string, fix: string): Explanation => ({
    isThere: false,
    rule,
    because,
    fix,
  });
  if (project.ayon === null)
    return no(
      "no-ayon-project",
      `AYON has no project “${project.fullName}”.`,
      "Run “Prepare Project for AYON” on the project.",
    );
  if (project.ayon.name !== project.fullName)
    return no(
      "project-name-differs",
      `The AYON project is called “${project.ayon.name}”, that of Ftrack “${project.fullName}”; letters count.`,
      "Give the Ftrack project the name of the AYON project.",
    );
  if (!project.ayon.isActive)
    return no(
      "ayon-project-archived",
      `The AYON project “${project.fullName}” is archived.`,
      "Make the project active in AYON.",
    );
  if (entity.kind === "other")
    return no(
      "kind-not-synced",
      "Things of this kind are not brought over.",
      "Nothing to do.",
    );
  const here = linked.get(entity.id);
  if (here?.isActive === true)
    return {
      isThere: true,
      rule: "in-ayon",
      because: `It is in AYON, as ${here.path}.`,
      fix: "If it looks out of date there, run “Sync to AYON” on the project.",
    };
  if (entity.kind === "version")
    return no(
      "versions-are-published",
      "Versions come to AYON when they are published; they are not copied from Ftrack.",
      "Publish the version with AYON. Versions published there are linked by themselves.",
    );
  const missing = entity.above.find(
    ({ id }) => linked.get(id)?.isActive !== true,
  );
  const own = ownProblem(entity);
  const waiting =
    facts.quarantined.get(entity.id) ??
    (missing === undefined ? undefined : facts.quarantined.get(missing.id));
  if (own !== null) return no(...own);
  if (missing?.isTask === true)
    return no(
      "below-a-task",
      `It lies below the task ${missing.path}, and AYON's tasks hold nothing.`,
      "Move it beside the task.",
    );
  if (waiting !== undefined)
    return no(
      waiting.rule,
      waiting.detail,
      "Mend what the rule names; it is then tried again by itself. docs/sync.md lists the rules.",
    );
  if (project.autoSync !== true)
    return no(
      "auto-sync-off",
      project.autoSync === null
        ? "The project has no attribute auto_sync_enabled, so changes are not brought over by themselves."
        : "Auto-sync is switched off for the project, so changes are not brought over by themselves.",
      "Run “Sync to AYON” on the project, then switch auto-sync on in its attributes.",
    );
  if (here !== undefined)
    return no(
      "archived-in-ayon",
      `It is archived in AYON, as ${here.path}.`,
      "Run “Sync to AYON” on the project: it becomes active again.",
    );
  if (missing !== undefined)
    return no(
      "parent-missing",
      `${missing.path}, which it lies below, is not in AYON.`,
      `Ask this question about ${missing.path} first.`,
    );
  return no(
    "never-tried",
    "Nothing stands in its way: it has not been brought over yet, or the service was away when it was made.",
    "Run “Sync to AYON” on the project.",
  );
}

/** What in the entity itself keeps it out. */
function ownProblem(
  entity: Entity,
): readonly [rule: string, because: string, fix: string] | null {
  const name = slug(entity.name);
  if (name === "")
    return [
      "name-empty",
      `Nothing is left of the name “${entity.name}” when only letters, digits and underscores are kept.`,
      "Give it a name with letters or digits.",
    ];
  if (entity.kind === "task" && entity.above.length === 0)
    return [
      "task-under-project",
      "AYON has no tasks directly below a project.",
      "Move the task below a folder, a sequence or a shot.",
    ];
  const twin = entity.siblings.find(
    (other) =>
      other.id !== entity.id &&
      slug(other.name).toLowerCase() === name.toLowerCase(),
  );
  return twin === undefined
    ? null
    : [
        "name-taken",
        `“${twin.name}” beside it has the same name in AYON, “${name}”, and only one of them can have it.`,
        "Rename one of the two, or remove it.",
      ];
}
