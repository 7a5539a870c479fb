/**
 * Rows of one query as plain data.
 *
 * Two things of the wire end here. Dates: `{__type__: "date"}` of newer servers, and the client's date
 * objects where those were asked for, become ISO text (an unreadable one becomes null). Stubs: a server
 * that does not know the option to repeat entities writes each once per answer and elsewhere only its key;
 * a later occurrence is filled from the first, as the client itself does.
 *
 * The result may share objects; the query's schema copies what it needs out of it.
 */
export function plainRows(rows: readonly unknown[]): unknown[] {
  const known = new Map<string, Record<string, unknown>>();
  const stubs: {
    readonly key: string;
    readonly stub: Record<string, unknown>;
  }[] = [];

  function walk(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(walk);
    const date = dateText(value);
    if (date !== undefined) return date;
    const entity: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) entity[key] = walk(inner);
    remember(entity);
    return entity;
  }

  function remember(entity: Record<string, unknown>): void {
    const { __entity_type__: type, id } = entity;
    if (typeof type !== "string" || typeof id !== "string") return;
    const key = `${type} ${id}`;
    const first = known.get(key);
    if (first === undefined) {
      known.set(key, entity);
      return;
    }
    for (const [name, value] of Object.entries(entity)) {
      if (!Object.hasOwn(first, name)) first[name] = value;
    }
    stubs.push({ key, stub: entity });
  }

  const plain = rows.map(walk);
  for (const { key, stub } of stubs) {
    for (const [name, value] of Object.entries(known.get(key) ?? {})) {
      if (!Object.hasOwn(stub, name)) stub[name] = value;
    }
  }
  return plain;
}

/** Undefined when the value is not a date in any of its forms. */
function dateText(value: object): string | null | undefined {
  const type: unknown = Reflect.get(value, "__type__");
  if (type === "date" || type === "datetime") {
    const text: unknown = Reflect.get(value, "value");
    return typeof text === "string" ? text : null;
  }
  const toISOString: unknown = Reflect.get(value, "toISOString");
  if (typeof toISOString !== "function") return undefined;
  try {
    const iso: unknown = Reflect.apply(toISOString, value, []);
    return typeof iso === "string" ? iso : null;
  } catch {
    // A date object that holds no date says so by throwing.
    return null;
  }
}
