import type { z } from "zod";
import { flag, model, type Model, text, texts } from "./define.ts";

/** Roles as Ftrack's default set-up spells them. Compared without regard to case. */
export const MANAGERS = ["Administrator", "Project Manager"] as const;
export const MANAGERS_OLD = ["Administrator", "Project manager"] as const;

type Flag = ReturnType<typeof flag>;
type Texts = ReturnType<typeof texts>;

export function enabled(value = true): Flag {
  return flag(value, { title: "Enabled" });
}

export function roles(value: readonly string[]): Texts {
  return texts(value, {
    title: "Roles for the action",
    description:
      "Ftrack security roles of which a user needs one to see and run the action. Empty: everybody.",
  });
}

/** Roles that gate an event handler, which otherwise answers to everybody's changes. */
export function eventRoles(): Texts {
  return texts([], {
    title: "Roles whose changes count",
    description:
      "Ftrack security roles of which the acting user needs one for this rule to answer. Empty: everybody's changes count.",
    isOwn: true,
  });
}

/** An action that has nothing to set but who may run it. */
export function action(
  value: readonly string[],
): Model<{ enabled: Flag; role_list: Texts }> {
  return model(
    { name: "ActionSettings" },
    { enabled: enabled(), role_list: roles(value) },
  );
}

/** A name and what belongs to it: settings have lists of rows where one would expect a mapping. */
export const namedTexts = model(
  { name: "NamedTexts", layout: "expanded" },
  { name: text("", { title: "Name" }), value: texts([], { title: "Values" }) },
);

export type NamedTexts = z.infer<typeof namedTexts>;
