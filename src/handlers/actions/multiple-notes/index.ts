import { z } from "zod";
import {
  defineAction,
  message,
  step,
  type ActionBase,
  type Answer,
} from "../../../core/action.ts";
import type { FtrackCreate } from "../../../core/change.ts";
import { choiceOf, label, textArea, textIn } from "../../../core/form.ts";
import { deriveFtrackId } from "../../../core/ids.ts";
import { select } from "../../../core/query.ts";
import { idField } from "../../../core/rows.ts";
import { multipleNotes as settings } from "../../../settings/addon/actions.ts";
import { changesOnly, counted, subjectOf, tally } from "../common.ts";

const NO_CATEGORY = "none";

const category = z.object({ id: idField, name: z.string() });

function noteOn(
  item: ActionBase["selection"]["items"][number],
  { user, clickId }: ActionBase,
  content: string,
  categoryId: string | null,
): FtrackCreate {
  const id = deriveFtrackId(`note ${clickId} ${item.id}`);
  return {
    kind: "ftrack.create",
    id,
    subject: subjectOf(item),
    entityType: "Note",
    data: {
      id,
      content,
      user_id: user.id,
      parent_id: item.id,
      parent_type: item.type,
      ...(categoryId === null ? {} : { category_id: categoryId }),
    },
  };
}

export const multipleNotes = defineAction({
  identifier: "ayon.multiple.notes.server",
  label: "Multiple Notes",
  description: "Write one note on all selected versions.",
  shown: "asset versions",
  settingsKey: "service_event_handlers.multiple_notes",
  settings,
  offers: ({ items }) => items.every((item) => item.kind === "version"),
  async start({ ftrack, selection }): Promise<Answer> {
    const [categories] = await ftrack.query(
      select({
        type: "NoteCategory",
        fields: ["id", "name"],
        orderBy: "name",
        row: category,
      }),
    );
    return {
      kind: "form",
      title: "Multiple Notes",
      submitLabel: "Write",
      items: [
        label(
          `The note is written on ${counted(selection.items.length, "version")}.`,
        ),
        textArea("note", "Note"),
        choiceOf(
          "category",
          "Category",
          [
            { label: "- None -", value: NO_CATEGORY },
            ...categories.map(({ id, name }) => ({ label: name, value: id })),
          ],
          NO_CATEGORY,
        ),
      ],
      next: { step: "write", state: categories.map(({ id }) => id) },
    };
  },
  steps: {
    write: step(z.array(z.string()), (ctx, values, categories) => {
      const content = textIn(values, "note");
      if (content === "")
        return message(true, "The note was empty; nothing was written.");
      const chosen = textIn(values, "category");
      const categoryId = categories.includes(chosen) ? chosen : null;
      return {
        kind: "write",
        decision: changesOnly(
          ctx.selection.items.map((item) =>
            noteOn(item, ctx, content, categoryId),
          ),
        ),
        told: (results) => tally(results, "written", "note"),
      };
    }),
  },
});
