import type { HandlerContext } from "../../core/handler.ts";
import type { AyonId, FtrackId } from "../../core/ids.ts";
import { gatherDiffering } from "../../handlers/sync/audit/gather.ts";
import {
  decode,
  differences,
  encode,
  remember,
  type Memory,
} from "../../handlers/sync/audit/memory.ts";
import { survey, type Survey } from "../../handlers/sync/audit/survey.ts";
import { folderNode, linkedTo, taskNode } from "../../handlers/sync/facts.ts";
import { gatherProject } from "../../handlers/sync/gather/project.ts";
import type { Planned } from "../../handlers/sync/planned.ts";
import type { SyncSettings } from "../../handlers/sync/settings.ts";
import type { KeyValue } from "../../queue/types.ts";
import type { Tally } from "../tally.ts";
import type { SyncRun, SyncTools } from "./sync-run.ts";

/** More than this is faster read as a whole. */
const MOST_BY_ID = 2_000;
/** However well all seems, a project is compared as a whole this often. */
const WHOLE_EVERY_MS = 7 * 24 * 3600_000;

/** What was agreed lasts as long as it may be used. */
const KEEP_MS = 2 * WHOLE_EVERY_MS;

export interface AuditDeps extends SyncTools {
  readonly store: Pick<KeyValue, "get" | "set" | "delete">;
}

export interface Audit {
  /** In place of reading the whole project. */
  gather(ctx: HandlerContext): Promise<Planned>;
  /** Remembers what is well, once the run is over. */
  learn(run: SyncRun): Promise<void>;
}

interface Seen {
  readonly found: Survey;
  /** Whom the AYON entities that were read are linked to. */
  readonly links: ReadonlyMap<AyonId, FtrackId | null>;
  readonly unreadable: ReadonlySet<FtrackId>;
  /** What was compared with; null when the whole project was read. */
  readonly before: Memory | null;
}

export function memoryKey(projectId: FtrackId): string {
  return `audit-${projectId}`;
}

async function linksOf(
  { ayon, project }: HandlerContext,
  ids: readonly AyonId[],
): Promise<Map<AyonId, FtrackId | null>> {
  if (ids.length === 0) return new Map();
  const { folders, tasks } = await ayon.select(project.ayonName, {
    folders: [{ ids }],
    tasks: [{ ids }],
  });
  const nodes = [...folders.map(folderNode), ...tasks.map(taskNode)];
  return new Map(nodes.map((node) => [node.id, linkedTo(node)]));
}

/** Types of what is compared as one. */
const REST: ReadonlySet<string> = new Set([
  "List",
  "TypedContextLink",
  "AssetVersion",
]);

function isAboutRest({ types, issues }: Tally): boolean {
  return (
    [...REST].some((type) => types.has(type)) ||
    issues.some((issue) => issue.rule === "link-type-missing")
  );
}

/**
 * The comparison of a project that nothing much has happened to: both sides are looked over for what differs
 * from when all was well, and only that is read, planned and written. Without a memory of it, or when what
 * decides about everything has changed, the whole project is read.
 */
export function openAudit(
  deps: AuditDeps,
  projectId: FtrackId,
  settings: SyncSettings,
): Audit {
  const { store, log, now } = deps;
  let seen: Seen | null = null;

  async function differing(
    ctx: HandlerContext,
    found: Survey,
    memory: Memory | null,
  ): Promise<{ planned: Planned; links: Seen["links"] } | null> {
    if (memory?.world !== found.worldDigest) return null;
    if (now() - memory.since > WHOLE_EVERY_MS) return null;
    const { focus, written } = differences(found, memory);
    if (Math.max(focus.size, written.length) > MOST_BY_ID) return null;
    const links = await linksOf(ctx, written);
    const all = new Set(focus);
    for (const id of links.values()) if (id !== null) all.add(id);
    const withRest =
      memory.rest !== found.rest.digest ||
      [...found.rest.mentioned].some((id) => all.has(id));
    const planned = await gatherDiffering(ctx, settings, found, all, withRest);
    return { planned, links };
  }

  return {
    async gather(ctx) {
      const memory = decode(await store.get(memoryKey(projectId)));
      const found = await survey(ctx, settings);
      const part = await differing(ctx, found, memory);
      const planned = part?.planned ?? (await gatherProject(ctx, settings));
      const { nodes, focus, unreadable } = planned.facts;
      const links = new Map(part?.links);
      for (const node of nodes.values()) links.set(node.id, linkedTo(node));
      seen = {
        ...{ found, links, unreadable },
        before: part === null ? null : memory,
      };
      log.info(
        {
          projectId,
          entities: found.ftrack.size,
          lookedAt: focus.size,
          isWhole: part === null,
        },
        "audited",
      );
      return planned;
    },
    async learn(run) {
      if (seen === null || run.kind !== "ran") return;
      const { found, links, unreadable, before } = seen;
      const { tallies } = run;
      const teaches = tallies.some(({ kinds }) =>
        kinds.has("ayon.project.update"),
      );
      const rest = tallies.some(isAboutRest) ? "" : found.rest.digest;
      function linkOf(id: AyonId): FtrackId | null | undefined {
        return links.has(id) ? links.get(id) : before?.ayon.get(id)?.ftrackId;
      }
      const troubled = new Set(tallies.flatMap((t) => [...t.touched]));
      unreadable.forEach((id) => troubled.add(id));
      const made = teaches
        ? null
        : encode(
            remember(found, rest, before?.since ?? now(), troubled, linkOf),
          );
      const key = memoryKey(projectId);
      if (made === null) await store.delete(key);
      else await store.set(key, made, { ttlMs: KEEP_MS });
    },
  };
}
