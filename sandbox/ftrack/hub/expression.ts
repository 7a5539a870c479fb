/** Tests a subscription or target expression against an event or a subscriber. */
export type Predicate = (subject: unknown) => boolean;

export class ExpressionError extends Error {}

const TOKEN =
  /\s*(?:(?<mark>!=|>=|<=|=|<|>|\(|\))|"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)'|(?<word>[\w.,/*@+:-]+))/uy;

interface Token {
  readonly kind: "mark" | "text" | "word";
  readonly text: string;
}

/**
 * Compiles `topic=ftrack.update and source.user.username != "bot"`. A field is a dotted path; one that is
 * missing never matches, not even `!=`. A `*` at the end of a value stands for any rest.
 *
 * @throws ExpressionError
 */
export function compileExpression(source: string): Predicate {
  if (source.trim() === "") return () => true;
  const tokens = tokenize(source);
  let at = 0;
  const word = (text: string): boolean => {
    const token = tokens[at];
    if (token?.kind !== "word" || token.text.toLowerCase() !== text)
      return false;
    at++;
    return true;
  };
  const mark = (text: string): boolean => {
    const token = tokens[at];
    if (token?.kind !== "mark" || token.text !== text) return false;
    at++;
    return true;
  };
  const or = (): Predicate => {
    const terms = [and()];
    while (word("or")) terms.push(and());
    return (s) => terms.some((term) => term(s));
  };
  const and = (): Predicate => {
    const terms = [not()];
    while (word("and")) terms.push(not());
    return (s) => terms.every((term) => term(s));
  };
  const not = (): Predicate => {
    if (word("not")) {
      const inner = not();
      return (s) => !inner(s);
    }
    if (mark("(")) {
      const inner = or();
      if (!mark(")")) throw new ExpressionError(`")" expected in ${source}`);
      return inner;
    }
    return condition();
  };
  const condition = (): Predicate => {
    const [field, operator, value] = [
      tokens[at],
      tokens[at + 1],
      tokens[at + 2],
    ];
    at += 3;
    if (
      field?.kind !== "word" ||
      operator?.kind !== "mark" ||
      value === undefined ||
      value.kind === "mark"
    )
      throw new ExpressionError(`Not an expression: ${source}`);
    return compare(field.text.split("."), operator.text, value.text);
  };
  const predicate = or();
  if (at < tokens.length)
    throw new ExpressionError(`Not an expression: ${source}`);
  return predicate;
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = source.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const groups = TOKEN.exec(source)?.groups;
    if (groups === undefined)
      throw new ExpressionError(`Not an expression: ${source}`);
    const { mark, double, single, word } = groups;
    if (mark !== undefined) tokens.push({ kind: "mark", text: mark });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else
      tokens.push({
        kind: "text",
        text: (double ?? single ?? "").replaceAll(/\\(.)/g, "$1"),
      });
  }
  return tokens;
}

function compare(
  path: readonly string[],
  operator: string,
  wanted: string,
): Predicate {
  const test = comparison(operator, wanted);
  return (subject) => {
    const value = lookUp(subject, path);
    return value !== undefined && test(value);
  };
}

function lookUp(subject: unknown, path: readonly string[]): string | undefined {
  let value = subject;
  for (const step of path) {
    if (
      typeof value !== "object" ||
      value === null ||
      !Object.hasOwn(value, step)
    )
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function comparison(
  operator: string,
  wanted: string,
): (value: string) => boolean {
  switch (operator) {
    case "=":
      if (wanted.endsWith("*")) {
        const prefix = wanted.slice(0, -1);
        return (value) => value.startsWith(prefix);
      }
      return (value) => value === wanted;
    case "!=":
      return (value) => value !== wanted;
    default:
      return (value) => ordered(operator, order(value, wanted));
  }
}

function order(a: string, b: string): number {
  const [left, right] = [Number(a), Number(b)];
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  return a === b ? 0 : a > b ? 1 : -1;
}

function ordered(operator: string, difference: number): boolean {
  switch (operator) {
    case ">":
      return difference > 0;
    case "<":
      return difference < 0;
    case ">=":
      return difference >= 0;
    default:
      return difference <= 0;
  }
}
