import type {
  AyonThumbnail,
  FtrackUpdate,
  Subject,
} from "../../core/change.ts";
import type { Decision, Skip, SkipReason } from "../../core/decision.ts";
import type { AyonId, FtrackId, ProjectName } from "../../core/ids.ts";
import { toAyonId } from "../../core/ids.ts";
import type { Picturable } from "../../core/picturable.ts";

export interface ThumbnailSettings {
  /** How many levels above the asset get the thumbnail; the task gets it too. 0: none does. */
  readonly levels: number;
}

/** A version that got a thumbnail, by its event. */
export interface Pictured {
  readonly versionId: FtrackId;
  /** Typed contexts above its asset, the nearest first. */
  readonly above: readonly FtrackId[];
}

export interface PicturedVersion extends Picturable {
  readonly task: Picturable | null;
}

/** The AYON counterpart of an entity of Ftrack. */
export interface Counterpart {
  readonly ftrackId: FtrackId;
  readonly entityType: "folder" | "task" | "version";
  readonly entityId: AyonId;
  readonly thumbnailId: string | null;
}

export interface ThumbnailFacts {
  readonly project: ProjectName;
  readonly pictured: readonly Pictured[];
  readonly versions: readonly PicturedVersion[];
  readonly contexts: readonly Picturable[];
  readonly counterparts: readonly Counterpart[];
}

/**
 * Pushes the thumbnail of a version to its task and up the levels above its asset; the project is no level.
 * Where the version or one of these is in AYON, its thumbnail there follows.
 *
 * Of several versions below one folder the last one in the events decides.
 */
export function decideThumbnails(
  facts: ThumbnailFacts,
  settings: ThumbnailSettings,
): Decision {
  const verdicts = new Map<string, Verdict>();
  for (const pictured of facts.pictured) {
    const because = [pictured.versionId];
    for (const [key, verdict] of decideVersion(pictured, facts, settings))
      verdicts.set(key, {
        ...verdict,
        subject: { ...verdict.subject, because },
      });
  }
  const all = [...verdicts.values()];
  return {
    changes: all.filter((v): v is Write => "kind" in v),
    skips: all.filter((v): v is Skip => !("kind" in v)),
    issues: [],
  };
}

type Write = FtrackUpdate | AyonThumbnail;
type Verdict = Write | Skip;

/** A verdict for each place the thumbnail may go to, by the place. */
function* decideVersion(
  { versionId, above }: Pictured,
  facts: ThumbnailFacts,
  settings: ThumbnailSettings,
): Generator<readonly [string, Verdict]> {
  const none = (subject: Subject, reason: SkipReason, detail: string) =>
    [`${subject.ftrackId ?? ""}-ftrack`, { subject, reason, detail }] as const;
  const version = facts.versions.find((v) => v.id === versionId);
  if (settings.levels < 1) {
    const subject = bare(versionId, "AssetVersion");
    yield none(subject, "switched-off", "The number of levels is 0.");
    return;
  }
  if (version === undefined) {
    const subject = bare(versionId, "AssetVersion");
    yield none(subject, "entity-gone", "The version is gone.");
    return;
  }
  const { thumbnailId, task } = version;
  if (thumbnailId === null) {
    const subject = subjectOf(version);
    yield none(subject, "no-thumbnail", "The version has no thumbnail.");
    return;
  }
  const targets = task === null ? [] : [task];
  for (const id of above.slice(0, settings.levels)) {
    const context = facts.contexts.find((c) => c.id === id);
    if (context === undefined)
      yield none(bare(id, "TypedContext"), "entity-gone", "It is gone.");
    else targets.push(context);
  }
  for (const target of targets)
    yield [`${target.id}-ftrack`, inFtrack(target, thumbnailId)];
  for (const entity of [version, ...targets])
    for (const counterpart of facts.counterparts)
      if (counterpart.ftrackId === entity.id)
        yield [
          `${entity.id}-${counterpart.entityId}`,
          inAyon(entity, counterpart, thumbnailId, facts.project),
        ];
}

function alreadySet(subject: Subject, detail: string): Skip {
  return { subject, reason: "already-set", detail };
}

function inFtrack(
  target: Picturable,
  thumbnailId: FtrackId,
): FtrackUpdate | Skip {
  const subject = subjectOf(target);
  if (target.thumbnailId === thumbnailId)
    return alreadySet(subject, "It has this thumbnail.");
  return {
    id: `thumbnail-${target.id}`,
    kind: "ftrack.update",
    subject,
    entityType: target.entityType,
    entityId: target.id,
    data: { thumbnail_id: thumbnailId },
  };
}

function inAyon(
  entity: Picturable,
  { entityType, entityId, thumbnailId }: Counterpart,
  componentId: FtrackId,
  project: ProjectName,
): AyonThumbnail | Skip {
  const subject = { ...subjectOf(entity), ayonId: entityId };
  // The thumbnail in AYON carries the id of Ftrack's component.
  if (thumbnailId !== null && thumbnailId === toAyonId(componentId))
    return alreadySet(subject, "It has this thumbnail in AYON.");
  return {
    id: `ayon-thumbnail-${entityId}`,
    kind: "ayon.thumbnail",
    subject,
    project,
    entityType,
    entityId,
    componentId,
  };
}

function subjectOf({ id, path, entityType }: Picturable): Subject {
  return { ftrackId: id, path, type: entityType };
}

function bare(id: FtrackId, type: string): Subject {
  return { ftrackId: id, path: id, type };
}
