import { z } from "zod";
import type { Work, WorkEnd } from "../../../core/action.ts";
import type { ChangeResult, FtrackCreate } from "../../../core/change.ts";
import { RejectedError } from "../../../core/errors.ts";
import { deriveFtrackId, type FtrackId } from "../../../core/ids.ts";
import { and, inList, is, select } from "../../../core/query.ts";
import { countOf, throwTransient } from "../../../core/results.ts";
import { idField, idOrNull, linkField } from "../../../core/rows.ts";
import { createDailyLists } from "../../../settings/addon/daily-lists.ts";
import { sync } from "../../../settings/addon/sync.ts";
import { changesOnly, counted, rehearsal, textOrEmpty } from "../common.ts";
import { readValues } from "../values.ts";
import {
  definitionOf,
  fitting,
  type FilterFacts,
  type ListSettings,
  type Version,
} from "./filter.ts";
import { nameOf } from "./name.ts";

const KEY = "service_event_handlers.create_daily_lists";

export const dailyData = z.object({
  /** Null: all projects, as every day by itself. */
  projectId: idOrNull,
  /** Places of the lists in the settings; null: those that are made every day. */
  lists: z.array(z.number().int()).nullable(),
  /** When the lists were due; their names are made of it. */
  at: z.iso.datetime(),
});
type DailyData = z.infer<typeof dailyData>;

const projectRow = z.object({ id: idField, full_name: textOrEmpty });
const versionRow = z
  .object({
    id: idField,
    status: z.looseObject({ name: textOrEmpty }).nullish(),
    link: linkField,
  })
  .transform((row): Version => ({
    id: row.id,
    status: row.status?.name ?? "",
    above: row.link.map((item) => item.id).filter((id) => id !== row.id),
  }));
const categoryRow = z.object({ id: idField, name: textOrEmpty });
const listRow = z.object({
  id: idField,
  name: textOrEmpty,
  category_id: idOrNull,
});
const itemRow = z.object({ id: idField, entity_id: idField });

interface Project {
  readonly id: FtrackId;
  readonly name: string;
}

interface Tally {
  readonly lists: number;
  readonly added: number;
  readonly problems: readonly string[];
  readonly results: readonly ChangeResult[];
}

/** Makes lists, and adds to them; nothing is ever taken out of one. */
export async function makeLists(data: DailyData, work: Work): Promise<WorkEnd> {
  const [rows] = await work.ftrack.query(
    select({
      type: "Project",
      fields: ["id", "full_name"],
      row: projectRow,
      ...(data.projectId === null ? {} : { where: is("id", data.projectId) }),
    }),
  );
  const known = new Set(
    (await work.ayon.projects()).filter((p) => p.active).map((p) => p.name),
  );
  const { timezone } = sync.parse(await work.setting(null, "sync"));
  const total = { lists: 0, added: 0, problems: [] as string[] };
  const results: ChangeResult[] = [];
  for (const [i, { id, full_name: name }] of rows.entries()) {
    work.progress(i, rows.length, name);
    const isKnown = [...known].some((one) => one === name);
    // By itself only where AYON has the project too; on demand wherever somebody asks.
    if (data.projectId === null && !isKnown) continue;
    const settings = createDailyLists.parse(await work.setting(name, KEY));
    if (data.projectId === null && !settings.enabled) continue;
    const lists = settings.lists.filter((list, place) =>
      data.lists === null ? list.cycle_enabled : data.lists.includes(place),
    );
    try {
      const done = await listsOf({ id, name }, lists, data.at, timezone, work);
      total.lists += done.lists;
      total.added += done.added;
      total.problems.push(...done.problems);
      results.push(...done.results);
    } catch (thrown) {
      // A project that the server refuses to tell about does not keep the others from their lists.
      if (!(thrown instanceof RejectedError)) throw thrown;
      total.problems.push(`${name}: ${thrown.message}`);
    }
  }
  return {
    success: total.problems.length === 0,
    message: [
      rehearsal(results) ??
        `${counted(total.lists, "list")}, ${counted(total.added, "version")} added.`,
      ...total.problems,
    ].join(" "),
  };
}

