import type { Issue } from "./decision.ts";

/** More rows than this nobody reads in a pop-up; the stored report has them all. */
const ROWS = 100;
const ORDER: readonly Issue["severity"][] = ["error", "warning", "info"];

type Item = Readonly<Record<string, unknown>>;

function label(value: string): Item {
  return { type: "label", value };
}

/** Ftrack renders Markdown and HTML in labels; names are data. */
export function plain(text: string): string {
  return text.replace(/[<>&*_`#[\]\\|~]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Issues by rule, the worst first, as the items of a widget. */
export function reportItems(issues: readonly Issue[]): Item[] {
  const groups = new Map<string, Issue[]>();
  for (const severity of ORDER) {
    for (const issue of issues) {
      if (issue.severity !== severity) continue;
      const group = groups.get(issue.rule);
      if (group === undefined) groups.set(issue.rule, [issue]);
      else group.push(issue);
    }
  }
  const items: Item[] = [];
  let left = ROWS;
  for (const [rule, group] of groups) {
    const first = group[0];
    if (first === undefined || left <= 0) continue;
    const shown = group.slice(0, left);
    left -= shown.length;
    if (items.length > 0) items.push(label("---"));
    items.push(
      label(`**${rule}**: ${first.fix}`),
      ...shown.map((issue) =>
        label(`- **${plain(issue.subject.path)}**: ${plain(issue.detail)}`),
      ),
    );
  }
  const hidden = issues.length - (ROWS - left);
  if (hidden > 0) items.push(label(`… and ${hidden} more`));
  return items;
}
