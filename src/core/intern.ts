/** Gives equal texts back as one: every answer of a server spells the same ids and names anew. */
export type Intern = <T extends string | null>(text: T) => T;

export function interner(): Intern {
  const known = new Map<string, string>();
  return <T extends string | null>(text: T): T => {
    if (text === null) return text;
    const found = known.get(text);
    // The same characters, so the same type.
    if (found !== undefined) return found as T;
    known.set(text, text);
    return text;
  };
}