async function factsOf(
  project: Project,
  lists: readonly ListSettings[],
  work: Work,
): Promise<FilterFacts> {
  const [[versions], statuses, all] = await Promise.all([
    work.ftrack.query(
      select({
        type: "AssetVersion",
        fields: ["id", "status.name", "link"],
        where: is("asset.parent.project_id", project.id),
        row: versionRow,
      }),
    ),
    work.reference.statuses(),
    work.reference.configurations(),
  ]);
  const configurations = all.filter(
    (c) => c.projectId === null || c.projectId === project.id,
  );
  const keys = new Set(
    lists.flatMap((list) =>
      list.filters.flatMap((f) => f.custom_attributes.map((a) => a.attr_name)),
    ),
  );
  const definitions = [...keys].flatMap(
    (key) => definitionOf(key, configurations) ?? [],
  );
  const entities = new Set<string>(
    versions.flatMap((version) => [version.id, ...version.above]),
  );
  const rows = await readValues(
    work.ftrack,
    [...entities] as FtrackId[],
    definitions.map((c) => c.id),
  );
  const values = new Map(
    rows.map((row) => [`${row.configurationId} ${row.entityId}`, row.value]),
  );
  return {
    versions,
    configurations,
    statuses: statuses.map((status) => status.name),
    valueOf: (definition, entity) => values.get(`${definition} ${entity}`),
  };
}

async function listsOf(
  project: Project,
  lists: readonly ListSettings[],
  at: string,
  timezone: string,
  work: Work,
): Promise<Tally> {
  if (lists.length === 0)
    return { lists: 0, added: 0, problems: [], results: [] };
  const facts = await factsOf(project, lists, work);
  const [categories, existing] = await work.ftrack.query(
    select({ type: "ListCategory", fields: ["id", "name"], row: categoryRow }),
    select({
      type: "AssetVersionList",
      fields: ["id", "name", "category_id"],
      where: is("project_id", project.id),
      row: listRow,
    }),
  );
  const problems: string[] = [];
  const all: ChangeResult[] = [];
  let made = 0;
  let added = 0;
  for (const list of lists) {
    const name = nameOf(list.name_template, new Date(at), timezone);
    const category = categories.find((c) => c.name === list.category);
    if (category === undefined) {
      problems.push(`${project.name}: no list category “${list.category}”.`);
      continue;
    }
    const versions = fitting(list, facts);
    if (versions.length === 0) continue;
    const found = existing.find(
      (row) => row.name === name && row.category_id === category.id,
    );
    const listId =
      found?.id ??
      deriveFtrackId(`daily list ${project.id} ${category.id} ${name}`);
    const [items] = await work.ftrack.query(
      select({
        type: "ListObject",
        fields: ["id", "entity_id"],
        where: and(
          is("list_id", listId),
          inList(
            "entity_id",
            versions.map((version) => version.id),
          ),
        ),
        row: itemRow,
      }),
    );
    const inside = new Set(items.map((item) => item.entity_id));
    const changes = changesFor(
      { id: listId, name, categoryId: category.id, isNew: found === undefined },
      project,
      versions.filter((version) => !inside.has(version.id)),
    );
    const results = await work.apply(changesOnly(changes));
    throwTransient(results);
    all.push(...results);
    const [failed] = results.flatMap(({ error }) => error ?? []);
    if (failed !== undefined)
      problems.push(`${project.name}, ${name}: ${failed.message}`);
    made += 1;
    added += countOf(results.slice(found === undefined ? 1 : 0), "applied");
  }
  return { lists: made, added, problems, results: all };
}

function changesFor(
  list: {
    readonly id: FtrackId;
    readonly name: string;
    readonly categoryId: FtrackId;
    readonly isNew: boolean;
  },
  project: Project,
  versions: readonly Version[],
): readonly FtrackCreate[] {
  const subject = {
    ftrackId: list.id,
    path: `${project.name}/${list.name}`,
    type: "AssetVersionList",
  };
  const items = versions.map((version): FtrackCreate => {
    const id = deriveFtrackId(`list item ${list.id} ${version.id}`);
    return {
      kind: "ftrack.create",
      id,
      subject,
      ...(list.isNew ? { needs: [list.id] } : {}),
      entityType: "ListObject",
      data: { id, list_id: list.id, entity_id: version.id },
    };
  });
  if (!list.isNew) return items;
  return [
    {
      kind: "ftrack.create",
      id: list.id,
      subject,
      entityType: "AssetVersionList",
      data: {
        id: list.id,
        name: list.name,
        project_id: project.id,
        category_id: list.categoryId,
      },
    },
    ...items,
  ];
}
