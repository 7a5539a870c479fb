/** Python source as text, laid out as Python's own formatters would. */

const WIDTH = 88;

/** A literal; JSON's strings and numbers are Python's too. */
export function literal(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string" || typeof value === "number")
    return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  throw new Error(`No literal for ${typeof value}`);
}

/** A keyword argument on lines of its own; a long text is broken between words. */
export function argument(
  name: string,
  value: string,
  indent: string,
): readonly string[] {
  const line = `${indent}${name}=${value},`;
  if (line.length <= WIDTH || !value.startsWith('"')) return [line];
  const room = WIDTH - indent.length - 6;
  const parts = words(JSON.parse(value) as string, room);
  return [
    `${indent}${name}=(`,
    ...parts.map((part) => `${indent}    ${JSON.stringify(part)}`),
    `${indent}),`,
  ];
}

export function docstring(text: string, indent: string): readonly string[] {
  const oneLine = `${indent}"""${text}"""`;
  if (oneLine.length <= WIDTH) return [oneLine];
  const [first = "", ...rest] = words(text, WIDTH - indent.length - 3).map(
    (part) => part.trimEnd(),
  );
  return [
    `${indent}"""${first}`,
    ...rest.map((part) => `${indent}${part}`),
    `${indent}"""`,
  ];
}

/** Pieces of at most `room` characters that, put together, are the text again. */
function words(text: string, room: number): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const word of text.split(/(?<= )/)) {
    if (piece !== "" && piece.length + word.length > room) {
      pieces.push(piece);
      piece = "";
    }
    piece += word;
  }
  return [...pieces, piece];
}
