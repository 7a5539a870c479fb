import type {
  Comparison,
  Expression,
  Item,
  Literal,
  Ordering,
  Path,
  Query,
  Step,
} from "./ast.ts";
import { QuerySyntaxError, tokenize, type Token } from "./lexer.ts";

/** Maps, not objects: words come from clients, and `constructor` is a word. */
const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ["is", "is"],
  ["=", "is"],
  ["is_not", "is_not"],
  ["!=", "is_not"],
  ["like", "like"],
  ["not_like", "not_like"],
  [">", ">"],
  ["after", ">"],
  ["greater_than", ">"],
  ["<", "<"],
  ["before", "<"],
  ["less_than", "<"],
  [">=", ">="],
  ["<=", "<="],
]);
const AGGREGATES = new Set(["count", "sum", "avg", "min", "max"]);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const DESCENDING: ReadonlyMap<string, boolean> = new Map([
  ["asc", false],
  ["ascending", false],
  ["desc", true],
  ["descending", true],
]);

/**
 * Reads a query.
 *
 * @throws QuerySyntaxError
 */
export function parseQuery(source: string): Query {
  const parser = new Parser(tokenize(source));
  const query = parser.query();
  parser.expectEnd();
  return query;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  query(): Query {
    let items: Item[] | undefined;
    if (this.#takeWord("select")) {
      items = this.#list(() => this.#item());
      this.#expectWord("from");
    }
    const type = this.#name("a type");
    const where = this.#takeWord("where") ? this.#or() : undefined;
    let groupBy: Path[] = [];
    let orderBy: Ordering[] = [];
    let offset: number | undefined;
    let limit: number | undefined;
    for (;;) {
      if (this.#takeWord("group")) {
        this.#expectWord("by");
        groupBy = this.#list(() => this.#path());
      } else if (this.#takeWord("order")) {
        this.#expectWord("by");
        orderBy = this.#list(() => this.#ordering());
      } else if (offset === undefined && this.#takeWord("offset"))
        offset = this.#count();
      else if (limit === undefined && this.#takeWord("limit"))
        limit = this.#count();
      else break;
    }
    return { items, type, where, groupBy, orderBy, offset: offset ?? 0, limit };
  }

  expectEnd(): void {
    const token = this.#peek();
    if (token.kind !== "end") throw unexpected(token);
  }

  #item(): Item {
    const name = this.#peek().text.toLowerCase();
    if (AGGREGATES.has(name) && this.#peek(1).text === "(") {
      this.#at += 2;
      const path = this.#path();
      this.#expectMark(")");
      return { kind: "aggregate", name, path };
    }
    return { kind: "path", path: this.#path() };
  }

  #ordering(): Ordering {
    const path = this.#path();
    const direction = DESCENDING.get(this.#peek().text.toLowerCase());
    if (direction !== undefined) this.#at++;
    return { path, descending: direction ?? false };
  }

  #or(): Expression {
    const terms = [this.#and()];
    while (this.#takeWord("or")) terms.push(this.#and());
    return terms[0] !== undefined && terms.length === 1
      ? terms[0]
      : { kind: "or", terms };
  }

  #and(): Expression {
    const terms = [this.#not()];
    while (this.#takeWord("and")) terms.push(this.#not());
    return terms[0] !== undefined && terms.length === 1
      ? terms[0]
      : { kind: "and", terms };
  }

  #not(): Expression {
    if (this.#takeWord("not")) return { kind: "not", term: this.#not() };
    if (this.#takeMark("(")) {
      const inner = this.#or();
      this.#expectMark(")");
      return inner;
    }
    return this.#criterion();
  }

  #criterion(): Expression {
    const path = this.#path();
    const operator = this.#take();
    const word = operator.text.toLowerCase();
    if (operator.kind === "text" || operator.kind === "end")
      throw unexpected(operator);
    if (word === "has" || word === "any") {
      this.#expectMark("(");
      const inner = this.#takeMark(")") ? undefined : this.#or();
      if (inner !== undefined) this.#expectMark(")");
      return { kind: "some", relation: word, path, inner };
    }
    if (word === "in" || word === "not_in") {
      this.#expectMark("(");
      const values = this.#isWord("select")
        ? this.query()
        : this.#list(() => this.#literal());
      this.#expectMark(")");
      return { kind: "in", path, negated: word === "not_in", values };
    }
    const comparison = COMPARISONS.get(word);
    if (comparison === undefined) throw unexpected(operator);
    return { kind: "compare", path, comparison, value: this.#literal() };
  }

  /** `a.b[Type].c`; a cast splits the word, so the rest follows without a blank. */
  #path(): Path {
    const steps: Step[] = [];
    let token = this.#take();
    let names = token.kind === "word" ? token.text.split(".") : [];
    for (;;) {
      for (const name of names) {
        if (!NAME.test(name)) throw unexpected(token);
        steps.push({ name });
      }
      const last = steps.at(-1);
      if (last === undefined) throw unexpected(token);
      if (!this.#takeMark("[")) return steps;
      steps[steps.length - 1] = { ...last, cast: this.#name("a type") };
      this.#expectMark("]");
      token = this.#peek();
      if (token.kind !== "word" || token.spaced || !token.text.startsWith("."))
        return steps;
      this.#at++;
      names = token.text.slice(1).split(".");
    }
  }

  #literal(): Literal {
    const token = this.#take();
    if (token.kind !== "text" && token.kind !== "word") throw unexpected(token);
    return { text: token.text, quoted: token.kind === "text" };
  }

  #count(): number {
    const token = this.#take();
    if (!/^\d+$/.test(token.text)) throw unexpected(token);
    return Number(token.text);
  }

  #name(what: string): string {
    const token = this.#take();
    if (token.kind !== "word" || !NAME.test(token.text))
      throw new QuerySyntaxError(`${what} expected, not "${token.text}"`);
    return token.text;
  }

  #list<T>(read: () => T): T[] {
    const found = [read()];
    while (this.#takeMark(",")) found.push(read());
    return found;
  }

  #peek(ahead = 0): Token {
    return (
      this.#tokens[this.#at + ahead] ?? { kind: "end", text: "", spaced: false }
    );
  }

  #take(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #isWord(word: string): boolean {
    const token = this.#peek();
    return token.kind === "word" && token.text.toLowerCase() === word;
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#at++;
    return true;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw unexpected(this.#peek(), word);
  }

  #takeMark(mark: string): boolean {
    const token = this.#peek();
    if (token.kind !== "mark" || token.text !== mark) return false;
    this.#at++;
    return true;
  }

  #expectMark(mark: string): void {
    if (!this.#takeMark(mark)) throw unexpected(this.#peek(), mark);
  }
}

function unexpected(token: Token, wanted?: string): QuerySyntaxError {
  const what = token.kind === "end" ? "end of query" : `"${token.text}"`;
  return new QuerySyntaxError(
    wanted === undefined
      ? `unexpected ${what}`
      : `"${wanted}" expected, not ${what}`,
  );
}
