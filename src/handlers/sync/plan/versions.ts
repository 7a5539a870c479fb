import type {
  AyonOperation,
  AyonThumbnail,
  Change,
  Subject,
} from "../../../core/change.ts";
import type { Skip } from "../../../core/decision.ts";
import { toAyonId, type AyonId, type FtrackId } from "../../../core/ids.ts";
import type { AyonVersion } from "../../../core/ports.ts";
import { findByName } from "../../../core/status.ts";
import type { Steps } from "../../../core/steps.ts";
import { storedAyonId, type FtrackVersion, type SyncFacts } from "../facts.ts";
import { concerns } from "../interest.ts";
import type { SyncSettings } from "../settings.ts";
import { changeIdOf, PROJECT_CHANGE } from "./change-ids.ts";
import type { Placed } from "./placed.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Ftrack version → its counterpart in AYON. */
export type VersionMatches = ReadonlyMap<FtrackId, AyonVersion>;

/**
 * Finds the AYON versions: by the id Ftrack holds, by the id AYON holds, else by folder, product and number.
 * A product has the asset's name, or a part of it; of several the longest. One AYON version stands for one
 * of Ftrack.
 */
export function* matchVersions(
  facts: SyncFacts,
  placed: Placed,
): Steps<VersionMatches> {
  const { ftrack, ayon, products } = facts.versions;
  const byId = new Map(ayon.map((version) => [version.id, version]));
  const byFtrackId = new Map(
    ayon.map((version) => [version.own["ftrackId"], version]),
  );
  const matches = new Map<FtrackId, AyonVersion>();
  const taken = new Set<AyonId>();

  function guess(version: FtrackVersion): AyonVersion | undefined {
    const folder = placed.folderOf(version.contextId);
    const assetName = version.assetName.toLowerCase();
    const [product] = products
      .filter((p) => p.folderId === folder && p.active)
      .filter((p) => assetName.includes(p.name.toLowerCase()))
      .sort((a, b) => b.name.length - a.name.length);
    if (product === undefined) return undefined;
    return ayon.find(
      (v) => v.productId === product.id && v.version === version.version,
    );
  }
  const ways: readonly ((v: FtrackVersion) => AyonVersion | undefined)[] = [
    (version) => {
      const id = storedAyonId(facts, version.id);
      return id === null ? undefined : byId.get(id);
    },
    (version) => byFtrackId.get(version.id),
    guess,
  ];
  for (const way of ways) {
    for (const version of ftrack.values()) {
      yield;
      if (matches.has(version.id)) continue;
      const found = way(version);
      if (found === undefined || taken.has(found.id)) continue;
      matches.set(version.id, found);
      taken.add(found.id);
    }
  }
  return matches;
}

export function versionSubject({ id, path }: FtrackVersion): Subject {
  return { ftrackId: id, path, type: "AssetVersion" };
}

/** Statuses and thumbnails of the versions in focus. */
export function* planVersions(
  facts: SyncFacts,
  settings: SyncSettings,
  words: Vocabulary,
  matches: VersionMatches,
): Steps<{
  readonly changes: readonly Change[];
  readonly skips: readonly Skip[];
}> {
  const changes: (AyonOperation | AyonThumbnail)[] = [];
  const skips: Skip[] = [];
  for (const [id, interest] of facts.versions.focus) {
    yield;
    const version = facts.versions.ftrack.get(id);
    if (version === undefined) continue;
    const subject = versionSubject(version);
    const found = matches.get(id);
    if (found === undefined) {
      skips.push({
        subject,
        reason: "not-linked",
        detail: "There is no such version in AYON.",
      });
      continue;
    }
    const base = {
      subject: { ...subject, ayonId: found.id },
      project: facts.ayonProject.name,
    } as const;
    const word =
      version.statusId === null || !concerns(interest, "statusid")
        ? null
        : words.status(version.statusId);
    const hasOther =
      word !== null &&
      findByName([{ name: found.status }], word.name) === undefined;
    const isMarked =
      found.own["ftrackId"] === id ||
      facts.world.attributes.get("ftrackId")?.scope.includes("version") !==
        true;
    const data = {
      ...(hasOther ? { status: word.name } : {}),
      ...(isMarked ? {} : { attrib: { ftrackId: id } }),
    };
    if (Object.keys(data).length > 0)
      changes.push({
        ...base,
        kind: "ayon.operation",
        id: changeIdOf(found.id),
        op: "update",
        entityType: "version",
        entityId: found.id,
        data,
        stage: 0,
        ...(hasOther && word.isNew ? { needs: [PROJECT_CHANGE] } : {}),
      });
    const { thumbnailId } = version;
    if (
      settings.thumbnails &&
      thumbnailId !== null &&
      concerns(interest, "thumbid") &&
      found.thumbnailId !== toAyonId(thumbnailId)
    )
      changes.push({
        ...base,
        kind: "ayon.thumbnail",
        id: `thumbnail-${found.id}`,
        entityType: "version",
        entityId: found.id,
        componentId: thumbnailId,
      });
  }
  return { changes, skips };
}
