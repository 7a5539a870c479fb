/** Characters (code points) that AYON takes in one comment. */
export const MAX_BODY = 2000;
/** More parts than this nobody reads; the rest stays in Ftrack. */
const MAX_PARTS = 10;
/** Room for "(10/10) ". */
const COUNTER = 8;

/**
 * A note as the bodies of one or more comments: as it stands when it fits, else cut between paragraphs, lines
 * or words and numbered. What would need more than ten comments is clipped, and says so.
 *
 * @param link - shown where a note is clipped; null when there is none
 */
export function bodiesOf(text: string, link: string | null): string[] {
  const characters = Array.from(text.trim());
  if (characters.length <= MAX_BODY) return [characters.join("")];
  const parts: string[] = [];
  let rest = characters;
  while (rest.length > 0) {
    const isLast = parts.length === MAX_PARTS - 1;
    if (isLast && rest.length > MAX_BODY - COUNTER) {
      const note = `… The rest is in Ftrack${link === null ? "." : `: ${link}`}`;
      const room = MAX_BODY - COUNTER - Array.from(note).length - 1;
      parts.push(`${rest.slice(0, room).join("").trimEnd()}\n${note}`);
      break;
    }
    const end = cutAt(rest, MAX_BODY - COUNTER);
    parts.push(rest.slice(0, end).join("").trimEnd());
    rest = trimStart(rest.slice(end));
  }
  return parts.map((part, i) => `(${i + 1}/${parts.length}) ${part}`);
}

/** Where to cut: behind the last paragraph, line or word that fits, if that leaves half a comment at least. */
function cutAt(characters: readonly string[], room: number): number {
  if (characters.length <= room) return characters.length;
  const head = characters.slice(0, room).join("");
  for (const boundary of ["\n\n", "\n", " "]) {
    const at = head.lastIndexOf(boundary);
    if (at >= head.length / 2) return Array.from(head.slice(0, at)).length;
  }
  return room;
}

function trimStart(characters: readonly string[]): string[] {
  const first = characters.findIndex((c) => c.trim() !== "");
  return first < 0 ? [] : characters.slice(first);
}

/** The beginning of a text on one line, for quoting. */
export function excerptOf(text: string, length = 80): string {
  const line = Array.from(text.trim().split("\n", 1)[0]?.trim() ?? "");
  return line.length <= length
    ? line.join("")
    : `${line
        .slice(0, length - 1)
        .join("")
        .trimEnd()}…`;
}
