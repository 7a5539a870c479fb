import type { JsonObject } from "../json.ts";

/**
 * Top-level assignments of a Python file whose right side is a literal: text (f-strings of names assigned
 * before too), numbers, True, False, None, lists, tuples and dicts. Everything else is passed over. This is
 * enough for a `package.py` that states facts; it is no Python.
 */
export function pythonAssignments(source: string): JsonObject {
  const values = new Map<string, unknown>();
  const assignment = /^([A-Za-z_]\w*)\s*(?::[^=\n]*)?=(?!=)\s*/gm;
  for (
    let match = assignment.exec(source);
    match !== null;
    match = assignment.exec(source)
  ) {
    const parser = new LiteralParser(source, assignment.lastIndex, values);
    try {
      const value = parser.value();
      values.set(match[1] ?? "", value);
    } catch (error) {
      if (!(error instanceof NoLiteral)) throw error;
    }
  }
  return Object.fromEntries(values);
}

class NoLiteral extends Error {}

class LiteralParser {
  private readonly source: string;
  private readonly names: ReadonlyMap<string, unknown>;
  private at: number;

  constructor(source: string, at: number, names: ReadonlyMap<string, unknown>) {
    this.source = source;
    this.at = at;
    this.names = names;
  }

  value(): unknown {
    this.skip();
    const char = this.source[this.at] ?? "";
    if (char === "{") return this.dict();
    if (char === "[") return this.list("]");
    if (char === "(") return this.list(")");
    if (this.stringStart() !== null) return this.strings();
    const number = this.take(/[-+]?\d[\d_]*(\.\d+)?/y);
    if (number !== null) return Number(number.replaceAll("_", ""));
    const word = this.take(/[A-Za-z_]\w*/y);
    const known = new Map<string | null, unknown>([
      ["True", true],
      ["False", false],
      ["None", null],
    ]);
    if (known.has(word)) return known.get(word);
    if (word !== null && this.names.has(word)) return this.names.get(word);
    throw new NoLiteral();
  }

  private dict(): JsonObject {
    const entries: [string, unknown][] = [];
    this.expect("{");
    while (!this.accept("}")) {
      const key = this.value();
      this.expect(":");
      entries.push([asText(key), this.value()]);
      if (!this.accept(",")) {
        this.expect("}");
        break;
      }
    }
    return Object.fromEntries(entries);
  }

  private list(close: string): unknown[] {
    const items: unknown[] = [];
    this.at += 1;
    while (!this.accept(close)) {
      items.push(this.value());
      if (!this.accept(",")) {
        this.expect(close);
        break;
      }
    }
    return items;
  }

  /** Neighbouring strings are one. */
  private strings(): string {
    let text = "";
    for (
      let start = this.stringStart();
      start !== null;
      start = this.stringStart()
    ) {
      this.at += start.length;
      const quote = start.replace(/^[a-zA-Z]*/, "");
      const end = this.endOf(quote);
      const body = this.source.slice(this.at, end);
      this.at = end + quote.length;
      const plain = /r/i.test(start) ? body : unescape(body);
      text += /f/i.test(start) ? this.filled(plain) : plain;
      this.skip(/[^\S\n]/y);
    }
    return text;
  }

  private stringStart(): string | null {
    const pattern = /[rRbBuUfF]{0,2}("""|'''|"|')/y;
    pattern.lastIndex = this.at;
    return pattern.exec(this.source)?.[0] ?? null;
  }

  private endOf(quote: string): number {
    for (let at = this.at; at < this.source.length; at += 1) {
      if (this.source[at] === "\\") at += 1;
      else if (this.source.startsWith(quote, at)) return at;
    }
    throw new NoLiteral();
  }

  private filled(text: string): string {
    return text.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
      if (!this.names.has(name)) throw new NoLiteral();
      return asText(this.names.get(name));
    });
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0] ?? null;
    this.at += found?.length ?? 0;
    return found;
  }

  private accept(char: string): boolean {
    this.skip();
    if (this.source[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  private expect(char: string): void {
    if (!this.accept(char)) throw new NoLiteral();
  }

  /** White space and comments. */
  private skip(pattern = /\s|#[^\n]*/y): void {
    while (this.take(pattern) !== null);
  }
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function unescape(text: string): string {
  const known: Readonly<Record<string, string>> = {
    n: "\n",
    t: "\t",
    r: "\r",
    "\n": "",
  };
  return text.replaceAll(
    /\\([^])/g,
    (_match, char: string) => known[char] ?? char,
  );
}
