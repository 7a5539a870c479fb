import { z } from "zod";
import {
  ADMIN_LABEL,
  defineAction,
  defineJob,
  message,
  step,
  type Answer,
  type FormAnswer,
  type Work,
  type WorkEnd,
} from "../../../core/action.ts";
import { RejectedError } from "../../../core/errors.ts";
import {
  checkBox,
  choiceOf,
  flagIn,
  label,
  plain,
  textIn,
} from "../../../core/form.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { byCode } from "../../../core/order.ts";
import { inList, is, select } from "../../../core/query.ts";
import type {
  AttributeConfiguration,
  Reference,
} from "../../../core/reference.ts";
import {
  idField,
  idOrNull,
  linkField,
  pathOf,
  type ValueRow,
} from "../../../core/rows.ts";
import { transferHierarchicalValues as settings } from "../../../settings/addon/actions.ts";
import { counted, tally } from "../common.ts";
import { readTree } from "../contexts.ts";
import { definitionsFor, readValues, writeValues } from "../values.ts";
import { obstacleTo, planTransfer, type TransferPlan } from "./plan.ts";

const JOB = "transfer-values";
const MOST_SHOWN = 20;

const request = z.object({
  /** Null: all projects. */
  projectId: idOrNull,
  from: idField,
  to: idField,
  clearFirst: z.boolean(),
});
type Request = z.infer<typeof request>;

async function definitions(
  reference: Reference,
  projectId: FtrackId | null,
): Promise<readonly AttributeConfiguration[]> {
  const all = await reference.configurations();
  return definitionsFor(all, projectId).toSorted((a, b) =>
    byCode(a.key, b.key),
  );
}

const anyValue = z
  .object({
    entity_id: idField,
    configuration_id: idField,
    value: z.unknown().optional(),
  })
  .transform((row): ValueRow => ({
    entityId: row.entity_id,
    configurationId: row.configuration_id,
    value: row.value ?? null,
  }));
const versionRow = z.object({ id: idField });

type Reads = Pick<Work, "ftrack" | "reference">;

async function rowsOf(
  { ftrack }: Reads,
  { projectId, from, to }: Request,
): Promise<readonly ValueRow[]> {
  const ids = [from, to];
  if (projectId === null) {
    const [rows] = await ftrack.query(
      select({
        type: "CustomAttributeValue",
        fields: ["value", "entity_id", "configuration_id"],
        where: inList("configuration_id", ids),
        orderBy: ["entity_id", "configuration_id"],
        row: anyValue,
      }),
    );
    return rows;
  }
  const [tree, [versions]] = await Promise.all([
    readTree(ftrack, projectId),
    ftrack.query(
      select({
        type: "AssetVersion",
        fields: ["id"],
        where: is("asset.parent.project_id", projectId),
        row: versionRow,
      }),
    ),
  ]);
  return readValues(
    ftrack,
    [projectId, ...tree.keys(), ...versions.map((row) => row.id)],
    ids,
  );
}

interface Planned extends TransferPlan {
  readonly rows: readonly ValueRow[];
  readonly source: AttributeConfiguration;
  readonly target: AttributeConfiguration;
}

async function planned(reads: Reads, asked: Request): Promise<Planned> {
  const known = await definitions(reads.reference, asked.projectId);
  const source = known.find((c) => c.id === asked.from);
  const target = known.find((c) => c.id === asked.to);
  const obstacle =
    source === undefined || target === undefined
      ? "One of the attributes is gone."
      : obstacleTo(source, target);
  if (source === undefined || target === undefined || obstacle !== null)
    throw new RejectedError(obstacle ?? "", { code: "E_TRANSFER_REFUSED" });
  const rows = await rowsOf(reads, asked);
  return {
    ...planTransfer(source, target, rows, asked.clearFirst),
    rows,
    source,
    target,
  };
}

const namedRow = z.object({ id: idField, link: linkField });

/** Paths of contexts, for people; ids for what is none. */
async function pathsOf(
  { ftrack }: Reads,
  ids: readonly FtrackId[],
): Promise<ReadonlyMap<FtrackId, string>> {
  if (ids.length === 0) return new Map();
  const [rows] = await ftrack.query(
    select({
      type: "Context",
      fields: ["id", "link"],
      where: inList("id", ids),
      row: namedRow,
    }),
  );
  return new Map(rows.map((row) => [row.id, pathOf(row.link)]));
}

