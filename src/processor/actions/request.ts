import { z } from "zod";
import type { FtrackEvent } from "../../core/event.ts";
import type { FormValues } from "../../core/form.ts";

export const DISCOVER = "ftrack.action.discover";
export const LAUNCH = "ftrack.action.launch";

/** What is selected, as the interface names it: a table's name and an id. */
export interface Reference {
  readonly id: string;
  /** Lower case, without underscores. */
  readonly table: string;
}

export interface ActionRequest {
  /** "" for a discover. */
  readonly identifier: string;
  readonly selected: readonly Reference[];
  /** Of a form that was sent in; null for a click. */
  readonly values: FormValues | null;
}

/** Rows that are never what an action is about. */
const IGNORED = new Set(["socialfeed", "socialnotification", "team"]);

const requestData = z.looseObject({
  actionIdentifier: z.string().catch(""),
  selection: z
    .array(
      z
        .looseObject({ entityId: z.string().min(1), entityType: z.string() })
        .nullable()
        .catch(null),
    )
    .catch([]),
  values: z.record(z.string(), z.unknown()).nullish().catch(null),
});

export function requestOf(event: FtrackEvent): ActionRequest {
  const { actionIdentifier, selection, values } = requestData.parse(event.data);
  const selected = selection.flatMap((item): Reference[] => {
    if (item === null) return [];
    const table = item.entityType.toLowerCase().replaceAll("_", "");
    return IGNORED.has(table) ? [] : [{ id: item.entityId, table }];
  });
  // Some interfaces send no values with a click, others none at all.
  const isForm =
    values !== null && values !== undefined && Object.keys(values).length > 0;
  return {
    identifier: actionIdentifier,
    selected,
    values: isForm ? values : null,
  };
}
