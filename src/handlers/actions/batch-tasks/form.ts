/** The two forms: which types of tasks, and then what they are called, their status, who works on them. */
import type { ActionBase, FormAnswer } from "../../../core/action.ts";
import { availableStatuses } from "../../../core/available-statuses.ts";
import {
  choiceOf,
  choicesIn,
  choicesOf,
  heading,
  label,
  plain,
  textField,
  textIn,
  type FormOption,
  type FormValues,
} from "../../../core/form.ts";
import type { FtrackId } from "../../../core/ids.ts";
import type {
  FtrackProject,
  FtrackStatus,
  FtrackUser,
  NamedRow,
} from "../../../core/reference.ts";
import { counted } from "../common.ts";
import type { WantedTask } from "./plan.ts";

const TITLE = "Batch Task Create";
const USUAL = "usual";

/** What can be chosen in a project. */
export interface Choices {
  readonly types: readonly NamedRow[];
  readonly statusesOf: (typeId: FtrackId) => readonly FtrackStatus[];
  readonly users: readonly FtrackUser[];
}

export async function readChoices(
  reference: ActionBase["reference"],
  project: FtrackProject,
): Promise<Choices> {
  const [schema, types, statuses, { ftrackUsers }] = await Promise.all([
    reference.schema(project.schemaId),
    reference.taskTypes(),
    reference.statuses(),
    reference.users(),
  ]);
  return {
    types: schema.taskTypes.flatMap(
      (id) => types.find((type) => type.id === id) ?? [],
    ),
    statusesOf: (typeId) =>
      availableStatuses(schema, statuses, { kind: "task", typeId }),
    users: [...ftrackUsers.values()]
      .filter((user) => user.isActive)
      .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), "en")),
  };
}

function nameOf({ firstName, lastName, username }: FtrackUser): string {
  const name = `${firstName} ${lastName}`.trim();
  return name === "" ? username : name;
}

function option({ id, name }: NamedRow): FormOption {
  return { label: name, value: id };
}

/** Where tasks are made. */
export interface Below {
  readonly parents: readonly { readonly id: FtrackId; readonly path: string }[];
  /** How many selected entities could not be read. */
  readonly unread: number;
}

export function typesForm(
  { types }: Choices,
  { parents, unread }: Below,
  hint?: string,
): FormAnswer {
  return {
    kind: "form",
    title: TITLE,
    submitLabel: "Next",
    items: [
      ...(hint === undefined ? [] : [label(`**${hint}**`)]),
      label(
        `Tasks are created below ${counted(parents.length, "entity", "entities")}. Those that are there already stay as they are.`,
      ),
      choicesOf("types", "Types", types.map(option), []),
    ],
    next: { step: "types", state: { parents, unread } },
  };
}

/** The types that were chosen; those that the project does not have are left out. */
export function typesIn(
  values: FormValues,
  { types }: Choices,
): readonly NamedRow[] {
  const chosen = new Set(choicesIn(values, "types"));
  return types.filter(({ id }) => chosen.has(id));
}

/** @param values - what was typed in before, when the form is shown again */
export function detailsForm(
  chosen: {
    readonly below: Below;
    readonly types: readonly NamedRow[];
    readonly choices: Choices;
  },
  hint?: string,
  values: FormValues = {},
): FormAnswer {
  const { types, choices } = chosen;
  const { statusesOf, users } = choices;
  const people = users.map((user) => ({ label: nameOf(user), value: user.id }));
  return {
    kind: "form",
    title: TITLE,
    submitLabel: "Create",
    items: [
      label(
        hint === undefined
          ? "Several names of one type are separated by commas."
          : `**${hint}**`,
      ),
      ...types.flatMap((type) => [
        heading(type.name),
        textField(
          `names_${type.id}`,
          "Names",
          textIn(values, `names_${type.id}`) || type.name.toLowerCase(),
        ),
        choiceOf(
          `status_${type.id}`,
          "Status",
          [
            { label: "- First of the workflow -", value: USUAL },
            ...statusesOf(type.id).map(option),
          ],
          textIn(values, `status_${type.id}`) || USUAL,
        ),
        choicesOf(
          `assignees_${type.id}`,
          "Assignees",
          people,
          choicesIn(values, `assignees_${type.id}`),
        ),
      ]),
    ],
    next: {
      step: "create",
      state: { ...chosen.below, types: types.map(({ id }) => id) },
    },
  };
}

/** The tasks that the second form asks for. Only statuses and people that were offered count. */
export function tasksIn(
  values: FormValues,
  types: readonly NamedRow[],
  { statusesOf, users }: Choices,
): readonly WantedTask[] {
  return types.flatMap((type): readonly WantedTask[] => {
    const names = textIn(values, `names_${type.id}`)
      .split(/[,;\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== "");
    const status = textIn(values, `status_${type.id}`);
    const chosen = new Set(choicesIn(values, `assignees_${type.id}`));
    return (names.length === 0 ? [type.name.toLowerCase()] : names).map(
      (name) => ({
        name,
        typeId: type.id,
        statusId:
          statusesOf(type.id).find(({ id }) => id === status)?.id ?? null,
        assignees: users.map(({ id }) => id).filter((id) => chosen.has(id)),
      }),
    );
  });
}

/** What has to be put right before the tasks can be made; null when nothing has. */
export function hintFor(tasks: readonly WantedTask[]): string | null {
  const seen = new Set<string>();
  for (const { name } of tasks) {
    const key = name.toLowerCase();
    if (seen.has(key))
      return `“${plain(name)}” stands here twice; names must differ.`;
    if (name.includes("/"))
      return `“${plain(name)}” holds a slash, which separates names in paths.`;
    seen.add(key);
  }
  return null;
}
