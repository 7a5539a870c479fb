import { z } from "zod";
import {
  defineAction,
  message,
  type ActionBase,
  type Answer,
  type Selected,
} from "../../../core/action.ts";
import {
  divider,
  heading,
  label,
  plain,
  type FormItem,
} from "../../../core/form.ts";
import { ftrackId, projectName, type FtrackId } from "../../../core/ids.ts";
import type { AyonEntities } from "../../../core/ports.ts";
import { and, inList, isNot, select } from "../../../core/query.ts";
import { idField, idOrNull, linkField, pathOf } from "../../../core/rows.ts";
import { whyNotInAyon as settings } from "../../../settings/addon/actions.ts";
import { textOrEmpty } from "../common.ts";
import { explain, type Entity, type Facts } from "./explain.ts";

/** Explained at once; a longer form is not read. */
const MOST = 10;
const OUTCOMES = 5;

const contextRow = z
  .object({
    id: idField,
    name: textOrEmpty,
    parent_id: idOrNull,
    object_type_id: idOrNull,
    link: linkField,
  })
  .transform((row) => ({
    id: row.id,
    name: row.name,
    parentId: row.parent_id,
    typeId: row.object_type_id,
    link: row.link,
  }));
type ContextRow = z.infer<typeof contextRow>;

const FIELDS = ["id", "name", "parent_id", "object_type_id"];

async function gather(
  ctx: ActionBase,
  items: readonly Selected[],
): Promise<readonly Facts[]> {
  const { ftrack, reference, records, project } = ctx;
  if (project === null) return [];
  const ids = items.filter((i) => i.kind === "context").map((i) => i.id);
  const [[rows], types] = await Promise.all([
    ids.length === 0
      ? [[]]
      : ftrack.query(
          select({
            type: "TypedContext",
            fields: [...FIELDS, "link"],
            where: inList("id", ids),
            row: contextRow,
          }),
        ),
    reference.objectTypes(),
  ]);
  const taskTypes = new Set(
    types.filter((t) => t.name === "Task").map((t) => t.id),
  );
  const isTask = (row: Pick<ContextRow, "typeId">): boolean =>
    row.typeId !== null && taskTypes.has(row.typeId);
  // The first item of a link is the project, the last the entity itself.
  const aboveIds = rows.flatMap((row) =>
    row.link.slice(1, -1).map((item) => item.id),
  );
  const parentIds = rows.flatMap((row) => row.parentId ?? []);
  const [above, siblings] = await ftrack.query(
    select({
      type: "TypedContext",
      fields: FIELDS,
      where: inList("id", [...aboveIds, project.id]),
      row: contextRow,
    }),
    select({
      type: "TypedContext",
      fields: FIELDS,
      where: and(
        inList("parent_id", [...parentIds, project.id]),
        isNot("name", null),
      ),
      row: contextRow,
    }),
  );
  reference.refresh("ayon-project");
  reference.refresh("ftrack-project");
  const [ayonProject, current] = await Promise.all([
    reference.ayonProject(projectName(project.fullName)),
    reference.ftrackProject(project.id),
  ]);
  const all = [...items.map((i) => i.id), ...aboveIds.map(ftrackId)];
  const [linked, quarantined, outcomes] = await Promise.all([
    ayonProject?.name === project.fullName
      ? linkedIn(ctx, projectName(project.fullName), all)
      : new Map<string, never>(),
    records.quarantined(project.id, all),
    Promise.all(items.map((i) => records.outcomesOf(i.id, OUTCOMES))),
  ]);

  function entityOf(item: Selected): Entity {
    const row = rows.find((one) => one.id === item.id);
    const base = { id: item.id, name: item.name, path: item.path };
    if (row === undefined)
      return {
        ...base,
        kind: item.kind === "version" ? "version" : "other",
        above: [],
        siblings: [],
      };
    return {
      ...base,
      kind: isTask(row) ? "task" : "folder",
      above: row.link.slice(1, -1).map((one, i) => {
        const found = above.find((a) => a.id === ftrackId(one.id));
        return {
          id: ftrackId(one.id),
          path: pathOf(row.link.slice(0, i + 2)),
          isTask: found !== undefined && isTask(found),
        };
      }),
      siblings: siblings.filter(
        (one) => one.parentId === row.parentId && isTask(one) === isTask(row),
      ),
    };
  }

  return items.map((item, i) => ({
    entity: entityOf(item),
    project: {
      fullName: project.fullName,
      ayon:
        ayonProject === null
          ? null
          : { isActive: ayonProject.active, name: ayonProject.name },
      autoSync: current?.autoSync ?? null,
    },
    linked,
    quarantined,
    outcomes: outcomes[i] ?? [],
  }));
}

async function linkedIn(
  { ayon }: ActionBase,
  project: ReturnType<typeof projectName>,
  ids: readonly FtrackId[],
): Promise<Facts["linked"]> {
  const ftrackIds = [...new Set(ids)];
  const found: AyonEntities = await ayon.select(project, {
    folders: [{ ftrackIds }],
    tasks: [{ ftrackIds }],
    versions: [{ ftrackIds }],
  });
  const rows = [
    ...found.folders,
    ...found.tasks,
    ...found.versions.map((v) => ({ ...v, path: `version ${v.version}` })),
  ];
  return new Map(
    rows.flatMap((row) => {
      const id = row.own["ftrackId"];
      return typeof id === "string"
        ? [[id, { path: row.path, isActive: row.active }] as const]
        : [];
    }),
  );
}

function itemsFor(facts: Facts): readonly FormItem[] {
  const { isThere, rule, because, fix } = explain(facts);
  const events = facts.outcomes.map((outcome) => {
    const when = new Date(outcome.at).toISOString().slice(0, 19);
    const why = [outcome.reason, outcome.detail].filter((w) => w !== null);
    return `- ${plain(`${when.replace("T", " ")} ${outcome.handler}: ${[outcome.kind, ...why].join(", ")}`)}`;
  });
  return [
    heading(facts.entity.path),
    label(plain(because)),
    ...(isThere ? [] : [label(`**Rule:** ${plain(rule)}`)]),
    label(`**What to do:** ${plain(fix)}`),
    label(
      events.length === 0
        ? "No event about it is on record."
        : `**Last events:**\n${events.join("\n")}`,
    ),
  ];
}

export const whyNotInAyon = defineAction({
  identifier: "ayon.why.not.in.ayon",
  label: "Why is this not in AYON?",
  description: "What became of an entity on its way to AYON, and what to do.",
  shown: "folders, shots, tasks and versions",
  settingsKey: "service_event_handlers.why_not_in_ayon",
  settings,
  offers: ({ items }) =>
    items.some(({ kind }) => kind === "context" || kind === "version"),
  async start(ctx): Promise<Answer> {
    const { selection, project } = ctx;
    const asked = selection.items.filter(
      (i) =>
        (i.kind === "context" || i.kind === "version") &&
        i.projectId === project?.id,
    );
    const facts = await gather(ctx, asked.slice(0, MOST));
    if (facts.length === 0) return message(false, "The project is gone.");
    const more = asked.length - facts.length;
    return {
      kind: "form",
      title: "Why is this not in AYON?",
      submitLabel: "Close",
      items: [
        ...facts.flatMap((one, i) => [
          ...(i === 0 ? [] : [divider]),
          ...itemsFor(one),
        ]),
        ...(more === 0 ? [] : [label(`${more} more were selected.`)]),
      ],
      next: null,
    };
  },
});
