import { z } from "zod";
import {
  availableStatuses,
  firstAvailable,
} from "../../core/available-statuses.ts";
import type { Decision } from "../../core/decision.ts";
import type { EntityChange, FtrackEvent } from "../../core/event.ts";
import type { HandlerContext } from "../../core/handler.ts";
import type { FtrackId } from "../../core/ids.ts";
import { inList, select, type Query } from "../../core/query.ts";
import { isSameName } from "../../core/status.ts";
import {
  versionFields,
  VERSION_FIELDS,
  toVersion,
  type Version,
} from "./rows.ts";
import {
  bareSubject,
  decisionOf,
  setStatus,
  skip,
  subjectOf,
  type Verdict,
} from "./set-status.ts";
import { idIn } from "./transitions.ts";
import { gatherWorld, nameOf, type StatusWorld } from "./world.ts";

export interface FirstVersionSettings {
  /** Status of first versions that no row fits; empty: left as they are. */
  readonly status: string;
  readonly mapping: readonly {
    readonly key: "task" | "task_type" | "asset_type";
    readonly name: string;
    readonly status: string;
  }[];
}

/** A version number 1 with a task, just created. */
export interface FirstVersion {
  readonly id: FtrackId;
  /** Status it was created with; null when the event does not say. */
  readonly statusId: FtrackId | null;
}

export interface NamedVersion extends Version {
  /** Names of its task and of the task's type; empty when they cannot be read. */
  readonly taskName: string;
  readonly taskType: string;
}

export interface FirstVersionFacts extends StatusWorld {
  readonly created: readonly FirstVersion[];
  readonly versions: readonly NamedVersion[];
}

export function isFirstVersion(entity: EntityChange): boolean {
  const number = entity.changes.get("version")?.new;
  return (
    entity.action === "add" &&
    entity.baseType === "assetversion" &&
    (number === 1 || number === "1") &&
    idIn(entity.changes.get("taskid")?.new) !== null
  );
}

const row = versionFields
  .extend({
    task: z
      .looseObject({
        name: z.string().catch(""),
        type: z
          .looseObject({ name: z.string().catch("") })
          .nullish()
          .catch(null),
      })
      .nullish()
      .catch(null),
  })
  .transform((v): NamedVersion => ({
    ...toVersion(v),
    taskName: v.task?.name ?? "",
    taskType: v.task?.type?.name ?? "",
  }));

function versionsBy(ids: Iterable<FtrackId>): Query<NamedVersion> {
  return select({
    type: "AssetVersion",
    fields: [...VERSION_FIELDS, "task.name", "task.type.name"],
    row,
    where: inList("id", ids),
  });
}

export async function gatherFirstVersion(
  events: readonly FtrackEvent[],
  settings: FirstVersionSettings,
  ctx: HandlerContext,
): Promise<FirstVersionFacts> {
  const created = events
    .flatMap((event) => event.entities)
    .filter(isFirstVersion)
    .map((entity) => ({
      id: entity.entityId,
      statusId: idIn(entity.changes.get("statusid")?.new),
    }));
  const isIdle =
    created.length === 0 ||
    (settings.status === "" && settings.mapping.length === 0);
  const [versions] = isIdle
    ? [[]]
    : await ctx.ftrack.query(versionsBy(created.map((c) => c.id)));
  const world = await gatherWorld(
    ctx,
    versions.map((v) => v.statusId),
  );
  return { ...world, created, versions };
}

/** Gives the first version of a product another status than the one it was published with. */
export function decideFirstVersion(
  facts: FirstVersionFacts,
  settings: FirstVersionSettings,
): Decision {
  return decisionOf(
    facts.created.map((created) => decideVersion(created, facts, settings)),
  );
}

function decideVersion(
  created: FirstVersion,
  facts: FirstVersionFacts,
  settings: FirstVersionSettings,
): Verdict {
  if (settings.status === "" && settings.mapping.length === 0)
    return skip(
      bareSubject(created.id, "AssetVersion"),
      "no-mapping-row",
      "No status of first versions is set.",
    );
  const version = facts.versions.find((v) => v.id === created.id);
  if (version === undefined)
    return skip(
      bareSubject(created.id, "AssetVersion"),
      "entity-gone",
      "The version is gone.",
    );
  const subject = subjectOf(version, "AssetVersion");
  const wanted = wantedName(version, settings);
  if (wanted === "")
    return skip(
      subject,
      "no-mapping-row",
      `No row fits the task "${version.taskName}".`,
    );
  const target = firstAvailable(
    [wanted],
    availableStatuses(facts.schema, facts.statuses, { kind: "version" }),
  );
  if (target === null)
    return skip(
      subject,
      "status-not-available",
      `"${wanted}" is not among the statuses of versions.`,
    );
  const isAsCreated =
    created.statusId === null ||
    version.statusId === created.statusId ||
    version.statusId === target.id;
  return isAsCreated
    ? setStatus(version, "AssetVersion", target)
    : skip(
        subject,
        "superseded",
        `Somebody has changed it already, to ${nameOf(facts, version.statusId)}.`,
      );
}

function wantedName(
  version: NamedVersion,
  settings: FirstVersionSettings,
): string {
  const names = {
    task: version.taskName,
    task_type: version.taskType,
    asset_type: version.assetType,
  };
  const row = settings.mapping.find(
    (each) =>
      each.name !== "" &&
      each.status !== "" &&
      isSameName(names[each.key], each.name),
  );
  return row?.status ?? settings.status;
}
