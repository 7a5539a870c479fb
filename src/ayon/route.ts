/**
 * A path of the server with every inserted value escaped as one segment.
 *
 * Values come from events and from other people's data, so nothing reaches a path by plain concatenation.
 */
export function route(
  parts: TemplateStringsArray,
  ...values: readonly (string | number)[]
): string {
  return parts.reduce(
    (path, part, i) =>
      path +
      part +
      (i < values.length ? encodeURIComponent(String(values[i])) : ""),
    "",
  );
}
