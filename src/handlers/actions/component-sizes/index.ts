import { z } from "zod";
import {
  ADMIN_LABEL,
  defineAction,
  defineJob,
  step,
  type Answer,
  type Work,
  type WorkEnd,
} from "../../../core/action.ts";
import { RejectedError } from "../../../core/errors.ts";
import { choiceOf, textIn } from "../../../core/form.ts";
import type { FtrackId } from "../../../core/ids.ts";
import { byCode } from "../../../core/order.ts";
import { and, inList, is, select } from "../../../core/query.ts";
import { idField, idOrNull } from "../../../core/rows.ts";
import { projectComponentsSizes as settings } from "../../../settings/addon/actions.ts";
import { counted, numberOrNull, textOrEmpty } from "../common.ts";

const JOB = "component-sizes";
/** The locations that take room on Ftrack's own disks; the same ids on every server. */
const LOCATIONS = [
  "3a372bde-05bc-11e4-8908-20c9d081909b",
  "cd41be70-8809-11e3-b98a-20c9d081909b",
];
const UNKNOWN = -1;

const jobData = z.object({
  /** Null: all projects. */
  projectId: idOrNull,
});
const projectRow = z.object({ id: idField, full_name: textOrEmpty });
const locationRow = z.object({
  component_id: idField,
  component: z.looseObject({ size: numberOrNull }).nullish(),
});
const checkpoint = z
  .object({ sizes: z.record(z.string(), z.number()) })
  .nullable()
  .catch(null);

interface Size {
  readonly name: string;
  readonly bytes: number;
}

/** A component in both locations counts once. */
async function sizeOf(work: Work, projectId: FtrackId): Promise<number> {
  const [rows] = await work.ftrack.query(
    select({
      type: "ComponentLocation",
      fields: ["id", "component_id", "component.size"],
      where: and(
        inList("location_id", LOCATIONS),
        is("component.version.asset.parent.project_id", projectId),
      ),
      row: locationRow,
    }),
  );
  const sizes = new Map(
    rows.map((row) => [row.component_id, row.component?.size ?? 0]),
  );
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** "1.50 GiB". */
export function readable(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(2)} ${UNITS[unit] ?? ""}`;
}

/** Largest first. */
export function csvOf(sizes: readonly Size[]): string {
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = sizes
    .toSorted((a, b) => b.bytes - a.bytes || byCode(a.name, b.name))
    .map(({ name, bytes }) =>
      [
        cell(name),
        cell(bytes === UNKNOWN ? "unknown" : readable(bytes)),
        bytes,
      ].join(","),
    );
  return ["Project,Size,Bytes", ...rows, ""].join("\n");
}

async function calculate(
  projectId: FtrackId | null,
  work: Work,
): Promise<WorkEnd> {
  const [projects] = await work.ftrack.query(
    select({
      type: "Project",
      fields: ["id", "full_name"],
      row: projectRow,
      ...(projectId === null ? {} : { where: is("id", projectId) }),
    }),
  );
  const sizes = new Map(
    Object.entries(checkpoint.parse(work.saved)?.sizes ?? {}),
  );
  const failed: string[] = [];
  for (const [i, project] of projects.entries()) {
    work.progress(i, projects.length, project.full_name);
    if (sizes.has(project.id)) continue;
    try {
      sizes.set(project.id, await sizeOf(work, project.id));
    } catch (thrown) {
      // One project that the server will not tell about does not keep the others from being told.
      if (!(thrown instanceof RejectedError)) throw thrown;
      failed.push(project.full_name);
      sizes.set(project.id, UNKNOWN);
    }
    await work.save({ sizes: Object.fromEntries(sizes) });
  }
  const rows = projects.map((project): Size => ({
    name: project.full_name,
    bytes: sizes.get(project.id) ?? UNKNOWN,
  }));
  const total = rows.reduce((sum, { bytes }) => sum + Math.max(0, bytes), 0);
  return {
    success: failed.length === 0,
    message: `${counted(rows.length, "project")}, ${readable(total)}; download the file for all sizes.${failed.length === 0 ? "" : ` Unknown: ${failed.join(", ")}.`}`,
    file: { name: "project-sizes.csv", text: csvOf(rows) },
  };
}

export const componentSizes = defineAction({
  identifier: "project.components.sizes",
  label: ADMIN_LABEL,
  variant: "- Calculate project component sizes",
  description: "How much room the files of projects take on Ftrack's disks.",
  shown: "anything",
  settingsKey: "service_event_handlers.project_components_sizes",
  settings,
  offers: () => true,
  start({ project }): Answer {
    return {
      kind: "form",
      title: "Project component sizes",
      submitLabel: "Calculate",
      items: [
        choiceOf(
          "which",
          "Projects",
          [
            { label: "All projects", value: "all" },
            ...(project === null
              ? []
              : [{ label: project.fullName, value: "selected" }]),
          ],
          "all",
        ),
      ],
      next: { step: "start", state: project?.id ?? null },
    };
  },
  steps: {
    start: step(idOrNull, (_ctx, values, selected): Answer => {
      const projectId =
        textIn(values, "which") === "selected" ? selected : null;
      return {
        kind: "job",
        job: JOB,
        key: `${JOB}-${projectId ?? "all"}`,
        data: { projectId },
        message: "The sizes are being calculated; see your jobs.",
      };
    }),
  },
  jobs: [
    defineJob({
      kind: JOB,
      title: "Project component sizes",
      data: jobData,
      run: ({ projectId }, work) => calculate(projectId, work),
    }),
  ],
});