async function transfer(asked: Request, work: Work): Promise<WorkEnd> {
  work.progress(0, 1, "reading");
  const { changes, refused, rows, source, target } = await planned(work, asked);
  if (refused.length > 0) {
    const paths = await pathsOf(
      work,
      refused.map(({ id }) => id),
    );
    return {
      success: false,
      message: `Nothing was changed: ${counted(refused.length, "value")} cannot be converted, see the file.`,
      file: {
        name: "not-convertible.txt",
        text: `${refused.map(({ id, why }) => `${paths.get(id) ?? id}: ${why}`).join("\n")}\n`,
      },
    };
  }
  if (changes.length === 0)
    return { success: true, message: "All values were as they should be." };
  const touched = new Set(changes.map((change) => change.entityId));
  if (work.saved === null) {
    // What is lost otherwise, and before anything is.
    await work.attach({
      name: `undo-${target.key}.json`,
      text: JSON.stringify(
        {
          attribute: target.key,
          configurationId: target.id,
          rows: [...touched].map((entityId) => {
            const row = rows.find(
              (r) => r.entityId === entityId && r.configurationId === target.id,
            );
            return row === undefined
              ? { entityId, hadRow: false }
              : { entityId, hadRow: true, value: row.value };
          }),
        },
        null,
        1,
      ),
    });
    await work.save({ undoAttached: true });
  }
  const results = await writeValues(work, asked.projectId, changes);
  const told = tally(
    results,
    `of ${source.key} written to ${target.key}`,
    "value",
  );
  return { success: told.success, message: told.message };
}

async function firstForm(
  reference: Reference,
  project: { readonly id: FtrackId; readonly fullName: string } | null,
  note?: string,
): Promise<Answer> {
  const known = await definitions(reference, project?.id ?? null);
  if (known.length < 2)
    return message(true, "Ftrack has fewer than two hierarchical attributes.");
  const options = known.map(({ id, key, label: title, type }) => ({
    label: `${key} (${title}, ${type})`,
    value: id,
  }));
  return {
    kind: "form",
    title: "Transfer values between 2 custom attributes",
    submitLabel: "Show what would happen",
    items: [
      ...(note === undefined ? [] : [label(`**${plain(note)}**`)]),
      choiceOf("src_attr_id", "Values of", options, known[0]?.id ?? ""),
      choiceOf("dst_attr_id", "become values of", options, known[1]?.id ?? ""),
      checkBox(
        "delete_dst_attr_first",
        "Remove the values of the second one where the first has none",
        false,
      ),
      choiceOf(
        "scope",
        "In",
        [
          ...(project === null
            ? []
            : [{ label: project.fullName, value: "project" }]),
          { label: "all projects", value: "all" },
        ],
        project === null ? "all" : "project",
      ),
    ],
    next: { step: "preview", state: null },
  };
}

function preview(
  asked: Request,
  plan: Planned,
  lines: readonly string[],
): FormAnswer {
  const scope =
    asked.projectId === null ? "in **all projects**" : "in the project";
  const canGo = plan.refused.length === 0 && plan.changes.length > 0;
  return {
    kind: "form",
    title: "Transfer values between 2 custom attributes",
    ...(canGo ? { submitLabel: "Transfer" } : {}),
    items: [
      label(
        `${plain(plan.source.key)} → ${plain(plan.target.key)}, ${scope}: ${counted(plan.set, "value")} would be written, ${counted(plan.removed, "value")} removed. A file with the values before is attached to the job.`,
      ),
      ...(lines.length === 0
        ? []
        : [
            label(
              `**Nothing can be transferred:** ${counted(plan.refused.length, "value")} cannot be converted.\n${lines.map((line) => `- ${plain(line)}`).join("\n")}`,
            ),
          ]),
    ],
    next: canGo ? { step: "transfer", state: asked } : null,
  };
}

export const transferValues = defineAction({
  identifier: "ayon.transfer.hierarchical.values",
  label: ADMIN_LABEL,
  variant: "- Transfer values between 2 custom attributes",
  description: "Copy the values of one hierarchical attribute to another.",
  shown: "anything",
  settingsKey:
    "service_event_handlers.transfer_values_of_hierarchical_attributes",
  settings,
  offers: () => true,
  start: ({ reference, project }) => {
    reference.refresh("configurations");
    return firstForm(reference, project);
  },
  steps: {
    preview: step(z.null(), async (ctx, values): Promise<Answer> => {
      const { reference, project } = ctx;
      const isOne = textIn(values, "scope") === "project";
      const projectId = isOne ? (project?.id ?? null) : null;
      const known = await definitions(reference, projectId);
      const source = known.find((c) => c.id === textIn(values, "src_attr_id"));
      const target = known.find((c) => c.id === textIn(values, "dst_attr_id"));
      const obstacle =
        source === undefined || target === undefined
          ? "Choose two attributes of all projects."
          : obstacleTo(source, target);
      if (source === undefined || target === undefined || obstacle !== null)
        return firstForm(reference, project, obstacle ?? "");
      const asked: Request = {
        projectId,
        from: source.id,
        to: target.id,
        clearFirst: flagIn(values, "delete_dst_attr_first"),
      };
      const plan = await planned(ctx, asked);
      const shown = plan.refused.slice(0, MOST_SHOWN);
      const paths = await pathsOf(
        ctx,
        shown.map(({ id }) => id),
      );
      return preview(
        asked,
        plan,
        shown.map(({ id, why }) => `${paths.get(id) ?? id}: ${why}`),
      );
    }),
    transfer: step(request, (_ctx, _values, asked): Answer => ({
      kind: "job",
      job: JOB,
      key: `${JOB}-${asked.to}`,
      data: asked,
      message: "The values are being transferred; see your jobs.",
    })),
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Transfer values",
      data: request,
      run: transfer,
    }),
  ],
});
