import type { Issue } from "./decision.ts";
import { divider, label, plain, type FormItem } from "./form.ts";

/** More rows than this nobody reads in a pop-up; the stored report has them all. */
const ROWS = 100;
const ORDER: readonly Issue["severity"][] = ["error", "warning", "info"];

/** Issues by rule, the worst first, as the items of a widget. */
export function reportItems(issues: readonly Issue[]): FormItem[] {
  const groups = new Map<string, Issue[]>();
  for (const severity of ORDER) {
    for (const issue of issues) {
      if (issue.severity !== severity) continue;
      const group = groups.get(issue.rule);
      if (group === undefined) groups.set(issue.rule, [issue]);
      else group.push(issue);
    }
  }
  const items: FormItem[] = [];
  let left = ROWS;
  for (const [rule, group] of groups) {
    const first = group[0];
    if (first === undefined || left <= 0) continue;
    const shown = group.slice(0, left);
    left -= shown.length;
    if (items.length > 0) items.push(divider);
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
