import type { Action } from "../../core/action.ts";

/**
 * An entry of the menu. Its fields come back with the click, which says nothing about who sent it: nothing
 * is read from them.
 */
export function menuItem(
  action: Action,
  icon: string | null,
): Readonly<Record<string, string>> {
  return {
    actionIdentifier: action.identifier,
    label: action.label,
    ...(action.variant === undefined ? {} : { variant: action.variant }),
    description: action.description,
    ...(icon === null ? {} : { icon }),
  };
}
