export interface Token {
  readonly kind: "word" | "text" | "mark" | "end";
  readonly text: string;
  /** Whether blanks precede it: `parent[Shot].name` is one path, `a .b` is not. */
  readonly spaced: boolean;
}

/** Thrown with what is wrong; the runner turns it into the server's error. */
export class QuerySyntaxError extends Error {}

const MARKS = ["!=", ">=", "<=", "=", ">", "<", "(", ")", "[", "]", ","];
const WORD = /[\p{L}\p{N}_.:%@*+\-/]+/uy;

/** Splits a query. Blanks are needed between words only: `id is "a"and key is "b"` is fine. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    const start = at;
    while (at < source.length && /\s/.test(source.charAt(at))) at++;
    const spaced = at > start;
    if (at >= source.length) {
      tokens.push({ kind: "end", text: "", spaced });
      return tokens;
    }
    const char = source.charAt(at);
    if (char === '"' || char === "'") {
      const { text, next } = readText(source, at);
      tokens.push({ kind: "text", text, spaced });
      at = next;
      continue;
    }
    const mark = MARKS.find((m) => source.startsWith(m, at));
    if (mark !== undefined) {
      tokens.push({ kind: "mark", text: mark, spaced });
      at += mark.length;
      continue;
    }
    WORD.lastIndex = at;
    const word = WORD.exec(source)?.[0];
    if (word === undefined)
      throw new QuerySyntaxError(`unexpected ${JSON.stringify(char)}`);
    tokens.push({ kind: "word", text: word, spaced });
    at += word.length;
  }
}

function readText(
  source: string,
  start: number,
): { readonly text: string; readonly next: number } {
  const quote = source.charAt(start);
  let text = "";
  let at = start + 1;
  for (; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === quote) return { text, next: at + 1 };
    if (char === "\\" && at + 1 < source.length) {
      at++;
      text += source.charAt(at);
    } else text += char;
  }
  throw new QuerySyntaxError("unterminated text");
}
