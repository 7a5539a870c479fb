import {
  choiceOf,
  label,
  plain,
  textField,
  textIn,
  type FormItem,
  type FormValues,
} from "../../../core/form.ts";
import { slug } from "../../../core/slug.ts";

/** What AYON takes for the name and the code of a project. */
const NAME = /^[a-zA-Z0-9_]+$/;
const CODE = /^[a-zA-Z0-9_]{2,}$/;

export interface Names {
  /** Full name in Ftrack, name in AYON. */
  readonly name: string;
  /** Name in Ftrack, code in AYON. */
  readonly code: string;
}

interface KnownProject extends Names {
  readonly active: boolean;
}

export interface NameProblems {
  readonly name: string | null;
  readonly code: string | null;
}

/**
 * What is wrong with the names of a project; a project of AYON that has both is the one to prepare again.
 *
 * @param others - all projects of AYON
 */
export function problemsOf(
  { name, code }: Names,
  others: readonly KnownProject[],
): NameProblems {
  const same = others.find((p) => p.name === name);
  const taken = others.find(
    (p) => p.code.toLowerCase() === code.toLowerCase() && p.name !== name,
  );
  return {
    name: NAME.test(name)
      ? null
      : "AYON takes only letters, digits and underscores (a-Z, 0-9, _).",
    code: !CODE.test(code)
      ? "AYON takes at least two letters, digits or underscores."
      : taken !== undefined && same === undefined
        ? `The AYON project “${taken.name}” has this code.`
        : null,
  };
}

/** Why a project cannot be prepared although its names are well; null when it can. */
export function obstacleOf(
  { name }: Names,
  others: readonly KnownProject[],
): string | null {
  const same = others.find((p) => p.name.toLowerCase() === name.toLowerCase());
  if (same === undefined) return null;
  if (same.name !== name)
    return `AYON has a project “${same.name}”, which differs from “${name}” only in the case of letters. Give the Ftrack project that very name, or another one.`;
  return same.active
    ? null
    : `AYON has an archived project “${name}”. Make it active there, or give the Ftrack project another name.`;
}

export function renameItems(
  current: Names,
  typed: Names,
  problems: NameProblems,
  isAgain: boolean,
): readonly FormItem[] {
  const line = (what: string, value: string, problem: string | null): string =>
    `- ${what} “${plain(value)}”: ${problem === null ? "valid" : `**invalid**. ${plain(problem)}`}`;
  return [
    label(
      [
        "Name and code of the project become those of the AYON project.",
        line("Name", typed.name, problems.name),
        line("Code", typed.code, problems.code),
      ].join("\n"),
    ),
    choiceOf(
      "invalid_name_action",
      "What to do",
      [
        { label: "Do not prepare the project", value: "skip_prep" },
        { label: "Rename the project in Ftrack", value: "rename" },
      ],
      isAgain ? "rename" : "skip_prep",
    ),
    textField(
      "new_project_name",
      "New name",
      problems.name !== null && !isAgain ? slug(current.name) : typed.name,
    ),
    textField(
      "new_project_code",
      "New code",
      problems.code !== null && !isAgain ? slug(current.code) : typed.code,
    ),
    label("Renaming changes the project in Ftrack, for everybody."),
  ];
}

/** Null when the project shall be left alone. */
export function renamed(values: FormValues): Names | null {
  if (textIn(values, "invalid_name_action") !== "rename") return null;
  return {
    name: textIn(values, "new_project_name"),
    code: textIn(values, "new_project_code"),
  };
}
